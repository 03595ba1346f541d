/** The body of an operator's request, bounded before it is read. */
import type { Context } from "hono";
import { DispatchError, isDispatchError } from "../core/error/mod.ts";
import { type FormPart, readFormFields, readFormParts } from "../core/ingest/form_parts.ts";
import { parseJson } from "../core/ingest/json_body.ts";
import { parseContentLength, readChunks, readWhole, requireDeclaredSize } from "../core/ingest/request_body.ts";
import { readMediaType } from "./media_type.ts";

/** The largest form: a certificate's files and what stands around them. */
export const maxFormBytes = 1_114_112;
const maxJsonBytes = 262_144;

/**
 * Reads a form; a second call answers the same parts.
 *
 * @throws {DispatchError} `media_type_unsupported`, `body_too_large`, `body_incomplete`, `body_malformed`
 */
export function readForm(context: Context): Promise<readonly FormPart[]> {
  const form: Promise<readonly FormPart[]> = context.get("form") ?? parseForm(context);
  context.set("form", form);
  return form;
}

/** Whether the body is a form. */
export function hasForm(context: Context): boolean {
  return Object.hasOwn(formParsers, readMediaType(context.req).mediaType);
}

/** Reads a JSON body; no body at all is an empty object. @throws {DispatchError} as {@link readForm}, and `body_too_deep` */
export async function readJson(context: Context): Promise<unknown> {
  const body = await readBytes(context, maxJsonBytes);
  if (body.length === 0) return {};
  const { mediaType } = readMediaType(context.req);
  if (mediaType !== "application/json")
    throw new DispatchError("media_type_unsupported", { mediaType, taken: ["application/json"] });
  return parseJson(body);
}

const formParsers: Readonly<Record<string, (body: Uint8Array, boundary: string | undefined) => FormPart[]>> = {
  "multipart/form-data": readFormParts,
  "application/x-www-form-urlencoded": readFormFields,
};

async function parseForm(context: Context): Promise<readonly FormPart[]> {
  const { mediaType, boundary } = readMediaType(context.req);
  if (!hasForm(context))
    throw new DispatchError("media_type_unsupported", { mediaType, taken: Object.keys(formParsers) });
  return formParsers[mediaType]!(await readBytes(context, maxFormBytes), boundary);
}

async function readBytes({ req }: Context, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const bounds = { limitBytes, declaredBytes: parseContentLength(req.header("content-length")) };
  try {
    requireDeclaredSize(bounds);
    return await readWhole(readChunks(req.raw.body, bounds));
  } catch (error) {
    if (!isDispatchError(error, "message_too_large")) throw error;
    throw new DispatchError("body_too_large", { bytes: bounds.declaredBytes ?? limitBytes, limitBytes });
  }
}
