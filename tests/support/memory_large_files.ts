/** Large files in memory. */
import type { LargeFiles, LargeFileWriter } from "../../core/capabilities.ts";

/** {@link LargeFiles} that last as long as the test. */
export class MemoryLargeFiles implements LargeFiles {
  readonly #files = new Map<string, Uint8Array[]>();
  /** How many there ever were. */
  created = 0;
  /** What writing fails with; `null` when it works. */
  failure: Error | null = null;

  async create(name: string): Promise<LargeFileWriter> {
    const parts: Uint8Array[] = [];
    this.#files.set(name, parts);
    this.created++;
    return {
      write: async (chunk) => {
        if (this.failure !== null) throw this.failure;
        parts.push(chunk.slice());
      },
      commit: async () => {},
      abort: async () => void this.#files.delete(name),
    };
  }

  open(name: string): ReadableStream<Uint8Array> {
    const parts = this.#files.get(name);
    return new ReadableStream({
      start(controller) {
        if (parts === undefined) throw new Error(`there is no file ${name}`);
        for (const part of parts) controller.enqueue(part);
        controller.close();
      },
    });
  }

  async remove(name: string): Promise<void> {
    this.#files.delete(name);
  }

  async list(): Promise<string[]> {
    return [...this.#files.keys()];
  }

  /** What is in a file; nothing when there is none. */
  partsOf(name: string): readonly Uint8Array[] {
    return this.#files.get(name) ?? [];
  }

  get size(): number {
    return this.#files.size;
  }
}
