/** `dispatch cert …` */
import { isDispatchError } from "../../../core/error/mod.ts";
import type { CertificateCheck } from "../../../core/operations/certificate_check.ts";
import { describeCertificate, describeCheck, describeFindings } from "../certificate_text.ts";
import type { CliCall, CliCommand } from "../cli_command.ts";
import { type MaterialInput, materialOptions, readMaterialInput } from "../given_material.ts";
import { operationCommand } from "../operation_command.ts";
import { textTable } from "../text_table.ts";
import { certificateExport } from "./certificate_export_command.ts";

/** Asks the Dispatch that is there for its rules; without one, or about another name, the files are checked here. */
const check: CliCommand = {
  words: ["cert", "check"],
  summary: { of: "cert.check" },
  options: [
    ...materialOptions,
    { flags: "--server-name NAME", summary: "name that the certificate has to cover (default: listener.server_name)" },
  ],
  async run(call) {
    const found = await checkGiven(call);
    return { json: found, text: describeCheck(found), exitCode: found.ok ? 0 : 1 };
  },
};

/** The commands on the shared certificate. */
export const certificateCommands = [
  operationCommand({ operation: "cert.show", input: () => ({}), print: describeCertificate }),
  check,
  operationCommand({
    operation: "cert.upload",
    options: materialOptions,
    input: (call) => readMaterialInput(call, (input) => call.session().call("cert.check", input)),
    print: ({ findings, ...show }) => [...describeFindings(findings), describeCertificate(show)].join("\n\n"),
  }),
  operationCommand({
    operation: "cert.generate",
    options: [
      { flags: "--name N", summary: "DNS name (default: all names and addresses of this host)", repeatable: true },
      { flags: "--ip A", summary: "IP address", repeatable: true },
      { flags: "--key KIND", summary: "p256, p384, rsa2048, rsa3072 or rsa4096 (default: p256)" },
      { flags: "--days N", summary: "days of validity, 1 to 825 (default: 397)" },
    ],
    input: (call) => ({
      names: givenList(call, "name"),
      addresses: givenList(call, "ip"),
      key: call.option("key") as "p256" | undefined,
      days: call.option("days"),
    }),
    print: describeCertificate,
  }),
  operationCommand({ operation: "cert.remove", input: () => ({}), print: describeCertificate }),
  operationCommand({
    operation: "cert.history",
    input: () => ({}),
    print: (earlier) =>
      textTable(
        ["ID", "SOURCE", "NAMES", "VALID UNTIL", "REPLACED", "BY"],
        earlier.map(({ id, source, dnsNames, ipAddresses, notAfter, replacedAt, replacedBy }) => [
          id,
          source,
          [...dnsNames, ...ipAddresses].join(", "),
          notAfter,
          replacedAt,
          replacedBy,
        ]),
        "There is no earlier certificate.",
      ),
  }),
  operationCommand({
    operation: "cert.restore",
    arguments: [{ name: "ID", summary: "id of an earlier certificate, from cert history" }],
    input: (call) => ({ id: call.argument("ID") }),
    print: describeCertificate,
  }),
  certificateExport,
];

async function checkGiven(call: CliCall): Promise<CertificateCheck> {
  const serverName = call.option("server-name");
  const isAlone = serverName !== undefined || !call.runtime.hasData(call.environment());
  const perform = (input: MaterialInput): Promise<CertificateCheck> =>
    isAlone
      ? call.runtime.checkCertificate(call.environment(), input, serverName)
      : call.session().call("cert.check", input);
  try {
    return await perform(await readMaterialInput(call, perform));
  } catch (error) {
    // A file that is too large is not read; that is a finding like all others.
    if (!isDispatchError(error, "certificate_refused")) throw error;
    return { ok: false, findings: error.facts.findings, identity: null };
  }
}

function givenList(call: CliCall, option: string): string[] | undefined {
  const given = call.options(option);
  return given.length === 0 ? undefined : [...given];
}
