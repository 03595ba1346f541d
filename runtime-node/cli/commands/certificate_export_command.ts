/** `dispatch cert export` */
import type { InputOf } from "../../../core/operations/operation_table.ts";
import type { CliCall, CliCommand } from "../cli_command.ts";
import { readNewSecret } from "../given_secrets.ts";
import { writeOutput } from "../output_file.ts";
import { refuseUsage } from "../usage_failure.ts";

/** Permission bits of a file with a key, and of one that everybody may read. */
const privateMode = 0o600;
const publicMode = 0o644;

/** Prints the bytes, or writes them to a file. */
export const certificateExport: CliCommand = {
  words: ["cert", "export"],
  summary: { of: "cert.export" },
  options: [
    { flags: "--format F", summary: "pem for the chain, der for the certificate alone (default: pem)" },
    { flags: "--pfx", summary: "key and chain as a PFX, under a passphrase" },
    { flags: "--passphrase-file FILE", summary: "passphrase for the PFX; - asks, or reads standard input" },
    { flags: "--out FILE", summary: "write it there (default: standard output)" },
  ],
  async run(call) {
    refuseContradictions(call);
    const request = await readRequest(call);
    const exported = await call.session().call("cert.export", request);
    const bytes = Buffer.from(exported.content, "base64");
    const path = call.option("out");
    if (path !== undefined) return await writeOutput(call, path, bytes, call.has("pfx") ? privateMode : publicMode);
    await call.io.print(bytes);
    return 0;
  },
};

function refuseContradictions(call: CliCall): void {
  const isPfx = call.has("pfx");
  const hasFile = call.option("out") !== undefined;
  if (isPfx && call.option("format") !== undefined) refuseUsage("--pfx and --format exclude each other.");
  if (isPfx && !hasFile) refuseUsage("--pfx needs --out FILE, as it holds the private key.");
  if (!isPfx && call.option("format") === "pfx") refuseUsage("A PFX is asked for by --pfx.");
  if (!isPfx && call.option("passphrase-file") !== undefined) refuseUsage("--passphrase-file goes with --pfx.");
  if (call.wantsJson && !hasFile) refuseUsage("--json needs --out FILE, as a certificate is no JSON.");
  if (call.option("format") === "der" && !hasFile && call.io.printsToTerminal) {
    refuseUsage("DER is no text for a terminal: give --out FILE.");
  }
}

async function readRequest(call: CliCall): Promise<InputOf<"cert.export">> {
  if (!call.has("pfx")) return { format: (call.option("format") ?? "pem") as "pem" };
  return { format: "pfx", passphrase: await readNewSecret(call, "passphrase-file", "Passphrase") };
}
