import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError } from "../../../core/error/mod.ts";
import { auditDenial } from "../../../core/history/audit_denial.ts";

const actor = { kind: "smtp", name: null, address: "192.0.2.1" } as const;

test("auditDenial tells the setting that would let a client in", () => {
  const error = new DispatchError("address_not_allowed", { address: "192.0.2.1", setting: "listener.allowed_cidrs" });
  assert.deepEqual(auditDenial(error, actor), {
    event: "access.denied",
    actor,
    outcome: "refused",
    subject: "listener.allowed_cidrs",
    reason: "address_not_allowed",
  });
});

test("auditDenial tells what a token wanted to do that it is not good for", () => {
  const facts = { name: "ci", operation: "relay.add", scope: "read", needed: "all" };
  const entry = auditDenial(new DispatchError("scope_insufficient", facts), actor);
  assert.deepEqual([entry.subject, entry.reason], ["relay.add", "scope_insufficient"]);
});

test("auditDenial is about nothing where no setting would help", () => {
  assert.equal(auditDenial(new DispatchError("key_invalid", {}), actor).subject, null);
});

test("isDenial tells who is kept out from who has made a mistake", () => {
  const address = { address: "192.0.2.1", setting: "api.allowed_cidrs" };
  assert.equal(new DispatchError("address_not_allowed", address).isDenial, true);
  assert.equal(new DispatchError("key_invalid", {}).isDenial, true);
  assert.equal(new DispatchError("request_forged", {}).isDenial, true);
  assert.equal(new DispatchError("key_missing", {}).isDenial, false);
  assert.equal(new DispatchError("body_malformed", { reason: "it is not JSON" }).isDenial, false);
});
