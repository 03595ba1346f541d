import assert from "node:assert/strict";
import { test } from "node:test";
import { finding } from "../../../core/certificate/finding.ts";
import { DispatchError } from "../../../core/error/mod.ts";
import { operatorProblemOf } from "../../../core/operations/operator_problem.ts";

test("operatorProblemOf tells an error with its message and its remedy", () => {
  const { document, headers } = operatorProblemOf(new DispatchError("relay_unknown", { name: "x", nearest: "y" }));
  assert.deepEqual(document, {
    type: "urn:dispatch:problem:relay_unknown",
    title: "Relay unknown",
    status: 404,
    detail: 'There is no relay "x". Did you mean y?',
    code: "relay_unknown",
  });
  assert.deepEqual(headers, {});
});

test("operatorProblemOf keeps title, list and headers of an error that senders know, and keeps nothing from an operator", () => {
  const { document, headers } = operatorProblemOf(new DispatchError("history_unavailable", { reason: "it is locked" }));
  assert.equal(document.title, "Message log unavailable");
  assert.match(document.detail, /it is locked/);
  assert.deepEqual(headers, { "retry-after": "10" });
  const invalid = operatorProblemOf(new DispatchError("address_invalid", { address: "x", field: "from" }));
  assert.deepEqual(invalid.document.errors, [{ path: "from", message: '"x" is not an address' }]);
});

test("operatorProblemOf lists the settings that were refused", () => {
  const violations = [{ key: "listener.ports", value: "[0]", rule: "must be ports" }];
  const { document } = operatorProblemOf(new DispatchError("config_invalid", { violations }));
  assert.deepEqual(document.errors, [{ path: "listener.ports", message: "must be ports; [0] was given" }]);
});

test("operatorProblemOf lists what is wrong with a request for a certificate as it is", () => {
  const violations = [{ path: "names[0]", message: "is not a name" }];
  const { document } = operatorProblemOf(new DispatchError("certificate_request_invalid", { violations }));
  assert.deepEqual(document.errors, violations);
});

test("operatorProblemOf lists the findings about a certificate", () => {
  const findings = [finding("expired", { notAfter: "2020-01-01T00:00:00.000Z" }, "cert.pem")];
  const { document } = operatorProblemOf(new DispatchError("certificate_refused", { findings }));
  assert.deepEqual(document.findings, findings);
});

test("operatorProblemOf says when to try again", () => {
  const { headers } = operatorProblemOf(new DispatchError("sign_in_locked", { retryAfterSeconds: 899.2 }));
  assert.deepEqual(headers, { "retry-after": "900" });
  const busy = operatorProblemOf(new DispatchError("sign_in_busy", { retryAfterSeconds: 1 }));
  assert.deepEqual([busy.document.status, busy.headers], [503, { "retry-after": "1" }]);
});

test("operatorProblemOf tells nothing of an error that is not the domain's", () => {
  for (const error of [new TypeError("secret-path"), "secret-path", undefined]) {
    const { document } = operatorProblemOf(error);
    assert.deepEqual([document.status, document.code], [500, "internal_error"]);
    assert.doesNotMatch(JSON.stringify(document), /secret-path/);
  }
});

test("operatorProblemOf says how to come in, and what a token lacks", () => {
  const challengeOf = (error: DispatchError) => operatorProblemOf(error).headers["www-authenticate"];
  const facts = { name: "ci", operation: "relay.add", scope: "read", needed: "all" };
  assert.equal(challengeOf(new DispatchError("not_signed_in", {})), 'Bearer realm="dispatch"');
  assert.equal(challengeOf(new DispatchError("sign_in_failed", {})), 'Bearer realm="dispatch"');
  const invalid = 'Bearer realm="dispatch", error="invalid_token"';
  assert.equal(challengeOf(new DispatchError("token_invalid", {})), invalid);
  const insufficient = 'Bearer realm="dispatch", error="insufficient_scope", scope="all"';
  assert.equal(challengeOf(new DispatchError("scope_insufficient", facts)), insufficient);
  assert.equal(challengeOf(new DispatchError("request_forged", {})), undefined);
});
