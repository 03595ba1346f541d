/** Large message contents as files of one directory. */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { LargeFiles, LargeFileWriter } from "../core/capabilities.ts";
import { noteBufferBytes } from "./buffer_memory.ts";
import { syncDirectory } from "./sync_directory.ts";

/** {@link LargeFiles} under `directory`, which is made when it is missing; files and directory are for the owner only. */
export function openLargeFiles(directory: string): LargeFiles {
  return {
    async create(name) {
      const made = await mkdir(directory, { recursive: true, mode: 0o700 });
      // The files in it are no safer than the directory's own name.
      if (made !== undefined) await syncDirectory(dirname(directory));
      return new FileWriter(directory, name, await open(pathOf(directory, name), "wx", 0o600));
    },
    open: (name) => Readable.toWeb(createReadStream(pathOf(directory, name))) as unknown as ReadableStream<Uint8Array>,
    remove: (name) => rm(pathOf(directory, name), { force: true }),
    async list() {
      try {
        const entries = await readdir(directory, { withFileTypes: true });
        return entries.filter((entry) => entry.isFile() && isOwn(entry.name)).map((entry) => entry.name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw error;
      }
    },
  };
}

class FileWriter implements LargeFileWriter {
  readonly #directory: string;
  readonly #name: string;
  readonly #file: FileHandle;
  #isClosed = false;

  constructor(directory: string, name: string, file: FileHandle) {
    this.#directory = directory;
    this.#name = name;
    this.#file = file;
  }

  async write(chunk: Uint8Array): Promise<void> {
    let offset = 0;
    while (offset < chunk.byteLength) {
      const { bytesWritten } = await this.#file.write(chunk, offset);
      offset += bytesWritten;
    }
    noteBufferBytes(chunk.byteLength);
  }

  async commit(): Promise<void> {
    await this.#file.datasync();
    await this.#close();
    await syncDirectory(this.#directory);
  }

  async abort(): Promise<void> {
    await this.#close();
    await rm(pathOf(this.#directory, this.#name), { force: true });
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#file.close();
  }
}

/** What others have put there (a file system's `lost+found`, an `.nfs…`, an operator's notes) is none of ours. */
function isOwn(name: string): boolean {
  return /^\w[\w-]*\.eml$/.test(name);
}

function pathOf(directory: string, name: string): string {
  if (!/^[A-Za-z0-9_.-]+$/.test(name) || name.startsWith(".")) {
    throw new TypeError(`Cannot use as the name of a large file: current value is ${name}`);
  }
  return join(directory, name);
}
