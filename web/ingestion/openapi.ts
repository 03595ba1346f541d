/** The OpenAPI 3.1 document of the ingestion API; its schemas are the ones that requests are checked with. */
import { z } from "zod";
import { jsonMessageSchema } from "../../core/ingest/message_request.ts";
import { senderStatuses } from "../../core/ingest/status_view.ts";
import { listQuerySchema } from "./status_routes.ts";

type JsonObject = Readonly<Record<string, unknown>>;

const parameterDescriptions = {
  limit: "Messages on a page",
  status: "Only messages with this status",
  cursor: "The next of the page before",
};

const statuses = { type: "string", enum: senderStatuses };
const messageId = { type: "string", pattern: "^spl_[0-9a-f]{32}$" };
const time = { type: "string", format: "date-time" };
const orNull = (type: string) => ({ type: [type, "null"] });

const schemas: JsonObject = {
  Message: z.toJSONSchema(jsonMessageSchema, { io: "input" }),
  FormMessage: formSchema(),
  Accepted: object({ id: messageId, message: { type: "string" } }),
  MessageStatus: object({
    id: messageId,
    status: statuses,
    sender: { type: "string", description: "Envelope sender; empty for the null sender" },
    subject: { type: "string" },
    acceptedAt: time,
    updatedAt: { ...orNull("string"), format: "date-time" },
    attempts: { type: "integer", minimum: 0 },
    relay: orNull("string"),
    provider: orNull("string"),
    providerMessageId: orNull("string"),
    lastError: orNull("string"),
  }),
  MessageList: object({
    items: { type: "array", items: ref("schemas", "MessageStatus") },
    next: { ...orNull("string"), description: "Cursor of the next page; null on the last" },
  }),
  Problem: {
    type: "object",
    required: ["type", "title", "status", "detail", "code"],
    properties: {
      type: { type: "string" },
      title: { type: "string" },
      status: { type: "integer" },
      detail: { type: "string" },
      code: { type: "string", description: "Stable code of the error" },
      errors: { type: "array", items: object({ path: { type: "string" }, message: { type: "string" } }) },
    },
  },
};

const retryAfter = header("Retry-After", "Seconds to wait", { type: "integer", minimum: 1 });

const responses: JsonObject = {
  BadRequest: problem(
    "The request or its body can't be read: body_malformed, body_incomplete, body_too_deep, request_malformed",
  ),
  Unauthorized: problem(
    "No usable API key: key_missing, key_invalid",
    header("WWW-Authenticate", "Bearer", { type: "string" }),
  ),
  Forbidden: problem(
    "The client's address is not in api.allowed_cidrs, or its proxy hides it: address_not_allowed, client_address_unclear",
  ),
  NotFound: problem("No such message was submitted with this key: message_unknown"),
  Timeout: problem("The request did not arrive in time: request_timeout"),
  Conflict: problem("The Idempotency-Key was used with another body: idempotency_conflict"),
  TooLarge: problem("More than api.max_message_bytes: message_too_large"),
  UnsupportedMediaType: problem(
    "Another Content-Type than those listed: media_type_unsupported",
    header("Accept", "Those that are taken", { type: "string" }),
  ),
  Unprocessable: problem(
    "The message can't be sent as it is: request_invalid (with errors), no_recipients, too_many_recipients, headers_too_large, mail_loop, bare_newline",
  ),
  TooManyRequests: problem("The key has used up its minute: rate_limited", retryAfter),
  HeadersTooLarge: problem("The headers of the request are too large: request_headers_too_large"),
  Internal: problem("A fault of Dispatch, which is in its log; nothing was accepted: internal_error"),
  Unavailable: problem(
    "Nothing can be stored, or read, right now: disk_nearly_full, spool_unavailable, history_unavailable. Or there are too many connections: too_many_connections, too_many_connections_from_client",
    retryAfter,
  ),
};

/** Answers that the door gives on every route with a key. */
const doorResponses = {
  "401": ref("responses", "Unauthorized"),
  "403": ref("responses", "Forbidden"),
  "429": ref("responses", "TooManyRequests"),
  "500": ref("responses", "Internal"),
};

/** Answers that a listener gives by itself, to what never becomes a request that a route could see. */
const listenerResponses = {
  "400": ref("responses", "BadRequest"),
  "408": ref("responses", "Timeout"),
  "431": ref("responses", "HeadersTooLarge"),
  "503": ref("responses", "Unavailable"),
};

const rawExample = "From: App <app@example.org>\r\nTo: you@example.net\r\nSubject: Hello\r\n\r\nIt works.\r\n";

