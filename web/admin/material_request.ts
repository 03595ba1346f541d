/** Certificate files, and what goes with them, in a form that a program sends. */
import type { Context } from "hono";
import { DispatchError } from "../../core/error/mod.ts";
import type { RequestViolation } from "../../core/ingest/problem.ts";
import type { InputOf } from "../../core/operations/operation_table.ts";
import { readFormFiles } from "../material_form.ts";
import { readForm } from "../request_body.ts";

/** What a file holds is found out from its bytes, so these fields differ in their names alone. */
const fileFields: readonly string[] = ["cert", "key", "pfx", "files"];
const textFields: readonly string[] = ["passphrase", "seen"];
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

function objectTo(field: string, values: readonly (string | File)[]): RequestViolation[] {
  if (fileFields.includes(field) || field === tokenField) return [];
  if (!textFields.includes(field)) return [{ path: field, message: "is not a known field" }];
  if (values.length > 1) return [{ path: field, message: "is given more than once" }];
  return typeof values[0] === "string" ? [] : [{ path: field, message: "must be a text" }];
}
