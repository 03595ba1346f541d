/** `dispatch send` */
import type { CliCall, CliCommand } from "../cli_command.ts";
import { readGivenSecret } from "../given_secrets.ts";
import { readGivenText } from "../given_values.ts";
import { operationCommand } from "../operation_command.ts";
import type { GivenMessage } from "../send_over.ts";
import { refuseUsage } from "../usage_failure.ts";

const handOver = operationCommand({
  operation: "message.send",
  words: ["send"],
  options: [
    { flags: "--from A", summary: "sender", required: true },
    { flags: "--to B", summary: "recipient, or a comma list", required: true, repeatable: true },
    { flags: "--subject S", summary: "subject" },
    { flags: "--text T", summary: "text; - reads standard input" },
    { flags: "--smtp HOST:PORT", summary: "send it there by SMTP, as any client does" },
    { flags: "--http URL", summary: "send it there by HTTP, as any client does" },
    { flags: "--key-file FILE", summary: "API key for --http; - reads standard input" },
  ],
  input: givenMessage,
  print: ({ id }) => `Queued as ${id}.`,
});

/** Hands the message over as an operator, or knocks at the door of a listener like every other client. */
const send: CliCommand = {
  ...handOver,
  async run(call) {
    const smtp = call.option("smtp");
    const http = call.option("http");
    if (smtp !== undefined && http !== undefined) refuseUsage("--smtp and --http exclude each other.");
    if (smtp === undefined && http === undefined) return await handOver.run(call);
    const message = await givenMessage(call);
    // An SMTP client is what this command alone needs: the others are not to wait until it is loaded.
    const { sendOverHttp, sendOverSmtp } = await import("../send_over.ts");
    const id =
      smtp === undefined ? await sendOverHttp(http!, await givenKey(call), message) : await sendOverSmtp(smtp, message);
    return { json: { id }, text: `Queued as ${id}.` };
  },
};

/** The commands on messages. */
export const messageCommands = [send];

async function givenMessage(call: CliCall): Promise<GivenMessage> {
  return {
    from: call.option("from") ?? "",
    to: [...call.options("to")],
    subject: call.option("subject"),
    text: await readGivenText(call.io, call.option("text")),
  };
}

async function givenKey(call: CliCall): Promise<string> {
  const key = (await readGivenSecret(call, "key-file", "key")) ?? refuseUsage("--http needs --key-file.");
  return key.trim();
}
