/** Threads: how one is started, says that it is ready or why not, sends its log lines home, and is connected to. */
import "./module_hooks.js";
import { MessageChannel, type MessagePort, parentPort, type Worker, workerData } from "node:worker_threads";
import type { LogFacts, Logger } from "../core/capabilities.ts";
import { fromWireError, toWireError, type WireError } from "./wire_error.ts";

type FromThread =
  | { readonly ready: unknown }
  | { readonly failed: WireError }
  | { readonly log: readonly [level: keyof Logger, event: string, message: string, facts?: LogFacts] };

type ToThread = { readonly connect: MessagePort } | { readonly stop: true };

/** A running thread. */
export interface Thread {
  /** What the thread said when it was ready. */
  readonly ready: unknown;
  /** A port whose other end the thread serves. */
  connect(): MessagePort;
  /** Asks the thread to finish what is under way and end; resolves when it has. */
  stop(): Promise<void>;
}

/** What a thread does; called inside it by {@link runThread}. */
export interface ThreadBody {
  /** Sent to the starter. */
  readonly ready: unknown;
  connect(port: MessagePort): void;
  stop(): Promise<void>;
}

/**
 * Waits for a new thread to be ready. The caller makes the `Worker`: compilers need to see `new Worker(new URL(…))` whole.
 *
 * @param onDeath called when the thread ends without having been asked to
 * @throws what the thread's set-up threw
 */
export function superviseThread(worker: Worker, logger: Logger, onDeath: (error: unknown) => void): Promise<Thread> {
  return new Promise((resolve, reject) => {
    let isStopping = false;
    let cause: unknown;
    const exited = new Promise<void>((done) => {
      worker.on("error", (error) => {
        cause = error;
        reject(error);
      });
      worker.on("exit", () => {
        done();
        reject(cause ?? new Error("The thread ended before it was ready"));
        if (!isStopping) onDeath(cause);
      });
    });
    worker.on("message", (message: FromThread) => {
      if ("log" in message) logger[message.log[0]](message.log[1], message.log[2], message.log[3]);
      else if ("failed" in message) {
        isStopping = true;
        reject(fromWireError(message.failed));
      } else resolve({ ready: message.ready, connect: () => connect(worker), stop });
    });
    async function stop(): Promise<void> {
      isStopping = true;
      worker.postMessage({ stop: true } satisfies ToThread);
      await exited;
    }
  });
}

/** Runs `setUp` inside a thread that {@link superviseThread} waits for. */
export async function runThread<Data>(setUp: (data: Data, logger: Logger) => Promise<ThreadBody>): Promise<void> {
  const home = parentPort;
  if (home === null) throw new TypeError("Cannot run as a thread: current value is the main thread");
  try {
    const body = await setUp(workerData as Data, loggerOver(home));
    home.on("message", async (message: ToThread) => {
      if ("connect" in message) return body.connect(message.connect);
      // Calls that were made before this one may still be arriving over other ports, and each answer leaves at the end
      // of a turn of the event loop.
      await nextTurn();
      await body.stop();
      await nextTurn();
      await nextTurn();
      home.close();
      process.exit(0);
    });
    home.postMessage({ ready: body.ready } satisfies FromThread);
  } catch (error) {
    home.postMessage({ failed: toWireError(error) } satisfies FromThread);
    home.close();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function connect(worker: Worker): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ connect: port2 } satisfies ToThread, [port2]);
  return port1;
}

function loggerOver(port: MessagePort): Logger {
  const send =
    (level: keyof Logger): Logger["info"] =>
    (event, message, facts) =>
      port.postMessage({ log: [level, event, message, facts] });
  return { debug: send("debug"), info: send("info"), warn: send("warn"), error: send("error") };
}
