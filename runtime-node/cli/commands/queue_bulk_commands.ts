/** `dispatch queue retry-all` and `dispatch queue delete-all` */
import type { BulkResult } from "../../../core/operations/queue_bulk.ts";
import { operationCommand } from "../operation_command.ts";

const stateArgument = { name: "STATE", summary: "queued (to delete), retrying, failed, captured or unreadable" };

/** The commands on all messages of a state. */
export const queueBulkCommands = [
  operationCommand({
    operation: "queue.retry-all",
    arguments: [stateArgument],
    input: (call) => ({ state: call.argument("STATE") as "failed" }),
    print: (result) => describeResult(result, "made due"),
  }),
  operationCommand({
    operation: "queue.delete-all",
    arguments: [stateArgument],
    input: (call) => ({ state: call.argument("STATE") as "failed" }),
    print: (result) => describeResult(result, "deleted"),
  }),
];

function describeResult({ done, skipped }: BulkResult, what: string): string {
  const rest = skipped === 0 ? "" : ` ${skipped} were left: being delivered, gone by then, or unreadable.`;
  return `${done} messages were ${what}.${rest}`;
}
