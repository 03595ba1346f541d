import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { type ErrorCode, isDispatchError } from "../../../core/error/mod.ts";
import type { Denial } from "../../../core/history/denial_log.ts";
import type { ArrivingMessage, Submission } from "../../../core/ingest/intake.ts";
import { SmtpDoor } from "../../../core/ingest/smtp_door.ts";
import type { SmtpSessionFacts } from "../../../core/ingest/smtp_session.ts";
import { MemorySmtpUsers } from "../../support/memory_smtp_users.ts";

const sessionOf = (clientAddress: string): SmtpSessionFacts => ({
  clientAddress,
  clientName: null,
  protocol: "SMTP",
  tls: null,
  user: null,
});

const refusedWith = (code: ErrorCode) => (error: unknown) => isDispatchError(error, code);

describe("SmtpDoor", () => {
  let submissions: Submission[];
  let refusals: Denial[];
  let maxMessageBytes: number;
  let requireAuth: boolean;
  let users: MemorySmtpUsers;
  let door: SmtpDoor;
  const arriving = {} as ArrivingMessage;

  beforeEach(() => {
    submissions = [];
    refusals = [];
    maxMessageBytes = 1000;
    requireAuth = false;
    users = new MemorySmtpUsers();
    door = new SmtpDoor({
      intake: {
        begin(submission) {
          submissions.push(submission);
          return arriving;
        },
      },
      isAllowed: (address) => address.startsWith("10."),
      users: users.ring,
      settings: () => ({ maxMessageBytes, requireAuth }),
      onRefused: (denial) => void refusals.push(denial),
    });
  });

  it("admits a sender from an address that may send, normalised", () => {
    assert.equal(door.admitSender(sessionOf("10.0.0.1"), "App@EXAMPLE.org"), "App@example.org");
    assert.deepEqual(refusals, []);
  });

  it("admits the null sender", () => {
    assert.equal(door.admitSender(sessionOf("10.0.0.1"), ""), "");
  });

  it("refuses an address that may not send, and tells of it", () => {
    assert.throws(
      () => door.admitSender(sessionOf("192.0.2.1"), "app@example.org"),
      refusedWith("address_not_allowed"),
    );
    assert.equal(refusals.length, 1);
    const { error, origin, sender } = refusals[0]!;
    assert.equal(sender, "app@example.org");
    assert.deepEqual(origin, {
      source: "smtp",
      clientAddress: "192.0.2.1",
      tls: null,
      apiKeyId: null,
      smtpUser: null,
    });
    assert.deepEqual(error.facts, { address: "192.0.2.1", setting: "listener.allowed_cidrs" });
  });

  it("refuses it for the null sender too", () => {
    assert.throws(() => door.admitSender(sessionOf("192.0.2.1"), ""), refusedWith("address_not_allowed"));
  });

  it("refuses a sender that is no address, without telling of it", () => {
    assert.throws(() => door.admitSender(sessionOf("10.0.0.1"), "no address"), refusedWith("address_invalid"));
    assert.deepEqual(refusals, []);
  });

  /** A session of a user who has just signed in. */
  async function signedIn(limits = {}): Promise<SmtpSessionFacts> {
    await users.add("printer", "correct horse", limits);
    const user = await users.ring.signIn({ name: "printer", password: "correct horse", address: "10.0.0.1" });
    assert.ok(typeof user !== "string");
    return { ...sessionOf("10.0.0.1"), user };
  }

  it("has a client sign in where that is required, from the moment the setting says so", async () => {
    const session = await signedIn();
    requireAuth = true;
    assert.throws(() => door.admitSender(sessionOf("10.0.0.1"), ""), refusedWith("smtp_sign_in_required"));
    assert.deepEqual(
      refusals.map(({ error, sender }) => [error.facts, sender]),
      [[{ setting: "listener.require_auth" }, ""]],
    );
    assert.equal(door.admitSender(session, ""), "");
    requireAuth = false;
    assert.equal(door.admitSender(sessionOf("10.0.0.1"), ""), "");
  });

  it("refuses a user at an address that may not send", async () => {
    const session = { ...(await signedIn()), clientAddress: "192.0.2.1" };
    assert.throws(() => door.admitSender(session, "a@example.org"), refusedWith("address_not_allowed"));
    assert.equal(refusals[0]!.origin.smtpUser, "printer");
  });

  it("refuses a sender that the user may not name, and tells of it", async () => {
    const session = await signedIn({ allowedSenders: ["*@example.org"] });
    assert.equal(door.admitSender(session, "a@EXAMPLE.org"), "a@example.org");
    assert.equal(door.admitSender(session, ""), "");
    assert.equal(refusals.length, 0);
    assert.throws(() => door.admitSender(session, "a@example.com"), refusedWith("sender_not_allowed"));
    const { error, origin, sender } = refusals[0]!;
    assert.deepEqual(error.facts, { user: "printer", sender: "a@example.com" });
    assert.deepEqual([origin.smtpUser, sender], ["printer", "a@example.com"]);
  });

  it("follows what a user may do while its session goes on", async () => {
    const session = await signedIn();
    await users.service.set("printer", { allowedSenders: ["*@example.org"] });
    assert.throws(() => door.admitSender(session, "a@example.com"), refusedWith("sender_not_allowed"));
    assert.equal(door.admitSender(session, "a@example.org"), "a@example.org");
  });

  it("ends the session of a user who is removed, or gets another password", async () => {
    const session = await signedIn();
    users.clock.nowMs += 1;
    await users.service.setPassword("printer", "another horse");
    assert.throws(() => door.admitSender(session, ""), refusedWith("smtp_sign_in_ended"));
    await users.service.remove("printer");
    const again = await signedIn();
    assert.equal(door.admitSender(again, ""), "");
    await users.service.remove("printer");
    assert.throws(() => door.admitSender(again, ""), refusedWith("smtp_sign_in_ended"));
    await signedIn();
    assert.throws(() => door.admitSender(again, ""), refusedWith("smtp_sign_in_ended"));
  });

  it("admits recipients, normalised, with UTF-8 in the local part too", () => {
    assert.equal(door.admitRecipient("You@EXAMPLE.org"), "You@example.org");
    assert.equal(door.admitRecipient("jürgen@example.org"), "jürgen@example.org");
    assert.equal(door.admitRecipient("you@bücher.example"), "you@xn--bcher-kva.example");
    assert.throws(() => door.admitRecipient("@"), refusedWith("address_invalid"));
  });

  it("hands a message to the intake with all that is known of the session", () => {
    maxMessageBytes = 2000;
    const tls = { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };
    const session = {
      clientAddress: "10.0.0.1",
      clientName: "printer.example.org",
      protocol: "ESMTPS",
      tls,
      user: { id: "usr_1", name: "printer", passwordSetAtMs: 0 },
    };
    assert.equal(door.beginMessage(session, { sender: "", recipients: ["a@example.org"] }), arriving);
    assert.deepEqual(submissions, [
      {
        sender: "",
        recipients: ["a@example.org"],
        origin: { source: "smtp", clientAddress: "10.0.0.1", tls, apiKeyId: null, smtpUser: "printer" },
        maxBytes: 2000,
        clientName: "printer.example.org",
        protocol: "ESMTPS",
      },
    ]);
  });
});
