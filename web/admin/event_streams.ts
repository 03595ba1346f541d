/** The open streams of server-sent events (HTML standard, section 9.2): how many there may be, and how they end. */
import type { Clock } from "../../core/capabilities.ts";
import { DispatchError } from "../../core/error/mod.ts";

/** Each one searches the message log whenever it grows. */
export const maxEventStreams = 20;
const retryAfterSeconds = 10;
/** A line now and then keeps proxies from taking a quiet stream for a dead one. */
const beatMs = 15_000;
/** A comment, which readers pass over. */
const beat = new TextEncoder().encode(":\n\n");

/** What one stream sends. */
export interface EventSource {
  /** Lines of JSON, as a feed writes them. */
  readonly feed: ReadableStream<Uint8Array>;
  /** Name of the events. */
  readonly event: string;
  /** Whether the reader may go on reading: asked before anything is sent. */
  readonly mayGoOn: () => boolean;
}

/** See the file's first line. */
export class EventStreams {
  readonly #clock: Pick<Clock, "after">;
  readonly #open = new Set<() => void>();

  constructor(clock: Pick<Clock, "after">) {
    this.#clock = clock;
  }

  /**
   * Sends each line as an event, until the feed ends, the reader goes away, or may not go on.
   *
   * @throws {DispatchError} `too_many_streams`, and then the feed is cancelled
   */
  stream({ feed, event, mayGoOn }: EventSource): ReadableStream<Uint8Array> {
    if (this.#open.size >= maxEventStreams) {
      void feed.cancel().catch(() => {});
      throw new DispatchError("too_many_streams", { limit: maxEventStreams, retryAfterSeconds });
    }
    const lines = feed.getReader();
    const events = readEvents(lines, event);
    let end = () => {};
    let release = () => false;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const stopBeating = this.#keepBeating(() => {
          if (!mayGoOn()) end();
          else if ((controller.desiredSize ?? 0) > 0) controller.enqueue(beat);
        });
        release = () => {
          if (!this.#open.delete(end)) return false;
          stopBeating();
          void lines.cancel().catch(() => {});
          return true;
        };
        end = () => {
          if (release()) controller.close();
        };
        this.#open.add(end);
        controller.enqueue(beat);
      },
      pull: async (controller) => {
        const { done, value } = await events.next().catch((error) => {
          release();
          throw error;
        });
        if (done || !mayGoOn()) end();
        else if (this.#open.has(end)) controller.enqueue(value);
      },
      cancel: () => void release(),
    });
  }

  /** Ends all streams: a service that stops does not wait for their readers. */
  close(): void {
    for (const end of [...this.#open]) end();
  }

  #keepBeating(act: () => void): () => void {
    const next = (): (() => void) =>
      this.#clock.after(beatMs, () => {
        cancel = next();
        act();
      });
    let cancel = next();
    return () => cancel();
  }
}

/** One event for each line; what comes in one piece goes out in one. */
async function* readEvents(
  lines: ReadableStreamDefaultReader<Uint8Array>,
  event: string,
): AsyncGenerator<Uint8Array, void, void> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let rest = "";
  for (;;) {
    const { done, value } = await lines.read();
    if (done) return;
    const whole = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = whole.pop() ?? "";
    if (whole.length > 0) yield encoder.encode(whole.map((data) => `event: ${event}\ndata: ${data}\n\n`).join(""));
  }
}
