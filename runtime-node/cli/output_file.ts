/** Writes what a command has been asked to save. */
import { DispatchError } from "../../core/error/mod.ts";
import type { CliCall, CliOutcome } from "./cli_command.ts";
import { fileReason } from "./file_reason.ts";
import { printable } from "./printable.ts";

/** Writes the file, with `mode` as its permission bits, and says so. @throws {DispatchError} `output_file_unwritable` */
export async function writeOutput(call: CliCall, path: string, bytes: Uint8Array, mode: number): Promise<CliOutcome> {
  try {
    await call.io.writeFile(path, bytes, mode);
  } catch (cause) {
    throw new DispatchError("output_file_unwritable", { path, reason: fileReason(cause) }, { cause });
  }
  return { json: { path }, text: `The file ${printable(path)} is written.` };
}
