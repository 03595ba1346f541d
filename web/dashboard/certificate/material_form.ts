/** Certificate files as the upload form brings them. */
import { type Finding, finding } from "../../../core/certificate/finding.ts";
import type { InputOf } from "../../../core/operations/operation_table.ts";
import { readFormFiles } from "../../material_form.ts";
import { fieldText } from "../form_parts.ts";

/** Reads the files and the passphrase; the field is always sent, so that an empty one means that none was typed. */
export async function readMaterialForm(form: FormData): Promise<InputOf<"cert.check">> {
  return { files: await readFormFiles(form, ["files"]), passphrase: fieldText(form, "passphrase") || undefined };
}

/** What is found when no file was chosen. */
export const nothingGiven: readonly Finding[] = [
  finding("no_certificate", { found: [] }),
  finding("no_private_key", { found: [] }),
];
