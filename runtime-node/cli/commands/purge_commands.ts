/** `dispatch purge …` */
import type { PurgeRunView } from "../../../core/operations/purge_operations.ts";
import { operationCommand } from "../operation_command.ts";
import { factLines, textTable } from "../text_table.ts";

const headings = ["STARTED", "ENDED", "CAUSE", "STATE", "REMOVED", "PROBLEM"];

/** The commands on purges. */
export const purgeCommands = [
  operationCommand({
    operation: "purge.run",
    input: () => ({}),
    print: ({ state, removed, problem }) => factLines({ state, ...removed, problem: problem ?? undefined }),
    exitCode: ({ state }) => (state === "failed" ? 1 : 0),
  }),
  operationCommand({
    operation: "purge.list",
    options: [{ flags: "--limit N", summary: "at most so many, 1 to 500 (default: 20)" }],
    input: (call) => ({ limit: call.option("limit") }),
    print: (runs) => textTable(headings, runs.map(cellsOf), "Nothing was purged yet."),
  }),
];

function cellsOf({ startedAt, endedAt, cause, state, removed, problem }: PurgeRunView): unknown[] {
  const counts = Object.entries(removed).filter(([, count]) => count > 0);
  return [startedAt, endedAt, cause, state, counts.map(([name, count]) => `${name}: ${count}`).join(", "), problem];
}
