/** Certificate files as a form brings them. */
import { encodeBase64 } from "../core/ingest/base64.ts";

/** A file as the operations take it: its content is base64. */
export interface FormFile {
  readonly name: string;
  readonly content: string;
}

/**
 * Reads the files of the named fields, in the order of the form. A text is taken for a file with the name of its field;
 * the field of a file that was not chosen is passed over.
 */
export async function readFormFiles(form: FormData, fields: readonly string[]): Promise<FormFile[]> {
  const files = Array.from(form, ([field, value]) => (fields.includes(field) ? asFile(field, value) : null));
  const chosen = files.filter((file) => file !== null);
  const names = distinguish(chosen.map(({ name }) => name));
  return Promise.all(chosen.map(async (file, index) => ({ name: names[index]!, content: await read(file) })));
}

function asFile(field: string, value: string | File): File | null {
  const [content, name] = typeof value === "string" ? [value, ""] : [value, value.name];
  const isChosen = name !== "" || (typeof content === "string" ? content.length : content.size) > 0;
  return isChosen ? new File([content], name || field) : null;
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
