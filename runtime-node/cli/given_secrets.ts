/** Secrets: from a file, from standard input, or typed on the terminal; never from an argument. */
import { DispatchError } from "../../core/error/mod.ts";
import type { CliCall } from "./cli_command.ts";
import { type CliIo, TooMuchInput } from "./cli_io.ts";
import { fileReason } from "./file_reason.ts";
import { refuseUsage } from "./usage_failure.ts";

/** More than any password, passphrase or key. */
const longestBytes = 65_536;

/** The secret that `--FLAG FILE` names, `-` for a prompt or standard input; `undefined` when the option was not given. */
export async function readGivenSecret(call: CliCall, flag: string, name: string): Promise<string | undefined> {
  const path = call.option(flag);
  if (path === undefined) return undefined;
  return path === "-" ? await readSecret(call.io, name) : await readSecretFile(call.io, path);
}

/** A secret that is to be set from now on: as {@link readGivenSecret}, and asked for twice where it is typed. */
export async function readNewSecret(call: CliCall, flag: string, name: string): Promise<string> {
  const path = call.option(flag);
  if (call.io.isInteractive && (path === undefined || path === "-")) return await askTwice(call.io, name);
  const secret = await readGivenSecret(call, flag, name);
  return secret ?? refuseUsage(`There is no terminal to ask on: give --${flag} FILE.`);
}

/** A secret in a file, without its final newline. @throws {DispatchError} `input_file_unreadable` */
export async function readSecretFile(io: CliIo, path: string): Promise<string> {
  try {
    return decode(await io.readFile(path, longestBytes));
  } catch (cause) {
    const isTooLong = cause instanceof TooMuchInput;
    const reason = isTooLong ? `it is too long for a secret (${cause.sizeBytes} bytes)` : fileReason(cause);
    throw new DispatchError("input_file_unreadable", { path, reason }, { cause });
  }
}

/** Asks on the terminal. @throws {DispatchError} `usage_wrong` when nothing is typed but Ctrl-C */
export async function askFor(io: CliIo, name: string, question = `${name}: `): Promise<string> {
  try {
    return await io.askSecret(question);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ABORT_ERR") throw cause;
    throw new DispatchError("usage_wrong", { reason: `Nothing was given for ${name}.` }, { cause });
  }
}

async function askTwice(io: CliIo, name: string): Promise<string> {
  const secret = await askFor(io, name);
  if ((await askFor(io, name, "Again: ")) === secret) return secret;
  return refuseUsage("The two are not the same. Nothing was changed.");
}

/** What is typed on the terminal, else standard input without its final newline. */
export async function readSecret(io: CliIo, name: string): Promise<string> {
  if (io.isInteractive) return await askFor(io, name);
  return decode(await io.readInput());
}

/** Text editors end the last line; a byte order mark goes too. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\r?\n$/, "");
}
