/** Certificate files as they are named on the command line. */
import { finding } from "../../core/certificate/finding.ts";
import { maxMaterialBytes } from "../../core/certificate/material.ts";
import { DispatchError } from "../../core/error/mod.ts";
import type { CertificateCheck } from "../../core/operations/certificate_check.ts";
import type { CliCall, CliOption } from "./cli_command.ts";
import { type CliIo, TooMuchInput } from "./cli_io.ts";
import { fileReason } from "./file_reason.ts";
import { askFor, readGivenSecret } from "./given_secrets.ts";
import { refuseUsage } from "./usage_failure.ts";

/** Files as the operations take them, their content in base64. */
export interface MaterialInput {
  readonly files: { readonly name: string; readonly content: string }[];
  readonly passphrase: string | undefined;
}

/** Which options name files does not matter: what a file is, it says itself. */
const fileOptions = ["cert", "key", "pfx"];

/** The options that name certificate files. */
export const materialOptions: readonly CliOption[] = [
  { flags: "--cert FILE", summary: "certificate, chain or both: PEM, DER or PKCS#7", repeatable: true },
  { flags: "--key FILE", summary: "private key, when it is in a file of its own", repeatable: true },
  { flags: "--pfx FILE", summary: "PFX (PKCS#12) with key and chain", repeatable: true },
  { flags: "--passphrase-file FILE", summary: "passphrase of key or PFX; - asks, or reads standard input" },
];

/**
 * Reads the files that the options name. A passphrase that they turn out to need is asked for on the terminal, once.
 *
 * @throws {DispatchError} `usage_wrong` when no file was named, `input_file_unreadable`, `certificate_refused` (`too_large`)
 */
export async function readMaterialInput(
  call: CliCall,
  check: (input: MaterialInput) => Promise<CertificateCheck>,
): Promise<MaterialInput> {
  const paths = fileOptions.flatMap((option) => call.options(option));
  if (paths.length === 0) refuseUsage("No file was named: give --cert FILE and --key FILE, or --pfx FILE.");
  const files = [];
  for (const path of paths) files.push({ name: path, content: await readBase64(call.io, path) });
  const passphrase = await readGivenSecret(call, "passphrase-file", "Passphrase");
  const input = { files, passphrase };
  if (passphrase !== undefined || !call.io.isInteractive) return input;
  const { findings } = await check(input);
  const isProtected = findings.some(({ code }) => code === "key_encrypted");
  return isProtected ? { files, passphrase: await askFor(call.io, "Passphrase") } : input;
}

async function readBase64(io: CliIo, path: string): Promise<string> {
  try {
    const bytes = await io.readFile(path, maxMaterialBytes);
    return Buffer.from(bytes).toString("base64");
  } catch (cause) {
    if (cause instanceof TooMuchInput) {
      const facts = { bytes: cause.sizeBytes, limitBytes: maxMaterialBytes };
      throw new DispatchError("certificate_refused", { findings: [finding("too_large", facts, path)] }, { cause });
    }
    throw new DispatchError("input_file_unreadable", { path, reason: fileReason(cause) }, { cause });
  }
}
