/** Where a command's operations are performed: in the running service, else here on the files. */
import { setTimeout as pause } from "node:timers/promises";
import { DispatchError, isDispatchError } from "../../core/error/mod.ts";
import type { FeedName, InputOf, OperationName, OutputOf } from "../../core/operations/operation_table.ts";
import { connectControl } from "../control_client.ts";
import type { Environment } from "../environment.ts";
import type { CliRuntime, OfflineDispatch } from "./cli_runtime.ts";

/** A service that starts, or another command, holds the data directory for moments only. */
const patienceMs = 5000;
const retryMs = 50;

/** Performs operations for one command. */
export interface Session {
  /** @throws {DispatchError} as the operation does, and `service_unreachable` when it needs a service and none runs */
  call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>>;
  /** Opens a feed, until `signal` aborts. @throws as {@link call} */
  open<Name extends FeedName>(
    name: Name,
    input: InputOf<Name>,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** Where operations are performed. */
interface Performer {
  call(name: string, input: unknown): Promise<unknown>;
  open(name: string, input: unknown, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  close(): void | Promise<void>;
}

/** Returns a session on a data directory. Nothing is opened before the first call. */
export function createSession(runtime: CliRuntime, environment: Environment): Session {
  let reaching: Promise<Performer> | undefined;
  const reach = (name: OperationName | FeedName) => {
    reaching ??= reachPerformer(runtime, environment, name);
    return reaching;
  };
  return {
    async call(name, input) {
      const performer = await reach(name);
      return (await performer.call(name, input)) as never;
    },
    async open(name, input, signal) {
      const performer = await reach(name);
      return await performer.open(name, input, signal);
    },
    async close() {
      // What could not be reached has been reported by the call that wanted it.
      const performer = await reaching?.catch(() => undefined);
      await performer?.close();
    },
  };
}

/** The service that runs on the data directory; without one, and where none is needed, the files. */
async function reachPerformer(
  runtime: CliRuntime,
  environment: Environment,
  name: OperationName | FeedName,
): Promise<Performer> {
  const { dataDirectory } = environment;
  const giveUpAtMs = Date.now() + patienceMs;
  for (;;) {
    const client = await connectControl(dataDirectory);
    if (client !== null) return client;
    // Beside a service the operations are its own: only without one are they loaded here.
    const table = await import("../../core/operations/operation_table.ts");
    if ((table.findOperation(name) ?? table.findFeed(name))?.needsService === true)
      throw new DispatchError("service_unreachable", { path: dataDirectory });
    try {
      return performOffline(await runtime.openOffline(environment), table);
    } catch (error) {
      if (!isDispatchError(error, "data_directory_in_use") || Date.now() >= giveUpAtMs) throw error;
    }
    await pause(retryMs);
  }
}

function performOffline(
  { context, close }: OfflineDispatch,
  { performOperation, openFeed }: typeof import("../../core/operations/operation_table.ts"),
): Performer {
  return {
    call: async (name, input) => asSentOver(await performOperation(context, name, asSentOver(input))),
    open: async (name, input) => await openFeed(context, name, asSentOver(input)),
    close,
  };
}

/** What becomes of a value on its way through the control channel; so that both ways give the same. */
function asSentOver(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
