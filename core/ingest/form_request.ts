/** A message as a form describes it (`multipart/form-data`, RFC 7578), with the field names that Mailgun's clients use. */
import { DispatchError } from "../error/mod.ts";
import { type FormPart, readFormParts, textOfPart } from "./form_parts.ts";
import { type MessageRequest, readFormMessage } from "./message_request.ts";
import type { RequestViolation } from "./problem.ts";

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
  const fields: GatheredFields = { to: [], cc: [], bcc: [], tags: [], headers: Object.create(null), attachments: [] };
  const errors: RequestViolation[] = [];
  const parts: { label: string; content: Uint8Array<ArrayBuffer> }[] = [];
  for (const part of readFormParts(body, boundary)) {
    const message = gather(part, fields);
    if (message !== null) errors.push({ path: part.name, message });
    parts.push({ label: [part.name, part.filename, part.contentType].join("\0"), content: part.content });
  }
  if (errors.length > 0) throw new DispatchError("request_invalid", { errors });
  return { request: readFormMessage(fields), parts };
}

/** Adds the part to `fields`, or returns what is wrong with it. */
function gather(part: FormPart, fields: GatheredFields): string | null {
  if (part.name === "attachment" || part.name === "inline") return gatherFile(part, fields);
  const text = textOfPart(part);
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
  const { filename } = part;
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
