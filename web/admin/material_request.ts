/** Certificate files, and what goes with them, in a form that a program sends. */
import type { Context } from "hono";
import { z } from "zod";
import { type Finding, finding } from "../../core/certificate/finding.ts";
import { maxMaterialBytes } from "../../core/certificate/material.ts";
import { DispatchError, isDispatchError } from "../../core/error/mod.ts";
import type { RequestViolation } from "../../core/ingest/problem.ts";
import type { InputOf } from "../../core/operations/operation_table.ts";
import { readFormFiles } from "../material_form.ts";
import { readForm } from "../request_body.ts";

const files = z.array(z.file()).optional();

/** The form, for documents. What a file holds is found out from its bytes, so the names of its fields differ in nothing else. */
export const materialForm = z.strictObject({
  cert: files,
  key: files,
  pfx: files,
  files,
  passphrase: z.string().max(1024).optional(),
  seen: z.string().max(128).optional(),
});

const textFields: readonly string[] = ["passphrase", "seen"];
const fileFields = Object.keys(materialForm.shape).filter((field) => !textFields.includes(field));
/** Read with the session. */
const tokenField = "csrf";

/** Reads the form, whose fields come in any order. @throws {DispatchError} `request_invalid`, and as {@link readForm} */
export async function readMaterial(context: Context): Promise<InputOf<"cert.upload">> {
  const form = await readForm(context);
  const errors = [...new Set(form.keys())].flatMap((field) => objectTo(field, form.getAll(field)));
  if (errors.length > 0) throw new DispatchError("request_invalid", { errors });
  const texts = textFields.flatMap((field) => (form.has(field) ? [[field, form.get(field)]] : []));
  return { files: await readFormFiles(form, fileFields), ...Object.fromEntries(texts) };
}

/** A body that was too large to be read is found so, like all that is wrong with files; another error is thrown on. */
export function findTooLarge(error: unknown): Finding {
  if (!isDispatchError(error, "body_too_large")) throw error;
  return finding("too_large", { bytes: error.facts.bytes, limitBytes: maxMaterialBytes });
}

function objectTo(field: string, values: readonly (string | File)[]): RequestViolation[] {
  if (fileFields.includes(field) || field === tokenField) return [];
  if (!textFields.includes(field)) return [{ path: field, message: "is not a known field" }];
  if (values.length > 1) return [{ path: field, message: "is given more than once" }];
  return typeof values[0] === "string" ? [] : [{ path: field, message: "must be a text" }];
}
