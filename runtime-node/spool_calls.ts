/** The spool across threads: which of its methods are called over a port, and what is handed over. */
import type { MessagePort, Transferable } from "node:worker_threads";
import type { ClaimedMessage, LaneRooms, NewSpoolMessage, Settlement, Spool } from "../core/spool/mod.ts";
import { type AppendOutcome, AppendQueue } from "./append_queue.ts";
import { callsOver, serveCalls } from "./port_calls.ts";
import { decodeSpoolGroup, encodeSpoolGroup, type SpoolGroup } from "./spool_group.ts";
import { fromWireError, toWireError, type WireError } from "./wire_error.ts";

const methods = [
  "appendAll",
  "claim",
  "settle",
  "park",
  "counts",
  "eventCounts",
  "list",
  "find",
  "content",
  "retry",
  "delete",
  "purge",
  "takeHistory",
  "forgetHistory",
] as const satisfies readonly (keyof SpoolCalls)[];

/** The spool as it is called over a port: messages are stored in groups, and what is nested travels as text. */
interface SpoolCalls extends Omit<Spool, "append" | "claim" | "settle" | "close"> {
  /** Resolves to the outcome of each, or to `null` when all were stored, as they nearly always are. */
  appendAll(group: SpoolGroup): Promise<readonly AppendOutcome[] | null>;
  /** A signal crosses a port as the last argument. */
  claim(max: number, rooms: LaneRooms | undefined, signal: AbortSignal): Promise<ClaimedMessage[]>;
  /** Takes the settlement as JSON: a clone of what is nested costs Bun twice as much, and Node no less. */
  settle(settlement: string): ReturnType<Spool["settle"]>;
}

const stored: AppendOutcome = { isOk: true, result: { kind: "stored" } };

/** Serves `spool` to the other end of `port`. */
export function serveSpool(port: MessagePort, spool: Spool): void {
  const calls: SpoolCalls = {
    async appendAll(group) {
      const outcomes = await Promise.all(decodeSpoolGroup(group).map((message) => attempt(spool, message)));
      return outcomes.every(isStored) ? null : outcomes;
    },
    claim: (max, rooms, signal) => spool.claim(max, signal, rooms),
    settle: (settlement) => spool.settle(JSON.parse(settlement) as Settlement),
    park: (ids, lane) => spool.park(ids, lane),
    counts: () => spool.counts(),
    eventCounts: () => spool.eventCounts(),
    list: (filter) => spool.list(filter),
    find: (id) => spool.find(id),
    content: (id) => spool.content(id),
    retry: (id) => spool.retry(id),
    delete: (id) => spool.delete(id),
    purge: (what) => spool.purge(what),
    takeHistory: (max, signal) => spool.takeHistory(max, signal),
    forgetHistory: (through) => spool.forgetHistory(through),
  };
  serveCalls<SpoolCalls>(port, calls, methods);
}

async function attempt(spool: Spool, message: NewSpoolMessage): Promise<AppendOutcome> {
  try {
    return { isOk: true, result: await spool.append(message) };
  } catch (error) {
    return { isOk: false, error: toWireError(error) };
  }
}

/** The spool that the other end of `port` serves; `close` ends the port, not the spool. */
export function spoolOverPort(port: MessagePort): Spool {
  const { appendAll, ...calls } = callsOver<SpoolCalls>(port, methods, handedOver);
  const queue = new AppendQueue(async (messages) => {
    const outcomes = await appendAll(encodeSpoolGroup(messages));
    return outcomes === null ? messages.map(() => stored) : outcomes.map(reviveOutcome);
  });
  return {
    ...calls,
    claim: (max, signal, rooms) => calls.claim(max, rooms, signal),
    settle: (settlement) => calls.settle(JSON.stringify(settlement)),
    append: (message) => queue.append(message),
    close: async () => port.close(),
  };
}

function isStored(outcome: AppendOutcome): boolean {
  return outcome.isOk && outcome.result.kind === "stored";
}

function reviveOutcome(outcome: AppendOutcome): AppendOutcome {
  return outcome.isOk ? outcome : { isOk: false, error: fromWireError(outcome.error as WireError) };
}

/** Contents move to the spool's thread without a copy; their sender has no use for them any more. */
function handedOver(method: string, parameters: readonly unknown[]): readonly Transferable[] {
  return method === "appendAll" ? [(parameters[0] as SpoolGroup).contents.buffer] : [];
}
