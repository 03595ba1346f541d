/** Media types as `Content-Type` has them, and other values with parameters (RFC 2045 section 5.1). */
import { hasControlCharacter } from "./header_field.ts";

/** One parameter, which may be a section of one (RFC 2231): `filename*0*`. */
export interface FieldParameter {
  /** Lower case. */
  readonly name: string;
  /** Without quotes. */
  readonly value: string;
  /** As it was written. */
  readonly text: string;
}

/** A value with its parameters in order. */
export interface ParameterizedValue {
  /** Lower case: `text/plain`, `attachment`. */
  readonly value: string;
  readonly parameters: readonly FieldParameter[];
}

/** A type and a subtype, each a token of reasonable length. */
const typeName = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;

/** Tells whether `text` is a media type without parameters. */
export function isMediaType(text: string): boolean {
  return typeName.test(text);
}

/** Parses an unfolded value such as `text/plain; charset=utf-8`, in time proportional to its length. */
export function parseParameterized(text: string): ParameterizedValue {
  const [value = "", ...parameters] = splitAtSemicolons(withoutComments(text)).map((piece) => piece.trim());
  return { value: value.toLowerCase(), parameters: parameters.filter((piece) => piece !== "").map(parseParameter) };
}

/** The value of the parameter `name`; of several the first counts. `""` when there is none. */
export function parameterOf({ parameters }: ParameterizedValue, name: string): string {
  return parameters.find((parameter) => parameter.name === name)?.value ?? "";
}

/** The parameters as they were written, each after `; `. */
export function formatParameters({ parameters }: ParameterizedValue): string {
  return parameters
    .filter(({ name, text }) => name !== "" && text !== "" && !hasControlCharacter(text))
    .map(({ name, text }) => `; ${name}=${text}`)
    .join("");
}

/** A comment stands where white space may; elsewhere a parenthesis is part of a file name. */
function withoutComments(text: string): string {
  return text.replace(/(^|[ \t;])\([^()]*\)/g, "$1");
}

function splitAtSemicolons(text: string): string[] {
  const pieces = [""];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|;|[^";]+/gs)) {
    if (token === ";") pieces.push("");
    else pieces[pieces.length - 1] += token;
  }
  return pieces;
}

function parseParameter(piece: string): FieldParameter {
  const equals = piece.indexOf("=");
  const name = equals < 0 ? piece : piece.slice(0, equals);
  const text = equals < 0 ? "" : piece.slice(equals + 1).trim();
  const quoted = /^"((?:[^"\\]|\\.)*)"?/s.exec(text);
  return {
    name: name.trim().toLowerCase(),
    value: quoted === null ? text : quoted[1]!.replace(/\\(.)/gs, "$1"),
    text,
  };
}
