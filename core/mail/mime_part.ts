/** The parts that a message with text, HTML and files is made of (RFC 2046). */
import { encodeBase64, encodeQuotedPrintable } from "./content_transfer.ts";
import { foldField } from "./header_field.ts";

/** One part, or the whole body, of a message. */
export interface MimePart {
  /** `Content-…` fields: name and value. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The body without the line break after its last line. */
  body(): Iterable<Uint8Array>;
}

/** A file that goes with a message. */
export interface Attachment {
  readonly filename: string;
  /** A media type, parameters allowed: `application/pdf`. */
  readonly contentType: string;
  readonly content: Uint8Array;
  /** What HTML refers to as `cid:…`; printable ASCII without angle brackets. */
  readonly contentId?: string | undefined;
  /** Shown in the text instead of being listed beside it. Default: whether there is a `contentId`. */
  readonly inline?: boolean | undefined;
}

/** Longer names, and those that are not ASCII, are written as RFC 2231 has it. */
const maxPlainFilename = 60;
const encoder = new TextEncoder();

/** A part of text, as UTF-8 in quoted-printable. */
export function textPart(subtype: "plain" | "html", text: string): MimePart {
  return {
    fields: [
      ["Content-Type", `text/${subtype}; charset=utf-8`],
      ["Content-Transfer-Encoding", "quoted-printable"],
    ],
    body: () => encodeQuotedPrintable(text),
  };
}

/** A part that holds a file, in base64. */
export function attachmentPart(attachment: Attachment): MimePart {
  const { filename, content, contentId, inline = contentId !== undefined } = attachment;
  const id = contentId === undefined ? [] : [["Content-ID", `<${contentId}>`] as const];
  return {
    fields: [
      ["Content-Type", withName(encodableType(attachment.contentType), filename)],
      ["Content-Transfer-Encoding", "base64"],
      ["Content-Disposition", `${inline ? "inline" : "attachment"}; ${filenameParameter(filename)}`],
      ...id,
    ],
    body: () => encodeBase64(content),
  };
}

/**
 * A part made of parts.
 *
 * @param boundary Starts with `=_`, which neither quoted-printable nor base64 contains: it can't occur in any part
 */
export function multipart(subtype: "mixed" | "related" | "alternative", boundary: string, parts: MimePart[]): MimePart {
  // RFC 2387 section 3.1: the type of the part that refers to the others.
  const type = subtype === "related" ? `; type="${parts[0]?.fields[0]?.[1].split(";", 1)[0]}"` : "";
  return {
    fields: [["Content-Type", `multipart/${subtype}; boundary="${boundary}"${type}`]],
    body: () => multipartBody(boundary, parts),
  };
}

/** Formats the fields of a part, each with its CRLF. */
export function formatFields(fields: MimePart["fields"]): string {
  return fields.map(([name, value]) => foldField(name, value)).join("");
}

function* multipartBody(boundary: string, parts: readonly MimePart[]): Generator<Uint8Array> {
  let lineBreak = "";
  for (const part of parts) {
    yield encoder.encode(`${lineBreak}--${boundary}\r\n${formatFields(part.fields)}\r\n`);
    yield* part.body();
    lineBreak = "\r\n";
  }
  yield encoder.encode(`${lineBreak}--${boundary}--`);
}

/** RFC 2045 section 6.4 forbids base64 for messages and multiparts, so they travel as files of no known type. */
function encodableType(contentType: string): string {
  return /^(?:message|multipart)\//i.test(contentType) ? "application/octet-stream" : contentType;
}

/** The name for readers that know no RFC 2231: a fallback, so it may lose characters. */
function withName(contentType: string, filename: string): string {
  if (/;\s*name\s*=/i.test(contentType)) return contentType;
  const name = filename.replace(/[^ !#-[\]-~]/gu, "_").slice(-maxPlainFilename);
  return `${contentType}; name="${name}"`;
}

function filenameParameter(filename: string): string {
  const isPlain = /^[ -~]*$/.test(filename) && filename.length <= maxPlainFilename;
  if (isPlain) return `filename="${filename.replace(/["\\]/g, "\\$&")}"`;
  const sections = splitEncoded(percentEncode(filename));
  if (sections.length === 1) return `filename*=UTF-8''${sections[0]}`;
  return sections.map((section, i) => `filename*${i}*=${i === 0 ? "UTF-8''" : ""}${section}`).join("; ");
}

/** RFC 2231 section 7: all but its `attribute-char` as `%XX`. */
function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Splits into sections of at most 60 characters, which fit into a line; no `%XX` is broken up. */
function splitEncoded(encoded: string): string[] {
  return encoded.match(/(?:%..|[^%]){1,20}/g) ?? [""];
}
