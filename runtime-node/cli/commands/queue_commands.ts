/** `dispatch queue …` */
import { DispatchError } from "../../../core/error/mod.ts";
import type { QueueEntryDetails, QueueEntryView } from "../../../core/operations/queue_view.ts";
import type { CliCall, CliCommand } from "../cli_command.ts";
import { operationCommand } from "../operation_command.ts";
import { factLines, textTable } from "../text_table.ts";

const idArguments = [{ name: "ID", summary: "ids of messages", variadic: true }];

const showEntries = operationCommand({
  operation: "queue.show",
  arguments: idArguments,
  options: [{ flags: "--content", summary: "print the message itself, byte for byte" }],
  input: (call) => ({ ids: [...call.rest("ID")] }),
  print: (entries) => entries.map(describeEntry).join("\n\n"),
});

const show: CliCommand = {
  ...showEntries,
  run: async (call) => (call.has("content") ? await printContent(call) : await showEntries.run(call)),
};

/** Works on the file itself: what a session opens would be refused. */
const recover: CliCommand = {
  words: ["queue", "recover"],
  summary: "Put what can be read of a damaged spool into a new one",
  async run({ runtime, environment }) {
    const recovery = await runtime.recoverSpool(environment());
    const { messages, withoutContent, unreadablePlaces, damagedDirectory } = recovery;
    const lines = [
      `${messages} messages are in the new spool. The damaged one is kept in ${damagedDirectory}.`,
      ...withoutContent.map((id) => `${id} is there without its content, as "unreadable".`),
      ...(unreadablePlaces === 0
        ? []
        : [`${unreadablePlaces} places could not be read; each may have held a message.`]),
    ];
    return { json: recovery, text: lines.join("\n"), exitCode: messages === 0 && unreadablePlaces > 0 ? 1 : 0 };
  },
};

/** The commands on the queue. */
export const queueCommands = [
  operationCommand({
    operation: "queue.list",
    options: [
      { flags: "--state S", summary: "queued, processing, retrying, failed, captured or unreadable" },
      { flags: "--before ID", summary: "only messages accepted before that one: the next page" },
      { flags: "--limit N", summary: "at most so many, 1 to 1000 (default: 100)" },
    ],
    input: (call) => ({
      state: call.option("state") as "queued" | undefined,
      before: call.option("before"),
      limit: call.option("limit"),
    }),
    print: (entries) => tableOf(entries, "There is no message."),
  }),
  show,
  operationCommand({
    operation: "queue.retry",
    arguments: idArguments,
    input: (call) => ({ ids: [...call.rest("ID")] }),
    print: (entries) => tableOf(entries, "Sent already."),
  }),
  operationCommand({
    operation: "queue.delete",
    arguments: idArguments,
    input: (call) => ({ ids: [...call.rest("ID")] }),
    print: (entries) => entries.map(({ id }) => `${id} is deleted.`).join("\n"),
  }),
  recover,
];

async function printContent(call: CliCall): Promise<number> {
  const [id = "", ...others] = call.rest("ID");
  if (others.length > 0) throw new DispatchError("usage_wrong", { reason: "--content takes one ID." });
  if (call.wantsJson) throw new DispatchError("usage_wrong", { reason: "--content is no JSON: leave out --json." });
  const session = call.session();
  const chunks = await session.open("queue.content", { id }, new AbortController().signal);
  for await (const chunk of chunks) await call.io.print(chunk);
  return 0;
}

function tableOf(entries: readonly QueueEntryView[], nothing: string): string {
  return textTable(
    ["ID", "STATE", "FROM", "TO", "BYTES", "TRIES", "NEXT", "LAST ERROR"],
    entries.map((entry) => [
      entry.id,
      entry.state,
      entry.from || "<>",
      entry.recipients.map(({ address }) => address).join(", "),
      entry.sizeBytes,
      entry.attempts,
      entry.nextAttemptAt,
      entry.lastError,
    ]),
    nothing,
  );
}

function describeEntry({ recipients, from, ...rest }: QueueEntryDetails): string {
  const facts = factLines({
    ...rest,
    from: from || "<>",
    tags: rest.tags.join(", "),
    attachments: rest.attachments.join(", "),
  });
  const outcomes = recipients.map(({ address, kind, outcome, relay, response }) => [
    address,
    kind,
    outcome,
    relay,
    response,
  ]);
  return `${facts}\n\n${textTable(["RECIPIENT", "KIND", "OUTCOME", "RELAY", "RESPONSE"], outcomes, "")}`;
}
