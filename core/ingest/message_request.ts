/**
 * A message as an API client describes it: the fields of the JSON body and of the form.
 *
 * What is checked here is their shape and who is addressed; what may stand in a header is for composing to decide.
 */
import { z } from "zod";
import { DispatchError } from "../error/mod.ts";
import { parseAddressList } from "../mail/address_list.ts";
import { hasControlCharacter } from "../mail/header_field.ts";
import type { Mailbox } from "../mail/mailbox.ts";
import type { Attachment } from "../mail/mime_part.ts";
import { decodeBase64 } from "./base64.ts";
import type { RequestViolation } from "./problem.ts";

/** A message as an API client describes it, checked and normalised. */
export interface MessageRequest {
  readonly from: Mailbox;
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly replyTo: readonly Mailbox[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  /** Further header fields by name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly attachments: readonly Attachment[];
}

/** More violations than these help nobody. */
const maxViolations = 50;

const noControls = "must hold no control characters";

function line(max: number) {
  return z
    .string()
    .max(max, { error: `must have at most ${max} characters` })
    .refine((value) => !hasControlCharacter(value), { error: noControls });
}

const mailboxes = z
  .union([z.string(), z.array(z.string())], { error: "must be an address or a list of addresses" })
  .meta({ examples: [["you@example.net"], "You <you@example.net>, them@example.net"] })
  .transform((value, refinement) => {
    const lists = typeof value === "string" ? [value] : value;
    return lists.flatMap((list, index) => {
      const path = typeof value === "string" ? [] : [index];
      return readMailboxes(list, (message) => refinement.addIssue({ code: "custom", path, message }));
    });
  });

const sender = z
  .string()
  .meta({ examples: ["App <app@example.org>", "app@example.org"] })
  .transform((value, refinement) => {
    const found = readMailboxes(value, (message) => refinement.addIssue({ code: "custom", message }));
    if (found.length === 1) return found[0]!;
    if (refinement.issues.length === 0) refinement.addIssue({ code: "custom", message: "must be one address" });
    return z.NEVER;
  });

const addressList = mailboxes.default([]);

const attachmentFields = {
  filename: line(255).min(1, { error: "must not be empty" }),
  contentType: z
    .string()
    .default("application/octet-stream")
    .meta({ description: "Media type", examples: ["application/pdf", "text/plain; charset=utf-8"] }),
  contentId: line(255)
    .optional()
    .meta({
      description: "What the HTML refers to as cid:…; with it the file is shown inline",
      examples: ["logo.png"],
    }),
};

const messageFields = {
  from: sender.describe("Sender: an address, with or without a display name"),
  to: addressList.describe("Recipients: addresses, or comma-separated lists of them"),
  cc: addressList.describe("Recipients of a copy"),
  bcc: addressList.describe("Recipients that no header names"),
  replyTo: addressList.describe("Where answers go"),
  subject: line(2000).default(""),
  text: z.string().optional().describe("The message as plain text"),
  html: z.string().optional().describe("The message as HTML"),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .meta({
      description: "Further header fields by name",
      examples: [{ "X-Order": "4711", "In-Reply-To": "<1@example.net>" }],
    }),
  tags: z
    .array(line(128).min(1, { error: "must not be empty" }))
    .max(10, { error: "must be at most 10 tags" })
    .default([])
    .describe("Labels for the message log; they are not sent"),
};

/** The body of a JSON request; its input side is what the OpenAPI document shows. */
export const jsonMessageSchema = z.strictObject({
  ...messageFields,
  attachments: z
    .array(
      z.strictObject({
        ...attachmentFields,
        content: z
          .string()
          .transform(readBase64)
          .meta({ description: "The file in base64", contentEncoding: "base64" }),
      }),
    )
    .default([]),
});

/** The same from a form, whose files are bytes already. */
const formMessageSchema = z.strictObject({
  ...messageFields,
  attachments: z.array(z.strictObject({ ...attachmentFields, content: z.instanceof(Uint8Array) })).default([]),
});

/**
 * Reads the parsed body of a JSON request.
 *
 * @throws {DispatchError} `request_invalid` with all violations at once, at most 50
 */
export function readJsonMessage(body: unknown): MessageRequest {
  return read(jsonMessageSchema, body);
}

/** Reads the fields of a form, gathered under the names of the JSON body. @throws as {@link readJsonMessage} */
export function readFormMessage(fields: unknown): MessageRequest {
  return read(formMessageSchema, fields);
}

function read(schema: typeof jsonMessageSchema | typeof formMessageSchema, value: unknown): MessageRequest {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) {
    const errors = result.error.issues.flatMap(describeIssue).slice(0, maxViolations);
    throw new DispatchError("request_invalid", { errors });
  }
  return withReplyTo(result.data as MessageRequest);
}

/** Mailgun's clients set `Reply-To` among the headers. */
function withReplyTo(request: MessageRequest): MessageRequest {
  const name = Object.keys(request.headers).find(isReplyTo);
  if (name === undefined) return request;
  const { [name]: value = "", ...others } = request.headers;
  const errors: RequestViolation[] = [];
  const path = `headers.${name}`;
  const replyTo = readMailboxes(value, (message) => errors.push({ path, message }));
  if (request.replyTo.length > 0) errors.push({ path, message: "is given in replyTo already" });
  if (errors.length > 0) throw new DispatchError("request_invalid", { errors });
  return { ...request, headers: others, replyTo };
}

function isReplyTo(name: string): boolean {
  return name.toLowerCase() === "reply-to";
}

function readMailboxes(list: string, refuse: (message: string) => void): Mailbox[] {
  const mailboxes: Mailbox[] = [];
  for (const { name, address, text } of hasControlCharacter(list) ? [] : parseAddressList(list)) {
    if (address === null) refuse(`${JSON.stringify(text)} is not an address`);
    // An encoded word can hide what a plain name must not have.
    else if (hasControlCharacter(name)) refuse(noControls);
    else mailboxes.push({ name, address });
  }
  if (hasControlCharacter(list)) refuse(noControls);
  return mailboxes;
}

function readBase64(value: string, refinement: z.core.$RefinementCtx<string>): Uint8Array {
  const bytes = decodeBase64(value);
  if (bytes !== null) return bytes;
  refinement.addIssue({ code: "custom", message: "must be base64" });
  return z.NEVER;
}

function describeIssue(issue: z.core.$ZodIssue): RequestViolation[] {
  const path = formatPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: formatPath([...issue.path, key]), message: "is not a known field" }));
  }
  if (issue.code === "invalid_key") return [{ path, message: issue.issues[0]?.message ?? issue.message }];
  if (issue.code === "invalid_type") {
    return [
      {
        path,
        message: issue.input === undefined ? "is missing" : `must be ${typeNames[issue.expected] ?? issue.expected}`,
      },
    ];
  }
  return [{ path, message: issue.message }];
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** `attachments[0].content`; the body itself is `body`. */
function formatPath(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text.replace(/^\./, "") || "body";
}
