/** `dispatch relay test`: of a relay that is saved, by its name; of one that is not, by what it would be added with. */
import type { OutputOf } from "../../../core/operations/operation_table.ts";
import type { CliCall, CliCommand } from "../cli_command.ts";
import { readTypedSettings, typedSettingOptions } from "../given_values.ts";
import { printable } from "../printable.ts";
import { refuseUsage } from "../usage_failure.ts";

/** The command that tests relays. */
export const relayTestCommand: CliCommand = {
  words: ["relay", "test"],
  summary: { of: "relay.test" },
  arguments: [{ name: "NAME", summary: "name of the relay; without one, of what the options say", optional: true }],
  options: [
    { flags: "--from A", summary: "sender of the test message", required: true },
    { flags: "--to B", summary: "recipient of the test message", required: true },
    { flags: "--provider P", summary: "tests a relay that is not saved; as in: dispatch relay providers" },
    ...typedSettingOptions,
  ],
  async run(call) {
    const test = await perform(call);
    const verdict = test.ok ? "The relay took the message." : "The relay did not take the message.";
    return { json: test, text: [...test.transcript.map(printable), verdict].join("\n"), exitCode: test.ok ? 0 : 1 };
  },
};

async function perform(call: CliCall): Promise<OutputOf<"relay.test">> {
  const name = call.argument("NAME");
  const provider = call.option("provider");
  const envelope = { from: call.option("from") ?? "", to: call.option("to") ?? "" };
  const isTyped = [...call.options("set"), ...call.options("secret-file")].length > 0;
  if (name !== "" && provider === undefined && !isTyped) {
    return await call.session().call("relay.test", { name, ...envelope });
  }
  if (name !== "" || provider === undefined) {
    refuseUsage("relay test takes either NAME, or --provider with settings.");
  }
  return await call.session().call("relay.try", { provider, ...envelope, ...(await readTypedSettings(call)) });
}
