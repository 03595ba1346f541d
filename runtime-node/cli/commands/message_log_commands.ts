/** `dispatch log …` */

import type { MessageLogRow } from "../../../core/operations/message_log_view.ts";
import type { CliCall, CliCommand } from "../cli_command.ts";
import { operationCommand } from "../operation_command.ts";
import { display } from "../printable.ts";
import { textTable } from "../text_table.ts";

const headings = ["TIME", "EVENT", "ID", "FROM", "TO", "RELAY", "SUBJECT", "DETAIL"];

const noRow = "There is no such row.";
/** A page ends when it has taken long enough. */
const noRowYet = "There is no such row among the newest.";

const search = operationCommand({
  operation: "log.search",
  options: [
    { flags: "--from-time T", summary: "not before, such as 2026-11-22 or 2026-11-22T10:30:00Z" },
    { flags: "--to-time T", summary: "not after" },
    { flags: "--event E", summary: "queued, delivered, captured, retrying, failed, denied, requeued or deleted" },
    { flags: "--status S", summary: "of messages that are now queued, delivered, retrying, failed, denied or deleted" },
    { flags: "--id ID", summary: "of this message" },
    { flags: "--message-id M", summary: "with this Message-ID header" },
    {
      flags: "--sender S",
      summary: 'the sender or the start of a word in it, such as app@exam or bill; "app" is the whole word',
    },
    { flags: "--recipient R", summary: "a recipient, likewise" },
    { flags: "--domain D", summary: "from or to this domain, or one below it" },
    { flags: "--subject T", summary: 'words of the subject; "these words" stand together, inv* begins a word' },
    { flags: "--text T", summary: "words of the subject, the error or the answer" },
    { flags: "--tag T", summary: "with this tag" },
    { flags: "--relay NAME", summary: "over this relay" },
    { flags: "--rule NAME", summary: "by this routing rule" },
    { flags: "--source S", summary: "smtp, http or cli" },
    { flags: "--address A", summary: "from this address" },
    { flags: "--key K", summary: "with this API key, its id or its name" },
    { flags: "--user NAME", summary: "by this SMTP user" },
    { flags: "--limit N", summary: "at most so many, 1 to 1000 (default: 100)" },
    { flags: "--cursor C", summary: "go on where the last page ended" },
  ],
  input: (call) => ({
    fromTime: call.option("from-time"),
    toTime: call.option("to-time"),
    event: call.option("event") as "queued" | undefined,
    status: call.option("status") as "queued" | undefined,
    id: call.option("id"),
    messageId: call.option("message-id"),
    sender: call.option("sender"),
    recipient: call.option("recipient"),
    domain: call.option("domain"),
    subject: call.option("subject"),
    text: call.option("text"),
    tag: call.option("tag"),
    relay: call.option("relay"),
    rule: call.option("rule"),
    source: call.option("source") as "smtp" | undefined,
    address: call.option("address"),
    key: call.option("key"),
    user: call.option("user"),
    limit: call.option("limit"),
    cursor: call.option("cursor"),
  }),
  toJson: ({ rows }) => rows,
  print: ({ rows, next }) => textTable(headings, rows.map(cellsOf), next === null ? noRow : noRowYet),
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
    detailOf(row),
  ];
}

/** What was said about it, and what could not be sent along. */
function detailOf({ error, response, omitted }: MessageLogRow): string | null {
  const said = error ?? response;
  return omitted.length === 0 ? said : `${said ?? ""} (left out: ${omitted.join(", ")})`.trimStart();
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
