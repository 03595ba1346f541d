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
const time = { type: "string", format: "date-time" };
const orNull = (type: string) => ({ type: [type, "null"] });

const schemas: JsonObject = {
  Message: z.toJSONSchema(jsonMessageSchema, { io: "input" }),
  FormMessage: formSchema(),
  Accepted: object({ id: { type: "string", pattern: "^spl_[0-9a-f]{32}$" }, message: { type: "string" } }),
  MessageStatus: object({
    id: { type: "string" },
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

const retryAfter = { "Retry-After": { description: "Seconds to wait", schema: { type: "integer" } } };

const responses: JsonObject = {
  BadRequest: problem("The body can't be read: body_malformed, body_incomplete, body_too_deep"),
  Unauthorized: problem("No usable API key: key_missing, key_invalid", {
    "WWW-Authenticate": { description: "Bearer", schema: { type: "string" } },
  }),
  Forbidden: problem("The client's address is not in api.allowed_cidrs: address_not_allowed"),
  NotFound: problem("No such message was submitted with this key: message_unknown"),
  Conflict: problem("The Idempotency-Key was used with another body: idempotency_conflict"),
  TooLarge: problem("More than api.max_message_bytes: message_too_large"),
  UnsupportedMediaType: problem("Another Content-Type than those listed: media_type_unsupported"),
  Unprocessable: problem(
    "The message can't be sent as it is: request_invalid (with errors), no_recipients, too_many_recipients, headers_too_large, mail_loop, bare_newline",
  ),
  TooManyRequests: problem("The key has used up its minute: rate_limited", retryAfter),
  Unavailable: problem(
    "Nothing can be stored, or read, right now: disk_nearly_full, spool_unavailable, history_unavailable",
    retryAfter,
  ),
};

/** Answers that the door gives on every route with a key. */
const doorResponses = {
  "401": ref("responses", "Unauthorized"),
  "403": ref("responses", "Forbidden"),
  "429": ref("responses", "TooManyRequests"),
  "503": ref("responses", "Unavailable"),
};

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
    }),
    query("to", "Envelope recipients of message/rfc822, repeatable, comma lists. Default: To, Cc and Bcc", {
      type: "array",
      items: { type: "string" },
    }),
  ],
  requestBody: {
    required: true,
    content: {
      "application/json": { schema: ref("schemas", "Message") },
      "multipart/form-data": { schema: ref("schemas", "FormMessage") },
      "message/rfc822": { schema: { type: "string", format: "binary" } },
    },
  },
  responses: {
    "202": {
      description: "The message is safe",
      headers: {
        Location: { description: "Where its status is", schema: { type: "string" } },
        "Idempotent-Replayed": {
          description: "true when an earlier request with the same key had created it",
          schema: { type: "string" },
        },
      },
      content: json("Accepted"),
    },
    "400": ref("responses", "BadRequest"),
    "409": ref("responses", "Conflict"),
    "413": ref("responses", "TooLarge"),
    "415": ref("responses", "UnsupportedMediaType"),
    "422": ref("responses", "Unprocessable"),
    ...doorResponses,
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
  },
};

const find = {
  operationId: "findMessage",
  summary: "Tell what became of a message",
  parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
  responses: {
    "200": { description: "Its status", content: json("MessageStatus") },
    "404": ref("responses", "NotFound"),
    ...doorResponses,
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
          responses: { "200": { description: "OpenAPI 3.1" }, "403": ref("responses", "Forbidden") },
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
  const texts = { type: "array", items: text };
  const files = { type: "array", items: { type: "string", format: "binary" } };
  return {
    type: "object",
    required: ["from"],
    properties: {
      from: text,
      to: texts,
      cc: texts,
      bcc: texts,
      subject: text,
      text,
      html: text,
      attachment: files,
      inline: { ...files, description: "Shown inline; the Content-ID is the file's name" },
      "o:tag": texts,
    },
    patternProperties: { "^h:": { type: "string", description: "A further header field" } },
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

function problem(description: string, headers?: JsonObject): JsonObject {
  const content = { "application/problem+json": { schema: ref("schemas", "Problem") } };
  return headers === undefined ? { description, content } : { description, headers, content };
}
