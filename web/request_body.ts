/** The body of an operator's request, bounded before it is read. */
import type { Context, HonoRequest } from "hono";
import { DispatchError, isDispatchError } from "../core/error/mod.ts";
import { maxParts, readFormParts } from "../core/ingest/form_parts.ts";
import { parseJson } from "../core/ingest/json_body.ts";
import { parseContentLength, readChunks, readWhole, requireDeclaredSize } from "../core/ingest/request_body.ts";
import { readMediaType } from "./media_type.ts";

/** The largest form: a certificate's files and what stands around them. */
export const maxFormBytes = 1_114_112;
/** The largest form of somebody who is not signed in: a password, twice, however it is encoded. */
export const maxVisitorFormBytes = 65_536;
const maxJsonBytes = 262_144;

/**
 * Reads a form, of either kind that browsers send; further calls answer as the first. Nothing else may read the body.
 *
 * @throws {DispatchError} `media_type_unsupported`, `body_too_large`, `body_incomplete`, `body_malformed`
 */
export function readForm(context: Context, limitBytes: number = maxFormBytes): Promise<FormData> {
  const form: Promise<FormData> = context.get("form") ?? parseForm(context.req, limitBytes);
  context.set("form", form);
  return form;
}

/** Whether the body is a form. */
export function hasForm({ req }: Context): boolean {
  return Object.hasOwn(formParsers, readMediaType(req).mediaType);
}

/** Reads a JSON body; no body at all is an empty object. @throws {DispatchError} as {@link readForm}, and `body_too_deep` */
export async function readJson({ req }: Context): Promise<unknown> {
  const body = await readBytes(req, maxJsonBytes);
  if (body.length === 0) return {};
  const { mediaType } = readMediaType(req);
  if (mediaType !== "application/json")
    throw new DispatchError("media_type_unsupported", { mediaType, taken: ["application/json"] });
  return parseJson(body);
}

const formParsers: Readonly<Record<string, (body: Uint8Array, boundary: string | undefined) => FormData>> = {
  "multipart/form-data": parseMultipartForm,
  "application/x-www-form-urlencoded": parseUrlencodedForm,
};

async function parseForm(req: HonoRequest, limitBytes: number): Promise<FormData> {
  const { mediaType, boundary } = readMediaType(req);
  if (!Object.hasOwn(formParsers, mediaType))
    throw new DispatchError("media_type_unsupported", { mediaType, taken: Object.keys(formParsers) });
  return formParsers[mediaType]!(await readBytes(req, limitBytes), boundary);
}

/** The runtimes' own parsers differ in what they take, and know no limits. */
function parseMultipartForm(body: Uint8Array, boundary: string | undefined): FormData {
  const form = new FormData();
  for (const { name, filename, content } of readFormParts(body, boundary)) {
    if (filename === undefined) form.append(name, new TextDecoder().decode(content));
    // Given a Blob, Bun leaves a file without a name when the name is empty.
    else form.append(name, new File([content], filename));
  }
  return form;
}

function parseUrlencodedForm(body: Uint8Array): FormData {
  const text = new TextDecoder().decode(body);
  // A megabyte of the shortest fields would keep Node busy for ten seconds, and visitors can send it.
  if (text.split("&", maxParts + 1).length > maxParts) {
    throw new DispatchError("body_malformed", { reason: `it has more than ${maxParts} fields` });
  }
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(text)) form.append(name, value);
  return form;
}

async function readBytes(req: HonoRequest, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const bounds = { limitBytes, declaredBytes: parseContentLength(req.header("content-length")) };
  try {
    requireDeclaredSize(bounds);
    return await readWhole(readChunks(req.raw.body, bounds));
  } catch (error) {
    if (!isDispatchError(error, "message_too_large")) throw error;
    throw new DispatchError("body_too_large", { bytes: bounds.declaredBytes ?? limitBytes, limitBytes });
  }
}
