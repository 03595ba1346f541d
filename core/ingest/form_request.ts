/** A message as a form describes it (`multipart/form-data`, RFC 7578), with the field names that Mailgun's clients use. */
import {
  MaxPartsExceededError,
  MultipartParseError,
  type MultipartPart,
  parseMultipart,
} from "@remix-run/multipart-parser";
import { DispatchError } from "../error/mod.ts";
import { type MessageRequest, readFormMessage } from "./message_request.ts";
import type { RequestViolation } from "./problem.ts";

/** Parts of one form; as many as a message may have recipients, and some more. */
const maxParts = 2000;
const maxPartHeaderBytes = 8192;

/** What a form says, and what identifies its content whatever the boundary between its parts was. */
export interface FormRequest {
  readonly request: MessageRequest;
  /** Names and bytes of the parts, in order. */
  readonly parts: readonly { readonly label: string; readonly content: Uint8Array<ArrayBuffer> }[];
}

/** What the fields of a form are gathered into: the names of the JSON body. */
interface GatheredFields {
  [name: string]: unknown;
  readonly to: string[];
  readonly cc: string[];
  readonly bcc: string[];
  readonly tags: string[];
  readonly headers: Record<string, string>;
  readonly attachments: Record<string, unknown>[];
}

/**
 * Reads a form.
 *
 * Fields: `from`, `to`, `cc`, `bcc` (repeatable, comma lists), `subject`, `text`, `html`, `attachment` (repeatable file),
 * `inline` (repeatable file whose Content-ID is its name), `h:<Name>` header fields, `o:tag` (repeatable).
 *
 * @param boundary Of the Content-Type header; `undefined` when it has none
 * @throws {DispatchError} `body_malformed`, `request_invalid`
 */
export function readForm(body: Uint8Array, boundary: string | undefined): FormRequest {
  if (boundary === undefined || !/^[\x20-\x7e]{1,70}$/.test(boundary)) {
    throw new DispatchError("body_malformed", { reason: "the Content-Type has no usable boundary" });
  }
  const fields: GatheredFields = { to: [], cc: [], bcc: [], tags: [], headers: Object.create(null), attachments: [] };
  const errors: RequestViolation[] = [];
  const parts: { label: string; content: Uint8Array<ArrayBuffer> }[] = [];
  for (const part of readParts(body, boundary)) {
    const message = gather(part, fields);
    if (message !== null) errors.push({ path: part.name, message });
    parts.push({ label: [part.name, part.filename, part.contentType].join("\0"), content: part.content });
  }
  if (errors.length > 0) throw new DispatchError("request_invalid", { errors });
  return { request: readFormMessage(fields), parts };
}

interface FormPart {
  /** `""` when the part has none. */
  readonly name: string;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  readonly content: Uint8Array<ArrayBuffer>;
}

function readParts(body: Uint8Array, boundary: string): FormPart[] {
  const limits = { maxParts, maxHeaderSize: maxPartHeaderBytes, maxFileSize: body.length, maxTotalSize: body.length };
  try {
    return Array.from(parseMultipart(body, { boundary, ...limits }), readPart);
  } catch (error) {
    // A TypeError is how the headers of a part say that they are not UTF-8.
    if (!(error instanceof MultipartParseError || error instanceof TypeError)) throw error;
    const reason =
      error instanceof MaxPartsExceededError ? `it has more than ${maxParts} parts` : "its parts are not well-formed";
    throw new DispatchError("body_malformed", { reason }, { cause: error });
  }
}

function readPart(part: MultipartPart): FormPart {
  const { name = "", filename } = part;
  return { name, filename, contentType: part.headers["content-type"], content: new Uint8Array(part.arrayBuffer) };
}

/** Adds the part to `fields`, or returns what is wrong with it. */
function gather(part: FormPart, fields: GatheredFields): string | null {
  if (part.name === "attachment" || part.name === "inline") return gatherFile(part, fields);
  const text = decodeText(part.content);
  return text === null ? "must be UTF-8" : gatherText(part.name, text, fields);
}

function gatherText(name: string, text: string, fields: GatheredFields): string | null {
  if (name.startsWith("h:")) return setOnce(fields.headers, name.slice("h:".length), text);
  switch (name) {
    case "to":
    case "cc":
    case "bcc":
      fields[name].push(text);
      return null;
    case "o:tag":
      fields.tags.push(text);
      return null;
    case "from":
    case "subject":
    case "text":
    case "html":
      return setOnce(fields, name, text);
    default:
      return "is not a known field";
  }
}

function gatherFile(part: FormPart, fields: GatheredFields): string | null {
  // Some clients send the whole path of the file; it is nobody's business (RFC 7578 section 4.2).
  const filename = part.filename?.replace(/^.*[/\\]/s, "");
  if (filename === undefined) return "must be a file, with a name";
  fields.attachments.push({
    filename,
    content: part.content,
    ...(part.contentType === undefined ? {} : { contentType: part.contentType }),
    ...(part.name === "inline" ? { contentId: filename } : {}),
  });
  return null;
}

function setOnce(target: Record<string, unknown>, name: string, value: string): string | null {
  if (Object.hasOwn(target, name)) return "is given more than once";
  target[name] = value;
  return null;
}

function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
