/** Small files under one directory. */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Files } from "../core/capabilities.ts";
import { syncDirectory } from "./sync_directory.ts";

const isWindows = process.platform === "win32";

/** The files under the directory `root`, which is made when something is written. */
export function openFiles(root: string): Files {
  const base = resolve(root);

  function locate(path: string): string {
    const located = resolve(base, path);
    if (path === "" || /^\.\.(?:\/|$)/.test(path) || relative(base, located).replaceAll(sep, "/") !== path)
      throw new RangeError(`Cannot use a path outside ${base} as path: current value is ${path}`);
    return located;
  }

  return {
    locate,
    read: async (path) => nullIfMissing(async () => new Uint8Array(await readFile(locate(path)))),
    async writeAtomically(path, bytes) {
      const target = locate(path);
      const directory = dirname(target);
      const made = await mkdir(directory, { recursive: true, mode: 0o700 });
      const beside = join(directory, `.${randomBytes(8).toString("hex")}.tmp`);
      try {
        await writeAndSync(beside, bytes);
        await rename(beside, target);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
      // A directory that was just made is itself an entry to be synced, up to the one that was there before.
      const last = made === undefined ? directory : dirname(made);
      for (let synced = directory; ; synced = dirname(synced)) {
        await syncDirectory(synced);
        if (synced === last) return;
      }
    },
    async remove(path) {
      const removed = await nullIfMissing(() => rm(locate(path)));
      if (removed !== null) await syncDirectory(dirname(locate(path)));
    },
    mode: async (path) => (isWindows ? null : nullIfMissing(async () => (await stat(locate(path))).mode & 0o777)),
  };
}

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function nullIfMissing<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
