/** `dispatch cert …` */
import { operationCommand } from "../operation_command.ts";
import { display } from "../printable.ts";
import { factLines, textTable } from "../text_table.ts";

/** The commands on the shared certificate. */
export const certificateCommands = [
  operationCommand({
    operation: "cert.show",
    input: () => ({}),
    print: ({ source, identity, served, warnings }) =>
      [
        factLines({
          source,
          subject: identity.subject,
          names: identity.dnsNames.join(", "),
          addresses: identity.ipAddresses.join(", "),
          issuer: identity.issuer,
          serial: identity.serial,
          "SHA-256": identity.fingerprintSha256,
          key: Object.values(identity.key).join(" "),
          "valid from": identity.notBefore,
          "valid until": `${identity.notAfter} (${identity.daysLeft} days left)`,
        }),
        textTable(
          ["LISTENER", "PORT", "SERVES"],
          served.map(({ listener, port, current }) => [listener, port, current ? "this certificate" : "another one"]),
          "No listener serves it: Dispatch is not running.",
        ),
        ...warnings.map(({ message, remedy }) => `Warning: ${display(message)} ${display(remedy)}`),
      ].join("\n\n"),
  }),
];
