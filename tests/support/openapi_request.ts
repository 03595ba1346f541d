/** A request that is still in parts, and its bytes. */
import { toStringMethod } from "fast-check";
import { joinBytes } from "./join_bytes.ts";

/** One part of a form. */
export interface DraftPart {
  readonly name: string;
  /** Parts without one are fields. */
  readonly filename?: string;
  readonly contentType?: string;
  readonly content: Uint8Array<ArrayBuffer>;
  /** Header lines in place of those made from the rest. */
  readonly rawHeaders?: Uint8Array;
}

/** What a request says, before it is written down. */
export type DraftContent =
  | { readonly kind: "none" }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "form"; readonly parts: readonly DraftPart[] }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> };

/** A request in parts, each of which can be damaged by itself. */
export interface DraftRequest {
  readonly operationId: string;
  readonly method: string;
  /** With `{name}` where a parameter stands. */
  readonly path: string;
  /** The parameters of the path by their names, encoded as they are to be sent. */
  readonly inPath: Readonly<Record<string, string>>;
  /** Names and values, neither of them encoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content: DraftContent;
}

/** A request as it goes over the wire. */
export interface WrittenRequest {
  readonly operationId: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: none. */
  readonly body: Uint8Array<ArrayBuffer> | null;
  /** Whether the client goes away once it has sent the body. */
  readonly breaksOff: boolean;
  /** How fast-check shows it; what it leaves out of a large body comes back with the seed. */
  [toStringMethod](): string;
}

/** The boundary of forms whose Content-Type says nothing else. */
export const formBoundary = "----formBoundary7MA4YWxk";

const encoder = new TextEncoder();

/** Writes the request down. */
export function writeRequest({ path: template, inPath, query, content, ...request }: DraftRequest): WrittenRequest {
  const path = template.replace(/\{(\w+)\}/g, (_whole, name: string) => inPath[name]!);
  const encode = (text: string) => encodeURIComponent(text.toWellFormed());
  const pairs = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  const target = pairs === "" ? path : `${path}?${pairs}`;
  return { ...request, target, body: writeContent(content), breaksOff: false, [toStringMethod]: showRequest };
}

const shownBytes = 2000;

function showRequest(this: WrittenRequest): string {
  const { method, target, headers, body, breaksOff } = this;
  const shown = new TextDecoder("latin1").decode(body?.subarray(0, shownBytes));
  const size = `${body?.length ?? 0} bytes${breaksOff ? ", then it breaks off" : ""}`;
  return `${method} ${target} ${JSON.stringify(headers)} ${JSON.stringify(shown)} (${size})`;
}

function writeContent(content: DraftContent): Uint8Array<ArrayBuffer> | null {
  switch (content.kind) {
    case "none":
      return null;
    case "json":
      return encoder.encode(JSON.stringify(content.value));
    case "form":
      return joinBytes([...content.parts.flatMap(writePart), encoder.encode(`--${formBoundary}--\r\n`)]);
    case "bytes":
      return content.bytes;
  }
}

function writePart({ name, filename, contentType, content, rawHeaders }: DraftPart): Uint8Array<ArrayBuffer>[] {
  const quote = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
  const file = filename === undefined ? "" : `; filename=${quote(filename)}`;
  const type = contentType === undefined ? "" : `\r\nContent-Type: ${contentType}`;
  const headers = encoder.encode(`Content-Disposition: form-data; name=${quote(name)}${file}${type}`);
  const start = [encoder.encode(`--${formBoundary}\r\n`), rawHeaders ?? headers, encoder.encode("\r\n\r\n")];
  return [joinBytes(start), content, encoder.encode("\r\n")];
}
