/** Asks the running service for operations and feeds, over the control socket of its data directory. */
import { type IncomingMessage, request } from "node:http";
import { DispatchError, isErrorCode } from "../core/error/mod.ts";
import { controlSocketPath, type SocketAddress } from "./control_path.ts";
import { findListeningSocket } from "./control_probe.ts";

/** A way to the running service. */
export interface ControlClient {
  /** Performs the operation `name`. @throws {DispatchError} as the operation does, and `service_unreachable` */
  call(name: string, input: unknown): Promise<unknown>;
  /** Opens the feed `name`, until `signal` aborts. @throws {DispatchError} as {@link call} */
  open(name: string, input: unknown, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  close(): void;
}

/**
 * Returns a way to the service that runs on `dataDirectory` (an absolute path), or `null` when none does.
 *
 * @throws {DispatchError} `control_channel_unusable` when that can't be found out
 */
export async function connectControl(dataDirectory: string): Promise<ControlClient | null> {
  const address = await findListeningSocket(dataDirectory, controlSocketPath(dataDirectory));
  if (address === null) return null;
  return {
    call: async (name, input) =>
      parseAnswer(await readText(dataDirectory, await post(dataDirectory, address, `/operations/${name}`, input))),
    open: async (name, input, signal) => {
      const response = await post(dataDirectory, address, `/feeds/${name}`, input, signal);
      return readChunks(dataDirectory, response, signal);
    },
    close: () => address.release(),
  };
}

/** Resolves to a response of status 2xx. */
async function post(
  dataDirectory: string,
  address: SocketAddress,
  path: string,
  input: unknown,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const body = JSON.stringify(input);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const options = { socketPath: address.path, path, method: "POST", agent: false, headers };
    const sent = request(signal === undefined ? options : { ...options, signal }, resolve);
    sent.once("error", (cause) => reject(new DispatchError("service_unreachable", { path: dataDirectory }, { cause })));
    sent.end(body);
  });
  if (response.statusCode === undefined || response.statusCode >= 300) {
    throw rebuildError(parseAnswer(await readText(dataDirectory, response)));
  }
  return response;
}

/** A service that dies in the middle must not look like one that has said all. */
async function* readChunks(
  dataDirectory: string,
  response: IncomingMessage,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  let cause: unknown;
  try {
    for await (const chunk of response) yield chunk;
    if (response.complete) return;
  } catch (error) {
    cause = error;
  }
  if (!signal?.aborted) throw new DispatchError("service_unreachable", { path: dataDirectory }, { cause });
}

async function readText(dataDirectory: string, response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(dataDirectory, response)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DispatchError("service_answer_unknown", { reason: "it is not JSON" }, { cause });
  }
}

/** The error as the service threw it. */
function rebuildError(answer: unknown): DispatchError {
  const { error } = (answer ?? {}) as { error?: { code?: unknown; facts?: unknown; message?: unknown } };
  const { code, facts, message } = error ?? {};
  if (typeof code !== "string" || typeof facts !== "object" || facts === null || !isErrorCode(code)) {
    return new DispatchError("service_answer_unknown", { reason: String(message ?? code ?? "it is no error") });
  }
  return new DispatchError(code, facts as never);
}
