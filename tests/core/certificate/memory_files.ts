/** Files in memory, which count their writes and can be given any mode. */
import type { Files } from "../../../core/capabilities.ts";

export class MemoryFiles implements Files {
  readonly contents = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly modes = new Map<string, number>();
  /** Paths in the order in which they were written. */
  readonly written: string[] = [];
  /** Mode of a new file; `null` on a platform without modes. */
  newFileMode: number | null = 0o600;
  /** Number of writes that succeed before one fails. */
  writesLeft = Number.POSITIVE_INFINITY;

  locate(path: string): string {
    return `/data/${path}`;
  }

  async read(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.contents.get(path)?.slice() ?? null;
  }

  async writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
    if (this.writesLeft === 0) throw new TypeError("Cannot write: the test said so");
    this.writesLeft -= 1;
    this.written.push(path);
    this.contents.set(path, new Uint8Array(bytes));
    if (this.newFileMode !== null) this.modes.set(path, this.newFileMode);
  }

  async remove(path: string): Promise<void> {
    this.contents.delete(path);
    this.modes.delete(path);
  }

  async mode(path: string): Promise<number | null> {
    return this.modes.get(path) ?? null;
  }

  /** Puts a text where it is, without counting that as a write. */
  put(path: string, text: string, mode = 0o600): void {
    this.contents.set(path, new TextEncoder().encode(text));
    this.modes.set(path, mode);
  }

  text(path: string): string {
    return new TextDecoder().decode(this.contents.get(path));
  }
}
