import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { type ErrorCode, isDispatchError } from "../../../core/error/mod.ts";
import type { Denial } from "../../../core/history/denial_log.ts";
import type { ArrivingMessage, Submission } from "../../../core/ingest/intake.ts";
import { SmtpDoor, type SmtpSessionFacts } from "../../../core/ingest/smtp_door.ts";

const sessionOf = (clientAddress: string): SmtpSessionFacts => ({
  clientAddress,
  clientName: null,
  protocol: "SMTP",
  tls: null,
  smtpUser: null,
});

const refusedWith = (code: ErrorCode) => (error: unknown) => isDispatchError(error, code);

describe("SmtpDoor", () => {
  let submissions: Submission[];
  let refusals: Denial[];
  let maxMessageBytes: number;
  let door: SmtpDoor;
  const arriving = {} as ArrivingMessage;

  beforeEach(() => {
    submissions = [];
    refusals = [];
    maxMessageBytes = 1000;
    door = new SmtpDoor({
      intake: {
        begin(submission) {
          submissions.push(submission);
          return arriving;
        },
      },
      isAllowed: (address) => address.startsWith("10."),
      settings: () => ({ maxMessageBytes }),
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
      smtpUser: "printer",
    };
    assert.equal(door.beginMessage(session, "", ["a@example.org"]), arriving);
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
