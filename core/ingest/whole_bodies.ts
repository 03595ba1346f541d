/** Request bodies that have to be whole before they are understood; while they arrive, they take next to no memory. */
import type { DiskGauge, LargeFiles, LargeFileWriter } from "../capabilities.ts";
import { DispatchError } from "../error/mod.ts";
import { GrowingBytes } from "../mail/growing_bytes.ts";
import type { BodyBudget, BodyShare } from "./body_limits.ts";
import { requireDiskSpace } from "./disk_policy.ts";
import { fillWhole } from "./request_body.ts";
import { asSpoolError } from "./spooling_intake.ts";

/** Bytes of one body that are kept in memory while it arrives. */
const maxArrivingBytes = 64 * 1024;

/** What {@link WholeBodies} rest on. */
export interface WholeBodiesOptions {
  /** Where a body of more than 64 KiB arrives. */
  readonly files: Pick<LargeFiles, "create" | "open">;
  readonly createFileName: () => string;
  readonly disk: DiskGauge;
  /** What all bodies that are held whole share. */
  readonly budget: BodyBudget;
}

/**
 * Reads bodies whole, each at its client's pace.
 *
 * Memory is taken for what has arrived, never for what was announced: a body that outgrows 64 KiB goes into a file, and is
 * read back when it is its turn in the budget. From there on nothing waits for a client, so that no slow sender, and no
 * number of them, holds what the others wait for.
 */
export class WholeBodies {
  readonly #options: WholeBodiesOptions;

  constructor(options: WholeBodiesOptions) {
    this.#options = options;
  }

  /**
   * Calls `work` with all of `chunks`, and returns what it returns.
   *
   * @param signal Aborts when the client has gone
   * @throws {DispatchError} `disk_nearly_full` where a file is needed, `spool_unavailable`, `body_incomplete`, and what
   *   `chunks` and `work` throw
   */
  async use<T>(
    chunks: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    work: (body: Uint8Array<ArrayBuffer>) => Promise<T>,
  ): Promise<T> {
    const body = new ArrivingBody(this.#options);
    let share: BodyShare | undefined;
    try {
      for await (const chunk of chunks) await body.take(chunk);
      share = await this.#shareOf(body, signal);
      const whole = await body.read();
      await body.discard();
      return await work(whole);
    } finally {
      share?.release();
      await body.discard();
    }
  }

  async #shareOf({ sizeBytes }: ArrivingBody, signal: AbortSignal): Promise<BodyShare> {
    try {
      return await this.#options.budget.acquire(sizeBytes, signal);
    } catch (cause) {
      throw new DispatchError("body_incomplete", {}, { cause });
    }
  }
}

class ArrivingBody {
  readonly #options: WholeBodiesOptions;
  readonly #held = new GrowingBytes();
  #file: { readonly name: string; readonly writer: LargeFileWriter } | undefined;
  #sizeBytes = 0;

  constructor(options: WholeBodiesOptions) {
    this.#options = options;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async take(chunk: Uint8Array): Promise<void> {
    this.#sizeBytes += chunk.byteLength;
    if (this.#file === undefined && this.#sizeBytes <= maxArrivingBytes) this.#held.append(chunk);
    else await this.#writeToFile(chunk);
  }

  async read(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#file === undefined) return this.#held.bytes;
    try {
      return await fillWhole(this.#options.files.open(this.#file.name), this.#sizeBytes);
    } catch (error) {
      throw asSpoolError(error);
    }
  }

  /** Leaves no file behind; may be called again. */
  async discard(): Promise<void> {
    await this.#file?.writer.abort();
  }

  async #writeToFile(chunk: Uint8Array): Promise<void> {
    // Whether the content is right can't be known without room to put it: here the disk comes first.
    requireDiskSpace(this.#options.disk.freeBytes());
    try {
      this.#file ??= await this.#moveToFile();
      await this.#file.writer.write(chunk);
    } catch (error) {
      throw asSpoolError(error);
    }
  }

  async #moveToFile() {
    const { files, createFileName } = this.#options;
    const name = createFileName();
    const writer = await files.create(name);
    this.#file = { name, writer };
    await writer.write(this.#held.bytes);
    this.#held.clear();
    return this.#file;
  }
}
