import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DispatchError, intakeErrors, smtpErrors } from "../../../core/error/mod.ts";
import { smtpReplyTo } from "../../../core/ingest/smtp_replies.ts";

describe("smtpReplyTo", () => {
  const address = "192.0.2.1";
  const replies = [
    [new DispatchError("address_not_allowed", { address, setting: "listener.allowed_cidrs" }), "550 5.7.1"],
    [new DispatchError("too_many_connections", { limit: 100 }), "421 4.7.0"],
    [new DispatchError("too_many_connections_from_client", { address, limit: 50 }), "421 4.7.0"],
    [new DispatchError("disk_nearly_full", { freeBytes: 1 }), "452 4.3.1"],
    [new DispatchError("message_too_large", { limitBytes: 1 }), "552 5.3.4"],
    [new DispatchError("too_many_recipients", { limit: 1 }), "452 4.5.3"],
    [new DispatchError("mail_loop", { hops: 31 }), "554 5.4.6"],
    [new DispatchError("spool_unavailable", { reason: "disk full" }), "451 4.3.0"],
    [new DispatchError("address_invalid", { address: "x", field: "sender" }), "501 5.1.7"],
    [new DispatchError("address_invalid", { address: "x", field: "recipient" }), "501 5.1.3"],
    [new DispatchError("internal_error", {}), "451 4.3.0"],
    [new DispatchError("smtp_sign_in_failed", { user: "printer", address, fault: "unknown" }), "535 5.7.8"],
    [new DispatchError("smtp_sign_in_failed", { user: "printer", address, fault: "password" }), "535 5.7.8"],
    [new DispatchError("smtp_sign_in_failed", { user: "printer", address, fault: "address" }), "535 5.7.8"],
    [new DispatchError("smtp_other_identity", { user: "printer" }), "535 5.7.8"],
    [new DispatchError("smtp_sign_in_required", { setting: "listener.require_auth" }), "530 5.7.0"],
    [new DispatchError("smtp_sign_in_ended", { user: "printer" }), "530 5.7.0"],
    [new DispatchError("sender_not_allowed", { user: "printer", sender: "a@example.org" }), "553 5.7.1"],
    [new DispatchError("sign_in_locked", { retryAfterSeconds: 60 }), "454 4.7.0"],
    [new DispatchError("sign_in_busy", { retryAfterSeconds: 5 }), "454 4.7.0"],
  ] as const;
  for (const [error, expected] of replies) {
    it(`answers ${error.code} with ${expected}`, () => {
      const { code, enhanced } = smtpReplyTo(error);
      assert.equal(`${code} ${enhanced}`, expected);
    });
  }

  it("tells the operator of a refused client where to add its address", () => {
    const { text } = smtpReplyTo(
      new DispatchError("address_not_allowed", { address, setting: "listener.allowed_cidrs" }),
    );
    assert.ok(text.includes(address) && text.includes("listener.allowed_cidrs"));
  });

  it("tells whoever can't sign in the same, whatever was wrong", () => {
    const texts = (["unknown", "password", "address"] as const).map(
      (fault) => smtpReplyTo(new DispatchError("smtp_sign_in_failed", { user: "printer", address, fault })).text,
    );
    texts.push(smtpReplyTo(new DispatchError("smtp_other_identity", { user: "printer" })).text);
    assert.equal(new Set(texts).size, 1);
  });

  it("tells a sender nothing about the inside", () => {
    const reason = "SQLITE_FULL at /var/lib/dispatch/spool/spool.db";
    assert.doesNotMatch(smtpReplyTo(new DispatchError("spool_unavailable", { reason })).text, /SQLITE|\/var/);
  });

  it("takes an error that is not about intake for an internal, temporary one", () => {
    const { code, enhanced } = smtpReplyTo(new DispatchError("relay_unknown", { name: "x" }));
    assert.equal(`${code} ${enhanced}`, "451 4.3.0");
  });

  it("gives every reason to refuse a code whose class is that of its enhanced one", () => {
    const facts = { address, setting: "s", limit: 1, limitBytes: 1, freeBytes: 1, field: "sender", reason: "r" };
    for (const code of Object.keys({ ...intakeErrors, ...smtpErrors })) {
      const reply = smtpReplyTo({ code, facts } as unknown as DispatchError);
      assert.match(`${reply.code} ${reply.enhanced}`, /^(?:4\d\d 4|5\d\d 5)\.\d{1,3}\.\d{1,3}$/, code);
      assert.match(reply.text, /^[ -~]+$/, code);
    }
  });
});
