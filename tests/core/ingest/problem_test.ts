import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError } from "../../../core/error/mod.ts";
import { problemOf } from "../../../core/ingest/problem.ts";

test("problemOf gives a sender's error its status, code and sentence", () => {
  const { document, headers } = problemOf(new DispatchError("message_too_large", { limitBytes: 100 }));
  assert.deepEqual(document, {
    type: "urn:dispatch:problem:message_too_large",
    title: "Message too large",
    status: 413,
    detail: "The message is larger than 100 bytes.",
    code: "message_too_large",
  });
  assert.deepEqual(headers, {});
});

test("problemOf keeps the operator's facts from the client", () => {
  for (const error of [
    new DispatchError("spool_unavailable", { reason: "EACCES secret-path" }),
    new DispatchError("history_unavailable", { reason: "secret-path is locked" }),
    new DispatchError("disk_nearly_full", { freeBytes: 123_456 }),
    new DispatchError("service_unreachable", { path: "secret-path" }),
    new Error("secret-path"),
    "secret-path",
  ]) {
    assert.doesNotMatch(JSON.stringify(problemOf(error)), /secret-path|123456|EACCES/);
  }
});

test("problemOf takes whatever is not a sender's error for an internal one", () => {
  for (const error of [new TypeError("x"), undefined, new DispatchError("relay_unknown", { name: "x" })]) {
    const { document } = problemOf(error);
    assert.deepEqual([document.status, document.code], [500, "internal_error"]);
  }
});

test("problemOf rounds Retry-After up to whole seconds, at least one", () => {
  for (const [retryAfterSeconds, header] of [
    [0, "1"],
    [1.2, "2"],
    [60, "60"],
  ] as const) {
    const { headers } = problemOf(new DispatchError("rate_limited", { perMinute: 1, retryAfterSeconds }));
    assert.equal(headers["retry-after"], header);
  }
});

test("problemOf lists what is wrong with a request and with an address", () => {
  const errors = [{ path: "to[0]", message: "is not an address" }];
  assert.deepEqual(problemOf(new DispatchError("request_invalid", { errors })).document.errors, errors);
  const { document } = problemOf(new DispatchError("address_invalid", { address: "x", field: "from" }));
  assert.deepEqual(document.errors, [{ path: "from", message: '"x" is not an address' }]);
});
