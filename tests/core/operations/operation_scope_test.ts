import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdminScope, AdminTokenRecord } from "../../../core/access/admin_token.ts";
import { isDispatchError } from "../../../core/error/mod.ts";
import { requireScope } from "../../../core/operations/operation_scope.ts";
import { type FeedName, feeds, type OperationName, operations } from "../../../core/operations/operation_table.ts";

function tokenOf(scope: AdminScope): AdminTokenRecord {
  const uses = { lastUsedAtMs: null, useCount: 0 };
  return { id: "tok_1", name: "ci", digest: "", createdAtMs: 0, revokedAtMs: null, ...uses, scope };
}

/** What a token of that scope lacks for it; `null` when nothing. */
function lacking(scope: AdminScope, name: OperationName | FeedName, given: unknown = {}): string | null {
  try {
    requireScope(tokenOf(scope), name, given);
    return null;
  } catch (error) {
    assert.ok(isDispatchError(error, "scope_insufficient"), String(error));
    assert.deepEqual([error.facts.name, error.facts.scope], ["ci", scope]);
    return error.facts.needed;
  }
}

const names: readonly (OperationName | FeedName)[] = [...operations, ...feeds].map(({ name }) => name);

/** Written out, so that an operation which is added, or changes its mind about the audit log, is decided on here. */
const forReaders: readonly (OperationName | FeedName)[] = [
  "config.list",
  "config.get",
  "cert.show",
  "cert.check",
  "cert.history",
  "relay.list",
  "relay.show",
  "provider.list",
  "route.list",
  "route.simulate",
  "key.list",
  "user.list",
  "queue.list",
  "queue.show",
  "log.search",
  "audit.search",
  "report.show",
  "purge.list",
  "health",
  "version",
  "admin.token.list",
  "log.tail",
];

test("a token of the scope read may do what changes nothing and gives no secret away, and nothing else", () => {
  const allowed = names.filter((name) => lacking("read", name) === null);
  assert.deepEqual(allowed.toSorted(), forReaders.toSorted());
});

test("a token of the scope certificate may do all that is about the certificate, and nothing else", () => {
  const allowed = names.filter((name) => lacking("certificate", name) === null);
  assert.deepEqual(
    allowed,
    names.filter((name) => name.startsWith("cert.")),
  );
});

test("a token of the scope all may do everything", () => {
  assert.deepEqual(
    names.filter((name) => lacking("all", name) !== null),
    [],
  );
});

test("what a token lacks is the narrowest scope that is enough", () => {
  assert.equal(lacking("read", "cert.upload"), "certificate");
  assert.equal(lacking("read", "relay.add"), "all");
  assert.equal(lacking("certificate", "config.list"), "read");
  assert.equal(lacking("certificate", "relay.add"), "all");
  assert.equal(lacking("read", "queue.content", { id: "spl_1" }), "all");
});

test("a reader gets the certificate, and never its key", () => {
  assert.equal(lacking("read", "cert.export", { format: "pem" }), null);
  assert.equal(lacking("read", "cert.export", { format: "pfx", passphrase: "correct horse" }), "certificate");
  for (const given of [{}, null, "pem", { format: ["pem"] }, { format: "pfx" }, { format: "pem", passphrase: "x" }]) {
    assert.equal(lacking("read", "cert.export", given), "certificate", JSON.stringify(given));
  }
});
