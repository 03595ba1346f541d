/** Values that are not typed in full: `-` is standard input or a prompt, `SETTING=FILE` a file. */
import { DispatchError } from "../../core/error/mod.ts";
import type { CliCall, CliOption } from "./cli_command.ts";
import type { CliIo } from "./cli_io.ts";
import { readSecret, readSecretFile } from "./given_secrets.ts";

/** Settings of a relay as they were typed, and those that were read from elsewhere. */
export interface TypedSettings {
  readonly settings: Record<string, string>;
  readonly secrets: Record<string, string>;
}

/** How settings of a relay are typed. */
export const typedSettingOptions: readonly CliOption[] = [
  { flags: "--set SETTING=VALUE", summary: "a setting; - as value asks, or reads standard input", repeatable: true },
  { flags: "--secret-file SETTING=FILE", summary: "a setting whose value is in a file", repeatable: true },
];

/** Reads `--set SETTING=VALUE` and `--secret-file SETTING=FILE`. A value of `-` is asked for, or read. */
export async function readTypedSettings(call: CliCall): Promise<TypedSettings> {
  const settings: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  const typed = call.options("set").map((pair) => splitPair("--set", "SETTING=VALUE", pair));
  refuseSecondReader(call.io, typed.filter(([, value]) => value === "-").length);
  for (const [name, value] of typed) {
    if (value === "-") secrets[name] = await readSecret(call.io, name);
    else settings[name] = value;
  }
  for (const pair of call.options("secret-file")) {
    const [name, path] = splitPair("--secret-file", "SETTING=FILE", pair);
    secrets[name] = await readSecretFile(call.io, path);
  }
  return { settings, secrets };
}

/** `value`, or for `-` what standard input holds, or what is typed on the terminal; without its final newline. */
export async function readGivenValue(io: CliIo, name: string, value: string): Promise<string> {
  return value === "-" ? await readSecret(io, name) : value;
}

/** `value`, or for `-` standard input as it is. */
export async function readGivenText(io: CliIo, value: string | undefined): Promise<string | undefined> {
  return value === "-" ? decode(await io.readInput()) : value;
}

function splitPair(flag: string, form: string, pair: string): [name: string, value: string] {
  const at = pair.indexOf("=");
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  const name = at < 0 ? pair : "";
  throw new DispatchError("usage_wrong", {
    reason: `${flag} takes ${form}; ${JSON.stringify(name)} has no ${at < 0 ? "=" : "name"}.`,
  });
}

/** Standard input can be read once; a terminal can be asked as often as needed. */
function refuseSecondReader(io: CliIo, readers: number): void {
  if (readers < 2 || io.isInteractive) return;
  throw new DispatchError("usage_wrong", {
    reason: "Only one --set can be read from standard input; use --secret-file.",
  });
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
