/** `dispatch queue read` and `dispatch queue attachment` */
import type { ReadableMessage } from "../../../core/mail/readable_message.ts";
import type { CliCommand } from "../cli_command.ts";
import { operationCommand } from "../operation_command.ts";
import { writeOutput } from "../output_file.ts";
import { display, printable } from "../printable.ts";
import { textTable } from "../text_table.ts";
import { refuseUsage } from "../usage_failure.ts";

const idArgument = { name: "ID", summary: "id of the message" };
/** Mail is for its readers alone. */
const privateMode = 0o600;

const read = operationCommand({
  operation: "queue.read",
  arguments: [idArgument],
  input: (call) => ({ id: call.argument("ID") }),
  print: describeMessage,
});

const attachment: CliCommand = {
  words: ["queue", "attachment"],
  summary: { of: "queue.attachment" },
  arguments: [idArgument, { name: "INDEX", summary: "its place among the attachments, from 0" }],
  options: [{ flags: "--out FILE", summary: "write it there (default: standard output)" }],
  async run(call) {
    const path = call.option("out");
    if (call.wantsJson && path === undefined) refuseUsage("--json needs --out FILE, as an attachment is no JSON.");
    const input = { id: call.argument("ID"), index: call.argument("INDEX") };
    const { content } = await call.session().call("queue.attachment", input);
    const bytes = Buffer.from(content, "base64");
    if (path !== undefined) return await writeOutput(call, path, bytes, privateMode);
    await call.io.print(bytes);
    return 0;
  },
};

/** The commands that read messages in the queue. */
export const queueReadingCommands = [read, attachment];

/** The HTML is for a browser: where there is no plain text, its being there is said. */
function describeMessage({ headers, text, html, attachments, notes }: ReadableMessage): string {
  const body = text ?? (html === null ? "(There is no text.)" : "(There is HTML alone: --json shows it.)");
  const files = attachments.map((file) => [file.index, file.fileName, file.contentType, file.sizeBytes]);
  return [
    headers.map(({ name, value }) => `${printable(name)}: ${display(value)}`).join("\n"),
    body.split(/\r?\n/).map(printable).join("\n"),
    ...(files.length === 0 ? [] : [textTable(["ATTACHMENT", "NAME", "TYPE", "BYTES"], files, "")]),
    ...(notes.length === 0 ? [] : [notes.join("\n")]),
  ].join("\n\n");
}
