/**
 * Calls of an interface over a MessagePort, between threads.
 *
 * Calls and replies that are made together travel in one message. An `AbortSignal` as the last argument works
 * across the port. A {@link DispatchError} arrives as itself.
 */
import type { MessagePort, Transferable } from "node:worker_threads";
import { fromWireError, toWireError, type WireError } from "./wire_error.ts";

type Method = (...parameters: never[]) => Promise<unknown>;

/** An interface whose methods all return promises. */
export type Callable<T> = { readonly [K in keyof T]: Method };

type Call = readonly [id: number, method: string, parameters: readonly unknown[], isAbortable: boolean];
type Reply = readonly [id: number, isOk: boolean, value: unknown];
type Request = { readonly calls: readonly Call[] } | { readonly abort: number };

/** Answers calls that arrive at `port` with the methods of `target` that `methods` names. */
export function serveCalls<T extends Callable<T>>(
  port: MessagePort,
  target: T,
  methods: readonly (keyof T & string)[],
): void {
  const allowed = new Set<string>(methods);
  const running = new Map<number, AbortController>();
  const replies = batch<Reply>((values) => port.postMessage(values));

  async function answer([id, method, parameters, isAbortable]: Call): Promise<void> {
    try {
      if (!allowed.has(method)) throw new TypeError(`Cannot call over the port: current value is ${method}`);
      const controller = isAbortable ? new AbortController() : undefined;
      if (controller !== undefined) running.set(id, controller);
      const all = controller === undefined ? parameters : [...parameters, controller.signal];
      replies.add([id, true, await target[method as keyof T](...(all as never[]))]);
    } catch (error) {
      replies.add([id, false, toWireError(error)]);
    } finally {
      running.delete(id);
    }
  }

  port.on("message", (request: Request) => {
    if ("abort" in request) running.get(request.abort)?.abort();
    else for (const call of request.calls) void answer(call);
  });
}

/**
 * The interface that the other side of `port` serves.
 *
 * @param transferables names the buffers in a call's parameters that are handed over instead of copied
 */
export function callsOver<T extends Callable<T>>(
  port: MessagePort,
  methods: readonly (keyof T & string)[],
  transferables: (method: string, parameters: readonly unknown[]) => readonly Transferable[] = () => [],
): T {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  let lastId = 0;
  const calls = batch<Call>((values) =>
    port.postMessage(
      { calls: values },
      values.flatMap(([, method, parameters]) => transferables(method, parameters)),
    ),
  );

  port.on("message", (replies: readonly Reply[]) => {
    for (const [id, isOk, value] of replies) {
      const caller = waiting.get(id);
      waiting.delete(id);
      if (isOk) caller?.resolve(value);
      else caller?.reject(fromWireError(value as WireError));
    }
  });

  function call(method: string, parameters: readonly unknown[]): Promise<unknown> {
    const id = ++lastId;
    const last = parameters.at(-1);
    const signal = last instanceof AbortSignal ? last : undefined;
    // The abort must travel after its call, which leaves when the present code has run to its end.
    const abort = () => setImmediate(() => port.postMessage({ abort: id }));
    const answer = new Promise<unknown>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      calls.add([id, method, signal === undefined ? parameters : parameters.slice(0, -1), signal !== undefined]);
    });
    if (signal === undefined) return answer;
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    return answer.finally(() => signal.removeEventListener("abort", abort));
  }

  return Object.fromEntries(
    methods.map((method) => [method, (...parameters: unknown[]) => call(method, parameters)]),
  ) as unknown as T;
}

/** Hands values on together, those that the code which runs at present makes. Waiting longer would hold senders up. */
function batch<V>(send: (values: V[]) => void): { add(value: V): void } {
  let values: V[] = [];
  function flush(): void {
    const all = values;
    values = [];
    send(all);
  }
  return {
    add(value) {
      if (values.push(value) === 1) queueMicrotask(flush);
    },
  };
}
