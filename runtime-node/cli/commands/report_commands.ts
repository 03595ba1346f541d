/** `dispatch report` */
import { messageEvents } from "../../../core/history/message_event.ts";
import type { ReportDocument } from "../../../core/operations/report_operations.ts";
import { operationCommand } from "../operation_command.ts";
import { textTable } from "../text_table.ts";

/** The commands on reports. */
export const reportCommands = [
  operationCommand({
    operation: "report.show",
    words: ["report"],
    options: [
      { flags: "--from-time T", summary: "not before, such as 2026-11-22 or 2026-11-22T10:30:00Z (default: 30 days)" },
      { flags: "--to-time T", summary: "before that (default: now)" },
      { flags: "--by WHAT", summary: "hour, day, month, relay or event; also two: day,relay (default: day)" },
      { flags: "--time-zone ZONE", summary: "of times and days, such as Europe/Vienna (default: UTC)" },
    ],
    input: (call) => ({
      fromTime: call.option("from-time"),
      toTime: call.option("to-time"),
      by: call.option("by"),
      timeZone: call.option("time-zone"),
    }),
    print: printReport,
  }),
];

/** A line for each time and relay, a column for each event that has happened. */
function printReport({ rows, from, to }: ReportDocument): string {
  const events = messageEvents.filter((event) => rows.some((row) => row.event === event));
  const lines = new Map<string, Record<string, unknown>>();
  for (const { time, relay, event, count } of rows) {
    const key = JSON.stringify([time, relay]);
    lines.set(key, { ...(lines.get(key) ?? { time, relay }), [event]: count });
  }
  const cells = [...lines.values()].map((line) => [line.time, line.relay, ...events.map((event) => line[event] ?? 0)]);
  const headings = ["TIME", "RELAY", ...events.map((event) => event.toUpperCase())];
  return textTable(headings, cells, `Nothing was counted from ${from} to ${to}.`);
}
