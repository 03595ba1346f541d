/** What is done to all messages of a state: to make them due, to delete them. */
import { z } from "zod";
import { isDispatchError } from "../error/mod.ts";
import type { SpoolState } from "../spool/entry.ts";
import { oneOf } from "./input.ts";
import { defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

/** How many messages of a state were changed; those that were being delivered, were gone or can't be read were not. */
export interface BulkResult {
  readonly done: number;
  readonly skipped: number;
}

/** Messages that are changed together, in one transaction of the spool. */
const pageSize = 500;

const queueRetryAll = defineOperation({
  name: "queue.retry-all",
  summary: "Make all messages of a state due now, their attempts counted anew",
  input: z.strictObject({ state: oneOf(["retrying", "failed", "captured", "unreadable"]) }),
  run: ({ spool }, { state }) => changeAll(spool, state, (id) => spool.retry(id)),
  audit: {
    event: "queue.retried",
    subject: ({ state }) => state,
    after: (_context, _input, result) => result,
  },
});

const queueDeleteAll = defineOperation({
  name: "queue.delete-all",
  summary: "Delete all messages of a state from the queue; they are gone for good",
  input: z.strictObject({ state: oneOf(["queued", "retrying", "failed", "captured", "unreadable"]) }),
  run: ({ spool }, { state }) => changeAll(spool, state, (id) => spool.delete(id)),
  audit: {
    event: "queue.deleted",
    subject: ({ state }) => state,
    after: (_context, _input, result) => result,
  },
});

/** The operations on all messages of a state. */
export const queueBulkOperations = [queueRetryAll, queueDeleteAll] as const;

/** From the newest down, so that one that comes back to the state while others are changed is not met again. */
async function changeAll(
  spool: OperationContext["spool"],
  state: SpoolState,
  change: (id: string) => Promise<void>,
): Promise<BulkResult> {
  let [done, skipped] = [0, 0];
  let before: string | undefined;
  for (;;) {
    const entries = await spool.list({ state, limit: pageSize, ...(before === undefined ? {} : { before }) });
    if (entries.length === 0) return { done, skipped };
    const changed = await Promise.all(entries.map(({ id }) => change(id).then(() => true, passOver)));
    done += changed.filter(Boolean).length;
    skipped += changed.filter((isDone) => !isDone).length;
    before = entries.at(-1)!.id;
  }
}

function passOver(error: unknown): false {
  const codes = ["queue_entry_unknown", "queue_entry_busy", "queue_entry_unreadable"] as const;
  if (codes.some((code) => isDispatchError(error, code))) return false;
  throw error;
}
