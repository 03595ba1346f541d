/** The parts of a form (`multipart/form-data`, RFC 7578). */
import {
  MaxPartsExceededError,
  MultipartParseError,
  type MultipartPart,
  parseMultipart,
} from "@remix-run/multipart-parser";
import { DispatchError } from "../error/mod.ts";

/** Parts of one form; as many as a message may have recipients, and some more. */
export const maxParts = 2000;
const maxPartHeaderBytes = 8192;
/** A file name that says its charset (RFC 8187), and says another than the two that anyone writes. */
const nameInUnknownCharset = /filename\*\s*=(?!\s*"?(?:utf-8|iso-8859-1)')/i;

/** One part of a form. */
export interface FormPart {
  /** `""` when the part has none. */
  readonly name: string;
  /** Without its folder, which is nobody's business (RFC 7578 section 4.2); `undefined` when the part is no file. */
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  readonly content: Uint8Array<ArrayBuffer>;
}

/**
 * Reads the parts of a multipart body, in their order.
 *
 * @param boundary Of the Content-Type header; `undefined` when it has none
 * @throws {DispatchError} `body_malformed`
 */
export function readFormParts(body: Uint8Array, boundary: string | undefined): FormPart[] {
  if (boundary === undefined || !/^[\x20-\x7e]{1,70}$/.test(boundary)) {
    throw new DispatchError("body_malformed", { reason: "the Content-Type has no usable boundary" });
  }
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
  // The parser prints a charset that it does not know, and a stranger must not write to the service's log.
  if (nameInUnknownCharset.test(part.headers["content-disposition"] ?? "")) {
    throw new DispatchError("body_malformed", { reason: "the name of a file is in no charset that is taken" });
  }
  const { name = "", filename } = part;
  return {
    name,
    filename: filename?.replace(/^.*[/\\]/s, ""),
    contentType: part.headers["content-type"],
    content: new Uint8Array(part.arrayBuffer),
  };
}

/** The text of a part, or `null` when it is not UTF-8. */
export function textOfPart({ content }: Pick<FormPart, "content">): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return null;
  }
}
