/** The body of an HTTP request as it arrives: bounded, and never taken for whole when it broke off. */
import { DispatchError } from "../error/mod.ts";
import { GrowingBytes } from "../mail/growing_bytes.ts";

/** What is known about a body before it is read. */
export interface BodyBounds {
  /** The most bytes that it may have. */
  readonly limitBytes: number;
  /** `Content-Length`; `null` when the client did not say. */
  readonly declaredBytes: number | null;
}

/** Reads a `Content-Length` header; `null` when there is none or it is no number. */
export function parseContentLength(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

/** Refuses a body that says itself that it is too large. @throws {DispatchError} `message_too_large` */
export function requireDeclaredSize({ limitBytes, declaredBytes }: BodyBounds): void {
  if (declaredBytes !== null && declaredBytes > limitBytes)
    throw new DispatchError("message_too_large", { limitBytes });
}

/**
 * Yields the chunks of a body.
 *
 * @throws {DispatchError} `message_too_large` as soon as it is, `body_incomplete` when the client went away or sent less
 * than it had declared
 */
export async function* readChunks(
  body: ReadableStream<Uint8Array> | null,
  { limitBytes, declaredBytes }: BodyBounds,
): AsyncGenerator<Uint8Array, void, void> {
  let received = 0;
  for await (const chunk of untilBroken(body)) {
    received += chunk.byteLength;
    if (received > limitBytes) throw new DispatchError("message_too_large", { limitBytes });
    yield chunk;
  }
  if (declaredBytes !== null && received < declaredBytes) throw new DispatchError("body_incomplete", {});
}

/** Reads a whole body into memory. @throws as {@link readChunks} */
export async function readWhole(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new GrowingBytes();
  for await (const chunk of chunks) whole.append(chunk);
  return whole.bytes;
}

/** Joins chunks whose size is known in memory of that size. @throws {RangeError} when they have another size */
export async function fillWhole(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(sizeBytes);
  let offset = 0;
  for await (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  if (offset !== sizeBytes) throw new RangeError(`Cannot use chunks as ${sizeBytes} bytes: their size is ${offset}`);
  return whole;
}

/** Whatever breaks the stream, to the client's message it means one thing. */
async function* untilBroken(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void, void> {
  if (body === null) return;
  const reader = body.getReader();
  let isOver = false;
  try {
    while (!isOver) {
      const { done, value } = await reader.read().catch((cause) => {
        throw new DispatchError("body_incomplete", {}, { cause });
      });
      isOver = done;
      if (value !== undefined) yield value;
    }
  } finally {
    // A reader that leaves early has refused the body; the connection takes care of the rest of it.
    reader.releaseLock();
  }
}