const submit = {
  operationId: "submitMessage",
  summary: "Hand over a message",
  description: "The answer is given once the message is on stable storage.",
  parameters: [
    {
      name: "Idempotency-Key",
      in: "header",
      description: "Repeats of a request with the same key and body within 24 hours create one message",
      schema: { type: "string", pattern: "^[!-~]{1,256}$" },
    },
    query("from", "Envelope sender of message/rfc822; empty is the null sender. Default: Sender or From", {
      type: "string",
      examples: ["app@example.org", ""],
    }),
    query("to", "Envelope recipients of message/rfc822, repeatable, comma lists. Default: To, Cc and Bcc", {
      type: "array",
      items: { type: "string", examples: ["you@example.net"] },
    }),
  ],
  requestBody: {
    required: true,
    content: {
      "application/json": { schema: ref("schemas", "Message") },
      "multipart/form-data": { schema: ref("schemas", "FormMessage") },
      "message/rfc822": { schema: { type: "string", format: "binary" }, example: rawExample },
    },
  },
  responses: {
    "202": {
      description: "The message is safe",
      headers: {
        ...header("Location", "Where its status is", { type: "string" }),
        "Idempotent-Replayed": {
          description: "true when an earlier request with the same key had created it",
          schema: { type: "string", enum: ["true"] },
        },
      },
      content: json("Accepted"),
    },
    "409": ref("responses", "Conflict"),
    "413": ref("responses", "TooLarge"),
    "415": ref("responses", "UnsupportedMediaType"),
    "422": ref("responses", "Unprocessable"),
    ...doorResponses,
    ...listenerResponses,
  },
};

const list = {
  operationId: "listMessages",
  summary: "List the messages submitted with this key, newest first",
  parameters: Object.entries(z.toJSONSchema(listQuerySchema, { io: "input" }).properties ?? {}).map(([name, schema]) =>
    query(name, parameterDescriptions[name as keyof typeof parameterDescriptions], schema),
  ),
  responses: {
    "200": { description: "A page", content: json("MessageList") },
    "422": ref("responses", "Unprocessable"),
    ...doorResponses,
    ...listenerResponses,
  },
};

const find = {
  operationId: "findMessage",
  summary: "Tell what became of a message",
  parameters: [{ name: "id", in: "path", required: true, schema: messageId }],
  responses: {
    "200": { description: "Its status", content: json("MessageStatus") },
    "404": ref("responses", "NotFound"),
    ...doorResponses,
    ...listenerResponses,
  },
};

/** Returns the document. */
export function openapiDocument(version: string): JsonObject {
  return {
    openapi: "3.1.0",
    info: { title: "Dispatch ingestion API", version },
    security: [{ apiKey: [] }],
    paths: {
      "/api/v1/messages": { post: submit, get: list },
      "/api/v1/messages/{id}": { get: find },
      "/api/v1/openapi.json": {
        get: {
          operationId: "describe",
          summary: "This document",
          security: [],
          responses: {
            "200": { description: "OpenAPI 3.1", content: { "application/json": { schema: { type: "object" } } } },
            "403": ref("responses", "Forbidden"),
            ...listenerResponses,
          },
        },
      },
    },
    components: {
      securitySchemes: { apiKey: { type: "http", scheme: "bearer", description: "An API key, dsp_live_…" } },
      schemas,
      responses,
    },
  };
}

/** The form's fields are those of the JSON body under Mailgun's names. */
function formSchema(): JsonObject {
  const text = { type: "string" };
  const addresses = { type: "array", items: { type: "string", examples: ["you@example.net"] } };
  const files = { type: "array", items: { type: "string", format: "binary" } };
  return {
    type: "object",
    required: ["from"],
    properties: {
      from: { type: "string", examples: ["App <app@example.org>"] },
      to: addresses,
      cc: addresses,
      bcc: addresses,
      subject: text,
      text,
      html: text,
      attachment: files,
      inline: { ...files, description: "Shown inline; the Content-ID is the file's name" },
      "o:tag": { type: "array", items: { type: "string", minLength: 1, maxLength: 128 }, maxItems: 10 },
    },
    patternProperties: { "^h:[!-9;-~]{1,76}$": { type: "string", description: "A further header field" } },
    additionalProperties: false,
  };
}

function object(properties: JsonObject): JsonObject {
  return { type: "object", required: Object.keys(properties), properties };
}

function ref(kind: "schemas" | "responses", name: string): JsonObject {
  return { $ref: `#/components/${kind}/${name}` };
}

function json(schema: string): JsonObject {
  return { "application/json": { schema: ref("schemas", schema) } };
}

function query(name: string, description: string, schema: unknown): JsonObject {
  return { name, in: "query", description, schema };
}

/** A header that every answer of its kind has. */
function header(name: string, description: string, schema: JsonObject): JsonObject {
  return { [name]: { description, required: true, schema } };
}

function problem(description: string, headers?: JsonObject): JsonObject {
  const content = { "application/problem+json": { schema: ref("schemas", "Problem") } };
  return headers === undefined ? { description, content } : { description, headers, content };
}
