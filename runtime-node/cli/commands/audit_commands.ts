/** `dispatch audit …` */
import type { AuditRow } from "../../../core/operations/audit_view.ts";
import { operationCommand } from "../operation_command.ts";
import { textTable } from "../text_table.ts";

const headings = ["TIME", "EVENT", "OUTCOME", "BY", "FROM", "SUBJECT", "DETAIL"];

/** The commands on the audit log. */
export const auditCommands = [
  operationCommand({
    operation: "audit.search",
    options: [
      { flags: "--from-time T", summary: "not before, such as 2026-11-22 or 2026-11-22T10:30:00Z" },
      { flags: "--to-time T", summary: "not after" },
      { flags: "--event E", summary: "such as config.changed or access.sign_in_failed" },
      { flags: "--category C", summary: "change, security, certificate or service" },
      { flags: "--actor A", summary: "service, command_line, dashboard, admin_api, smtp, http, or part of a name" },
      { flags: "--address A", summary: "from this address" },
      { flags: "--text T", summary: "part of the subject, the reason, or what was before or after" },
      { flags: "--limit N", summary: "at most so many, 1 to 1000 (default: 100)" },
      { flags: "--cursor C", summary: "go on where the last page ended" },
    ],
    input: (call) => ({
      fromTime: call.option("from-time"),
      toTime: call.option("to-time"),
      event: call.option("event") as "config.changed" | undefined,
      category: call.option("category") as "change" | undefined,
      actor: call.option("actor"),
      address: call.option("address"),
      text: call.option("text"),
      limit: call.option("limit"),
      cursor: call.option("cursor"),
    }),
    toJson: ({ rows }) => rows,
    print: ({ rows }) => textTable(headings, rows.map(cellsOf), "There is no such row."),
    notice: ({ next }) => (next === null ? undefined : `There is more: --cursor ${next}`),
  }),
];

function cellsOf(row: AuditRow): unknown[] {
  const by = row.actorName === null ? row.actor : `${row.actor} ${JSON.stringify(row.actorName)}`;
  return [row.time, row.event, row.outcome, by, row.address, row.subject, row.reason ?? describeChange(row)];
}

/** What has changed, a fact each: `spool.worker_count: 4 -> 8`; or all that was, or is, where there is nothing else. */
function describeChange({ before, after }: AuditRow): string | null {
  const [then, now] = [flatten(before), flatten(after)];
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  const changed = names.filter((name) => JSON.stringify(then[name]) !== JSON.stringify(now[name]));
  const isWhole = before === null || after === null;
  const shown = (name: string) =>
    isWhole ? show(now[name] ?? then[name]) : `${show(then[name])} -> ${show(now[name])}`;
  return changed.map((name) => `${name}: ${shown(name)}`).join("; ") || null;
}

function show(value: unknown): string {
  return value === undefined ? "-" : JSON.stringify(value);
}

/** The facts of `value`, those within it among them: `settings.host`. */
function flatten(value: unknown, prefix = ""): Record<string, unknown> {
  if (!isRecord(value)) return {};
  const facts = Object.entries(value).flatMap(([name, fact]) =>
    isRecord(fact) ? Object.entries(flatten(fact, `${prefix}${name}.`)) : [[prefix + name, fact] as const],
  );
  return Object.fromEntries(facts);
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(Array.isArray(value) && typeof value[0] !== "object");
}
