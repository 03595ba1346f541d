/** Certificate files as a form brings them. */
import { encodeBase64 } from "../../../core/ingest/base64.ts";
import type { InputOf } from "../../../core/operations/operation_table.ts";

/** Reads the files and the passphrase. What the field is left empty for has none. */
export async function readMaterialForm(form: FormData): Promise<InputOf<"cert.check">> {
  const passphrase = form.get("passphrase");
  const files = form.getAll("files").filter((entry) => entry instanceof File && entry.name !== "") as File[];
  const names = distinguish(files.map(({ name }) => name));
  return {
    files: await Promise.all(files.map(async (file, index) => ({ name: names[index]!, content: await read(file) }))),
    ...(typeof passphrase === "string" && passphrase !== "" ? { passphrase } : {}),
  };
}

async function read(file: File): Promise<string> {
  return encodeBase64(new Uint8Array(await file.arrayBuffer()));
}

/** Findings name files, so two of one name become `cert.pem` and `cert.pem (2)`. */
function distinguish(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
