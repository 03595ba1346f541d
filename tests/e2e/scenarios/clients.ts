/** The mail programs and libraries that people have, as they hand mail to Dispatch. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { ClientDoors, withEach } from "../../support/e2e_client_doors.ts";
import { findMailClients, type SmtpDoorway } from "../../support/e2e_mail_clients.ts";
import type { Scenario } from "../scenario.ts";

const clients = findMailClients();

/** What the `Received` field says of each door. */
const protocols: Readonly<Record<SmtpDoorway, RegExp>> = {
  plain: /\bwith ESMTP\b/,
  starttls: /\bwith ESMTPS\b.*TLSv?1\.[23]/s,
  smtps: /\bwith ESMTPS\b.*TLSv?1\.[23]/s,
};
const encrypted = ["starttls", "smtps"] as const;

const user = { name: "printer", password: "correct-horse-battery" };

const internationalMessage = [
  "From: =?utf-8?q?Gr=C3=BC=C3=9Fe?= <grüße@example.org>",
  "Subject: ünïcode, as it is",
  "Date: Thu, 1 Jan 2026 00:00:00 +0000",
  "Message-ID: <international@example.org>",
  "",
  "grüße",
].join("\r\n");

/** Clients of every kind. */
export const clientScenarios: readonly Scenario[] = [
  {
    name: "each client hands over mail in the clear, after STARTTLS and over SMTPS, and it arrives byte for byte",
    isGuest: true,
    async play(stage) {
      const doors = await ClientDoors.open(stage);
      const message = `${await readFile(doors.message, "utf8")}\r\n`;
      await withEach(clients, async (handOver, index) => {
        for (const door of ["plain", ...encrypted] as const) {
          const recipient = `${door}-${index}@example.org`;
          const { isAccepted, said } = await handOver(doors.handover(door, recipient));
          assert.ok(isAccepted, `${door}: ${said}`);
          const arrived = await doors.arrived(recipient);
          assert.deepEqual([arrived.sender, arrived.content], ["a@example.org", message]);
          assert.match(arrived.trace, protocols[door]);
        }
      });
    },
  },
  {
    name: "a client that trusts another certificate hands over nothing",
    targets: ["bun"],
    isGuest: true,
    async play(stage) {
      const doors = await ClientDoors.open(stage);
      const certificate = await doors.makeImpostor();
      await withEach(clients, async (handOver) => {
        for (const door of encrypted) {
          const { isAccepted, said } = await handOver({ ...doors.handover(door, "you@example.org"), certificate });
          assert.ok(!isAccepted, `${door}: ${said}`);
          assert.match(said, /certificate|verif|trust/i);
        }
      });
    },
  },
  {
    name: "mail with addresses and headers beyond ASCII arrives as it is from each client that can send it",
    // What differs between the runtimes is their sockets, and the binary has Bun's.
    targets: ["bun", "node"],
    isGuest: true,
    async play(stage) {
      const doors = await ClientDoors.open(stage);
      const message = join(stage.folder, "international.eml");
      await writeFile(message, internationalMessage);
      const capable = clients.filter(({ isInternational }) => isInternational);
      await withEach(capable, async (handOver, index) => {
        const recipient = `dörte-${index}@example.org`;
        const sender = "grüße@example.org";
        const { isAccepted, said } = await handOver({ ...doors.handover("starttls", recipient), sender, message });
        assert.ok(isAccepted, said);
        const arrived = await doors.arrived(recipient);
        assert.deepEqual([arrived.sender, arrived.content], [sender, `${internationalMessage}\r\n`]);
      });
    },
  },
  {
    name: "each client signs in with PLAIN and LOGIN under TLS, and hands over nothing without the password",
    isGuest: true,
    async play(stage) {
      const doors = await ClientDoors.open(stage);
      await doors.addUser(user.name, user.password);
      await stage.configure("listener.require_auth", true);
      await withEach(clients, async (handOver, index) => {
        for (const [mechanism, door] of [
          ["PLAIN", "starttls"],
          ["LOGIN", "smtps"],
        ] as const) {
          const recipient = `${mechanism}-${index}@example.org`;
          const { isAccepted, said } = await handOver(doors.handover(door, recipient, { ...user, mechanism }));
          assert.ok(isAccepted, `${mechanism}: ${said}`);
          assert.match((await doors.arrived(recipient)).trace, /\bwith ESMTPSA\b/);
        }
        const wrong = { ...user, mechanism: "PLAIN", password: "not-the-password" } as const;
        const refused = await handOver(doors.handover("starttls", "you@example.org", wrong));
        assert.deepEqual(
          [refused.isAccepted, /\b535\b|authentication|login denied/i.test(refused.said)],
          [false, true],
        );
        const anonymous = await handOver(doors.handover("starttls", "you@example.org"));
        assert.ok(!anonymous.isAccepted, anonymous.said);
      });
    },
  },
  {
    name: "a pool of nodemailer hands over several messages on one connection",
    // What differs between the runtimes is their sockets, and the binary has Bun's.
    targets: ["bun", "node"],
    isGuest: true,
    async play(stage) {
      const doors = await ClientDoors.open(stage);
      const { port, certificate, message } = doors.handover("starttls", "");
      const [ca, raw] = [await readFile(certificate), await readFile(message, "utf8")];
      const connections: string[] = [];
      const note = (_: unknown, text: string) => {
        if (/established/.test(text)) connections.push(text);
      };
      const logger = { level: note, trace: note, debug: note, info: note, warn: note, error: note, fatal: note };
      const pooled = { pool: true, maxConnections: 1, requireTLS: true, logger } as const;
      const transport = createTransport({ ...pooled, host: "127.0.0.1", port, tls: { ca } });
      stage.onClose(() => transport.close());
      const recipients = Array.from({ length: 5 }, (_, index) => `pooled-${index}@example.org`);
      await Promise.all(recipients.map((to) => transport.sendMail({ envelope: { from: "a@example.org", to }, raw })));
      for (const recipient of recipients) assert.equal((await doors.arrived(recipient)).content, `${raw}\r\n`);
      assert.equal(connections.length, 1, connections.join("\n"));
    },
  },
];
