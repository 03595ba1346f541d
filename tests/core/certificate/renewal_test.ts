import assert from "node:assert/strict";
import { test } from "node:test";
import { daysLeft, expiryWarning, isRenewalDue } from "../../../core/certificate/mod.ts";

/** 90 days: one third are 30, one tenth are 9. */
const VALIDITY = { notBefore: "2026-01-01T00:00:00.000Z", notAfter: "2026-04-01T00:00:00.000Z" };
const END_MS = Date.parse(VALIDITY.notAfter);
const DAY_MS = 86_400_000;

test("daysLeft counts whole days, down to negative ones", () => {
  assert.equal(daysLeft(VALIDITY, END_MS - 30 * DAY_MS), 30);
  assert.equal(daysLeft(VALIDITY, END_MS - 30 * DAY_MS + 1), 29);
  assert.equal(daysLeft(VALIDITY, END_MS - 1), 0);
  assert.equal(daysLeft(VALIDITY, END_MS + 1), -1);
});

test("isRenewalDue turns true when less than one tenth of the lifetime is left", () => {
  assert.equal(isRenewalDue(VALIDITY, END_MS - 9 * DAY_MS - 1), false);
  assert.equal(isRenewalDue(VALIDITY, END_MS - 9 * DAY_MS), false);
  assert.equal(isRenewalDue(VALIDITY, END_MS - 9 * DAY_MS + 1), true);
  assert.equal(isRenewalDue(VALIDITY, END_MS + DAY_MS), true);
});

test("expiryWarning is silent until one third of the lifetime is left", () => {
  assert.equal(expiryWarning(VALIDITY, Date.parse(VALIDITY.notBefore)), null);
  assert.equal(expiryWarning(VALIDITY, END_MS - 30 * DAY_MS - 1), null);
});

test("expiryWarning warns at one third, again at one tenth, and at the end", () => {
  assert.deepEqual(expiryWarning(VALIDITY, END_MS - 30 * DAY_MS), {
    code: "expires_soon",
    message: "The certificate expires on 2026-04-01, in 30 days.",
  });
  assert.equal(expiryWarning(VALIDITY, END_MS - 9 * DAY_MS - 1)?.code, "expires_soon");
  assert.equal(expiryWarning(VALIDITY, END_MS - 9 * DAY_MS)?.code, "expires_very_soon");
  assert.equal(expiryWarning(VALIDITY, END_MS - 1)?.code, "expires_very_soon");
  assert.deepEqual(expiryWarning(VALIDITY, END_MS), {
    code: "expired",
    message: "The certificate expired on 2026-04-01.",
  });
});

test("expiryWarning counts days as people do", () => {
  const messageAt = (msLeft: number) => expiryWarning(VALIDITY, END_MS - msLeft)?.message;
  assert.equal(messageAt(DAY_MS), "The certificate expires on 2026-04-01, in 1 day.");
  assert.equal(messageAt(DAY_MS - 1), "The certificate expires on 2026-04-01, in less than a day.");
});
