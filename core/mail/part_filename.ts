/** The file name that a part of a message gives. */
import PostalMime from "postal-mime";
import { formatParameters, type ParameterizedValue } from "./media_type.ts";

/** Tells whether the value of `Content-Type` or `Content-Disposition` names a file. */
export function namesFile({ parameters }: ParameterizedValue): boolean {
  return parameters.some(({ name }) => /^(?:file)?name(?:\*|$)/.test(name));
}

/**
 * The name that one of the two gives, without control characters, at most 250 characters; `null` when there is none. Names
 * in sections, in charsets and in encoded words are for postal-mime to read.
 */
export async function readFilename(
  mediaType: ParameterizedValue,
  disposition: ParameterizedValue,
): Promise<string | null> {
  if (!namesFile(mediaType) && !namesFile(disposition)) return null;
  const head = `Content-Type: application/octet-stream${formatParameters(mediaType)}\r\nContent-Disposition: attachment${formatParameters(disposition)}\r\n\r\n`;
  const { attachments } = await PostalMime.parse(`${head}\r\n`);
  const name = attachments[0]?.filename ?? "";
  return cleanName(name);
}

function cleanName(name: string): string | null {
  const clean = name
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(-250)
    .toWellFormed();
  return clean === "" ? null : clean;
}
