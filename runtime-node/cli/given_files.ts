/** Files that an operator names: read with a limit, written whole. */
import { chmod, open, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { openFiles } from "../files.ts";
import { NoPlainFile, TooMuchInput } from "./cli_io.ts";

/** See {@link CliIo.readFile}. The size that a pipe or a device claims to have means nothing, so the bytes are counted. */
export async function readLimited(path: string, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > limitBytes) throw new TooMuchInput(size);
    const bytes = new Uint8Array(limitBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
      length += bytesRead;
      if (length > limitBytes) throw new TooMuchInput(length);
      if (bytesRead === 0) return bytes.slice(0, length);
    }
  } finally {
    await file.close();
  }
}

/** See {@link CliIo.writeFile}. */
export async function writeWhole(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const target = await locate(path);
  await openFiles(dirname(target)).writeAtomically(basename(target), bytes);
  // It is written for its owner alone; this opens what others may read.
  if (mode !== 0o600) await chmod(target, mode);
}

/** The file behind `path`: where a link leads to, in a directory that must be there. */
async function locate(path: string): Promise<string> {
  const found = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (found === null) return join(await realpath(dirname(path)), basename(path));
  if (!(await stat(found)).isFile()) throw new NoPlainFile("it is no plain file");
  return found;
}
