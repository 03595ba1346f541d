import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDate } from "../../../core/mail/date.ts";

test("formatDate writes the form of RFC 5322 section 3.3, in UTC", () => {
  assert.equal(formatDate(Date.UTC(2026, 10, 22, 11, 0, 0)), "Sun, 22 Nov 2026 11:00:00 +0000");
});

test("formatDate gives the day two digits", () => {
  assert.equal(formatDate(0), "Thu, 01 Jan 1970 00:00:00 +0000");
});
