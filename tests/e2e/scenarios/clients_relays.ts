/** Mail servers that have Dispatch as their relay host: what they queue arrives, once they can verify it and sign in. */
import assert from "node:assert/strict";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ClientDoors } from "../../support/e2e_client_doors.ts";
import { OpenSmtpd, openSmtpdObstacle } from "../../support/e2e_opensmtpd.ts";
import { PostfixRelay } from "../../support/e2e_postfix_relay.ts";
import type { Scenario } from "../scenario.ts";

const needsRoot = () => (process.getuid?.() === 0 ? null : "needs root");

const user = { name: "relay", password: "correct-horse-battery" };

/** The field that a server adds before it relays. */
const ownTrace = /^Received: .*(?:\r\n[ \t].*)*\r\n/;

/** What both servers are handed. */
async function readMessage(doors: ClientDoors): Promise<{ message: string; stuffed: string }> {
  const message = `${await readFile(doors.message, "utf8")}\r\n`;
  return { message, stuffed: message.replaceAll("\r\n.", "\r\n..") };
}

/** Mail servers as clients. */
export const clientRelays: readonly Scenario[] = [
  {
    name: "Postfix delivers its queue once it verifies the certificate and signs in, on one connection, byte for byte",
    tools: ["postfix"],
    obstacle: needsRoot,
    targets: ["bun"],
    timeoutMs: 120_000,
    isGuest: true,
    async play(stage) {
      const doors = await ClientDoors.open(stage);
      await doors.addUser(user.name, user.password);
      const [certificates, passwords] = [join(stage.folder, "trusted.pem"), join(stage.folder, "sasl")];
      const signInAs = (password: string) => writeFile(passwords, `localhost ${user.name}:${password}\n`);
      await copyFile(await doors.makeImpostor(), certificates);
      await signInAs("not-the-password");
      const { port } = doors.handover("starttls", "");
      const postfix = await PostfixRelay.start({
        port,
        certificates,
        settings: [
          "smtp_bind_address = 127.0.0.31",
          "smtp_tls_security_level = secure",
          "smtp_tls_connection_reuse = yes",
          "smtp_connection_cache_destinations = localhost",
          "default_destination_concurrency_limit = 1",
          "smtp_sasl_auth_enable = yes",
          "smtp_sasl_security_options = noanonymous",
          `smtp_sasl_password_maps = texthash:${passwords}`,
        ],
      });
      stage.onClose(() => postfix.close());
      const { message, stuffed } = await readMessage(doors);
      const recipients = Array.from({ length: 5 }, (_, index) => `postfix-${index}@example.org`);
      for (const recipient of recipients) await postfix.submit("a@example.org", recipient, stuffed);
      await postfix.logged(/status=deferred .*Server certificate not (trusted|verified)/);
      await copyFile(doors.certificate, certificates);
      await postfix.retryAnew();
      await postfix.logged(/status=deferred .*SASL authentication failed.* 535 5\.7\.8/);
      await signInAs(user.password);
      await postfix.retryAnew();
      for (const recipient of recipients) {
        const arrived = await doors.arrived(recipient);
        assert.match(arrived.trace, /\bwith ESMTPSA\b/);
        assert.match(arrived.content, ownTrace);
        assert.deepEqual([arrived.sender, arrived.content.replace(ownTrace, "")], ["a@example.org", message]);
      }
      await postfix.logged(/Verified TLS connection established/);
      await postfix.logged(/conn_use=5,.* status=sent/);
    },
  },
  {
    name: "OpenSMTPD delivers after STARTTLS, over SMTPS and signed in, byte for byte",
    tools: ["smtpd", "unshare"],
    obstacle: openSmtpdObstacle,
    targets: ["node"],
    timeoutMs: 120_000,
    isGuest: true,
    async play(stage) {
      const doors = await ClientDoors.open(stage);
      await doors.addUser(user.name, user.password);
      const [clear, encrypted] = [doors.handover("starttls", "").port, doors.handover("smtps", "").port];
      const from = (address: string) => `src 127.0.0.${address}`;
      const opensmtpd = await OpenSmtpd.start({
        certificates: doors.certificate,
        secrets: { right: `${user.name}:${user.password}`, wrong: `${user.name}:not-the-password` },
        relays: {
          "starttls.example.org": `host smtp+tls://127.0.0.1:${clear} ${from("41")}`,
          "smtps.example.org": `host smtps://127.0.0.1:${encrypted} ${from("42")}`,
          "right.example.org": `host smtp+tls://right@127.0.0.1:${clear} auth <secrets> ${from("43")}`,
          "wrong.example.org": `host smtp+tls://wrong@127.0.0.1:${clear} auth <secrets> ${from("44")}`,
        },
      });
      stage.onClose(() => opensmtpd.close());
      const { message, stuffed } = await readMessage(doors);
      for (const domain of ["wrong", "starttls", "smtps", "right"]) {
        assert.match(await opensmtpd.submit("a@example.org", `you@${domain}.example.org`, stuffed), /^250 /);
      }
      for (const [domain, protocol] of [
        ["starttls", /\bwith ESMTPS\b/],
        ["smtps", /\bwith ESMTPS\b/],
        ["right", /\bwith ESMTPSA\b/],
      ] as const) {
        const arrived = await doors.arrived(`you@${domain}.example.org`);
        assert.match(arrived.trace, protocol);
        assert.match(arrived.content, ownTrace);
        assert.equal(arrived.content.replace(ownTrace, ""), message);
      }
      await opensmtpd.logged(/server-cert-check result="success"/);
      await opensmtpd.logged(/AUTH rejected: 535 5\.7\.8/);
    },
  },
];
