/** One request to a provider and its answer, bounded in time and size. */
import type { Clock } from "../../capabilities.ts";
import { DispatchError } from "../../error/mod.ts";
import type { ProviderAnswer } from "./http_api.ts";

/** Longest time from the start of a request to the end of its answer, and how fast what it carries has to go. */
const timeoutSeconds = 60;
const bytesPerSecond = 65_536;

/** How much of an answer is read. */
const maxAnswerBytes = 65_536;

/** What {@link exchange} needs from its surroundings. */
export interface ExchangeOptions {
  /** Sends a request as it is: no cookies, no redirects but those that the request allows, no proxy. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly clock: Clock;
  /** Breaks it off. */
  readonly signal: AbortSignal;
  /** For the error. */
  readonly provider: string;
  /** Of the message that is sent along: a slow line has the time for it. Default: 0. */
  readonly sizeBytes?: number;
}

/**
 * Sends `request` and reads the answer; a redirect is an answer, and is not followed.
 *
 * @throws {DispatchError} `provider_unreachable` when there is no whole answer in time
 */
export async function exchange(request: Request, options: ExchangeOptions): Promise<ProviderAnswer> {
  const limit = new AbortController();
  const breakOff = () => limit.abort(new DOMException("the delivery was stopped", "AbortError"));
  const seconds = timeoutSeconds + Math.floor((options.sizeBytes ?? 0) / bytesPerSecond);
  const cancelTimer = options.clock.after(seconds * 1000, () =>
    limit.abort(new DOMException(`no whole answer within ${seconds} seconds`, "TimeoutError")),
  );
  options.signal.addEventListener("abort", breakOff, { once: true });
  if (options.signal.aborted) breakOff();
  try {
    limit.signal.throwIfAborted();
    const sent = options.fetch(new Request(request, { redirect: "manual", signal: limit.signal }));
    return await readAnswer(await unlessAborted(limit.signal, sent), limit.signal);
  } catch (error) {
    const reason = reasonOf(limit.signal.aborted ? limit.signal.reason : error);
    throw new DispatchError("provider_unreachable", { provider: options.provider, reason, retryAfterSeconds: null });
  } finally {
    cancelTimer();
    options.signal.removeEventListener("abort", breakOff);
  }
}

async function readAnswer(response: Response, signal: AbortSignal): Promise<ProviderAnswer> {
  const text = await readText(response, signal);
  return { status: response.status, headers: response.headers, text, json: parseJson(text) };
}

/** The first 64 KiB of the body; the rest is not waited for. */
async function readText({ body }: Response, signal: AbortSignal): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let room = maxAnswerBytes; reader !== undefined && room > 0; ) {
    const { value } = await unlessAborted(signal, reader.read());
    if (value === undefined) return text + decoder.decode();
    text += decoder.decode(value.subarray(0, room), { stream: true });
    room -= value.byteLength;
  }
  // A provider that is still talking needn't be told well.
  reader?.cancel().catch(() => {});
  return text;
}

/** Rejects as soon as `signal` aborts, whether or not `work` heeds it. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What went wrong is often in the cause: `fetch failed` says nothing. For a name with several addresses, in its errors. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reasonOf).join(", ");
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
