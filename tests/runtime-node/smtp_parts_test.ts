/** What is written down, and where, when a client of SMTP is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditEntry } from "../../core/history/audit_event.ts";
import type { Denial } from "../../core/history/denial_log.ts";
import { SignInLog } from "../../core/history/sign_in_log.ts";
import type { SmtpSessionFacts } from "../../core/ingest/smtp_session.ts";
import { openSmtpParts } from "../../runtime-node/smtp_parts.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { MemoryIntake } from "../support/memory_intake.ts";
import { MemorySmtpUsers } from "../support/memory_smtp_users.ts";

const address = "10.0.0.1";
const session: SmtpSessionFacts = {
  clientAddress: address,
  clientName: null,
  protocol: "ESMTPS",
  tls: null,
  user: null,
};
const right = { authorization: "", name: "printer", password: "correct horse" };
const wrong = { ...right, password: "wrong horse" };
const actor = { kind: "smtp", name: null, address };

async function setUp() {
  const users = new MemorySmtpUsers();
  await users.add("printer", "correct horse", { allowedSenders: ["*@example.org"] });
  const [lines, denials, audited]: [string[], Denial[], AuditEntry[]] = [[], [], []];
  const note = (event: string, message: string) => void lines.push(`${event} ${message}`);
  const audit = { record: (entry: AuditEntry) => void audited.push(entry) };
  const parts = openSmtpParts({
    intake: new MemoryIntake(),
    users: users.ring,
    isAllowed: () => true,
    settings: () => ({ maxMessageBytes: 1000, requireAuth: true }),
    denials: { add: (denial) => void denials.push(denial) },
    audit,
    signIns: new SignInLog({ audit, clock: new ManualClock() }),
    logger: { debug: note, info: note, warn: note, error: note },
    nowMs: Date.now,
    lines: { warn: note },
  });
  return { ...parts, users, lines, denials, audited };
}

test("openSmtpParts writes a failed sign-in into the log, the message log and the audit log", async () => {
  const { signIn, lines, denials, audited } = await setUp();
  await assert.rejects(signIn.signIn(session, wrong));
  const message = 'The SMTP user "printer" could not sign in: the password is wrong.';
  assert.deepEqual(lines, [`smtp.refused ${message} If it is lost: dispatch user password printer`]);
  assert.deepEqual(
    denials.map(({ error }) => error.code),
    ["smtp_sign_in_failed"],
  );
  assert.deepEqual(audited, [
    { event: "smtp.sign_in_failed", actor, outcome: "refused", subject: "printer", reason: message },
  ]);
});

test("openSmtpParts tells the audit log once that an address is locked out, and the others each time", async () => {
  const { signIn, lines, denials, audited } = await setUp();
  for (let i = 0; i < 7; i++) await assert.rejects(signIn.signIn(session, wrong));
  assert.deepEqual(
    audited.map(({ event }) => event),
    [...Array(4).fill("smtp.sign_in_failed"), "smtp.locked", "smtp.sign_in_failed"],
  );
  assert.equal(lines.filter((line) => line.startsWith("smtp.locked")).length, 1);
  assert.deepEqual([denials.length, denials.at(-1)!.error.code], [7, "sign_in_locked"]);
});

test("openSmtpParts tells the audit log of who signed in, once for a device that does so for each message", async () => {
  const { signIn, audited } = await setUp();
  for (let i = 0; i < 3; i++) await signIn.signIn(session, right);
  await signIn.signIn({ ...session, clientAddress: "10.0.0.2" }, right);
  assert.deepEqual(
    audited,
    [address, "10.0.0.2"].map((from) => ({
      event: "smtp.signed_in",
      actor: { kind: "smtp", name: "printer", address: from },
      after: { signIns: 1 },
    })),
  );
});

test("openSmtpParts tells the audit log of who may not send, with the setting or the user", async () => {
  const { door, signIn, audited } = await setUp();
  assert.throws(() => door.admitSender(session, ""));
  const user = await signIn.signIn(session, right);
  assert.throws(() => door.admitSender({ ...session, user }, "a@example.com"));
  assert.deepEqual(
    audited.map(({ event, actor: { name }, subject, reason }) => [event, name, subject, reason]),
    [
      ["access.denied", null, "listener.require_auth", "smtp_sign_in_required"],
      ["smtp.signed_in", "printer", undefined, undefined],
      ["access.denied", "printer", null, "sender_not_allowed"],
    ],
  );
});

test("openSmtpParts writes no password down", async () => {
  const { signIn, lines, denials, audited } = await setUp();
  for (const given of [wrong, { ...wrong, name: "nobody" }, { ...wrong, authorization: "boss" }]) {
    await assert.rejects(signIn.signIn(session, given));
  }
  const written = JSON.stringify([lines, audited, denials.map(({ error }) => [error.message, error.facts])]);
  assert.doesNotMatch(written, /horse/);
});
