/** `dispatch log …` */

import type { MessageLogRow } from "../../../core/operations/message_log_view.ts";
import type { CliCall, CliCommand } from "../cli_command.ts";
import { operationCommand } from "../operation_command.ts";
import { display } from "../printable.ts";
import { textTable } from "../text_table.ts";

const headings = ["TIME", "EVENT", "ID", "FROM", "TO", "RELAY", "SUBJECT", "DETAIL"];

const search = operationCommand({
  operation: "log.search",
  options: [
    { flags: "--from-time T", summary: "not before, such as 2026-11-22 or 2026-11-22T10:30:00Z" },
    { flags: "--to-time T", summary: "not after" },
    { flags: "--event E", summary: "queued, delivered, captured, retrying, failed, denied, requeued or deleted" },
    { flags: "--id ID", summary: "of this message" },
    { flags: "--sender S", summary: "part of the sender" },
    { flags: "--recipient R", summary: "part of a recipient" },
    { flags: "--text T", summary: "part of the subject, the error or the answer" },
    { flags: "--relay NAME", summary: "over this relay" },
    { flags: "--limit N", summary: "at most so many, 1 to 1000 (default: 100)" },
    { flags: "--cursor C", summary: "go on where the last page ended" },
  ],
  input: (call) => ({
    fromTime: call.option("from-time"),
    toTime: call.option("to-time"),
    event: call.option("event") as "queued" | undefined,
    id: call.option("id"),
    sender: call.option("sender"),
    recipient: call.option("recipient"),
    text: call.option("text"),
    relay: call.option("relay"),
    limit: call.option("limit"),
    cursor: call.option("cursor"),
  }),
  toJson: ({ rows }) => rows,
  print: ({ rows }) => textTable(headings, rows.map(cellsOf), "There is no such row."),
  notice: ({ next }) => (next === null ? undefined : `There is more: --cursor ${next}`),
});

const tail: CliCommand = {
  words: ["log", "tail"],
  summary: { of: "log.tail" },
  async run(call) {
    const stopped = new AbortController();
    const release = call.io.onInterrupt(() => stopped.abort());
    try {
      const session = call.session();
      for await (const line of splitLines(await session.open("log.tail", {}, stopped.signal)))
        await printLine(call, line);
      return 0;
    } finally {
      release();
      stopped.abort();
    }
  },
};

/** The commands on the message log. */
export const messageLogCommands = [search, tail];

async function printLine(call: CliCall, line: string): Promise<void> {
  const cells = call.wantsJson ? [] : cellsOf(JSON.parse(line) as MessageLogRow);
  await call.io.print(`${call.wantsJson ? line : cells.map(display).join("  ")}\n`);
}

function cellsOf(row: MessageLogRow): unknown[] {
  return [
    row.time,
    row.event,
    row.id,
    row.sender || "<>",
    [...row.to, ...row.cc, ...row.bcc].join(", "),
    row.relay,
    row.subject,
    row.error ?? row.response,
  ];
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
