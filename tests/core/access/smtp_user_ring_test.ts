import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError } from "../../../core/error/mod.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { MemorySmtpUsers } from "../../support/memory_smtp_users.ts";

const address = "192.0.2.7";
const password = "correct horse";

async function setUp(limits = {}): Promise<MemorySmtpUsers> {
  const users = new MemorySmtpUsers();
  await users.add("printer", password, limits);
  users.hasher.asked = 0;
  return users;
}

test("SmtpUserRing signs in a user by name and password, whatever the case of the name", async () => {
  const { ring, clock } = await setUp();
  for (const name of ["printer", "PRINTER"]) {
    const identity = await ring.signIn({ name, password, address });
    assert.ok(typeof identity !== "string");
    assert.deepEqual([identity.name, identity.passwordSetAtMs], ["printer", clock.nowMs]);
  }
});

test("SmtpUserRing takes a password however its letters were composed", async () => {
  const users = new MemorySmtpUsers();
  await users.add("printer", "größeres Geheimnis".normalize("NFD"));
  const identity = await users.ring.signIn({ name: "printer", password: "größeres Geheimnis", address });
  assert.ok(typeof identity !== "string");
});

for (const [what, given, fault, limits] of [
  ["an unknown name", { name: "scanner" }, "unknown", {}],
  ["what can't be a name", { name: "a\nb" }, "unknown", {}],
  ["a wrong password", { password: "wrong horse" }, "password", {}],
  ["a password in another case", { password: "Correct horse" }, "password", {}],
  ["an address outside the user's list", {}, "address", { allowedAddresses: ["10.0.0.0/8"] }],
] as const) {
  test(`SmtpUserRing says ${fault} for ${what}, at the cost of one hash`, async () => {
    const { ring, hasher } = await setUp(limits);
    assert.equal(await ring.signIn({ name: "printer", password, address, ...given }), fault);
    assert.equal(hasher.asked, 1);
  });
}

test("SmtpUserRing says nothing faster about a right password to who may not use it", async () => {
  const { ring, hasher } = await setUp({ allowedAddresses: ["10.0.0.0/8"] });
  assert.ok(typeof (await ring.signIn({ name: "printer", password, address: "10.0.0.1" })) !== "string");
  hasher.asked = 0;
  assert.equal(await ring.signIn({ name: "printer", password, address }), "address");
  assert.equal(hasher.asked, 1);
});

test("SmtpUserRing hashes no password that is longer than any", async () => {
  const { ring, hasher } = await setUp();
  const long = `a${"\u0301".repeat(40_000)}${"\u0316".repeat(40_000)}`;
  assert.equal(await ring.signIn({ name: "printer", password: long, address }), "password");
  assert.equal(await ring.signIn({ name: "nobody", password: long, address }), "unknown");
  assert.equal(hasher.asked, 0);
});

test("SmtpUserRing costs no second hash for a busy device", async () => {
  const { ring, hasher } = await setUp();
  for (let i = 0; i < 10; i++)
    assert.ok(typeof (await ring.signIn({ name: "printer", password, address })) !== "string");
  assert.equal(hasher.asked, 1);
});

test("SmtpUserRing forgets a check that was right as soon as the password is changed", async () => {
  const { ring, service } = await setUp();
  await ring.signIn({ name: "printer", password, address });
  await service.setPassword("printer", "another horse");
  assert.equal(await ring.signIn({ name: "printer", password, address }), "password");
  assert.ok(typeof (await ring.signIn({ name: "printer", password: "another horse", address })) !== "string");
});

test("SmtpUserRing forgets a check that was right as soon as the user is removed", async () => {
  const { ring, service } = await setUp();
  await ring.signIn({ name: "printer", password, address });
  await service.remove("printer");
  assert.equal(await ring.signIn({ name: "printer", password, address }), "unknown");
});

test("SmtpUserRing signs nobody in whose password was changed while it was checked", async () => {
  const { ring, hasher, service } = await setUp();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const started = Promise.withResolvers<void>();
  hasher.verify = () => {
    started.resolve();
    return promise;
  };
  const underWay = ring.signIn({ name: "printer", password, address });
  await started.promise;
  await service.remove("printer");
  resolve(true);
  assert.equal(await underWay, "password");
});

test("SmtpUserRing passes on that the hasher is busy", async () => {
  const { ring, hasher } = await setUp();
  hasher.verify = () => Promise.reject(new DispatchError("sign_in_busy", { retryAfterSeconds: 5 }));
  await assertRefusal(() => ring.signIn({ name: "printer", password, address }), "sign_in_busy");
});

test("SmtpUserRing counts sign-ins until they are taken, failures not", async () => {
  const { ring, store, clock } = await setUp();
  await ring.signIn({ name: "printer", password, address });
  await ring.signIn({ name: "printer", password, address });
  await ring.signIn({ name: "printer", password: "wrong horse", address });
  const [record] = await store.list();
  assert.deepEqual(ring.takeUses(), [{ id: record!.id, uses: 2, lastUsedAtMs: clock.nowMs }]);
  assert.deepEqual(ring.takeUses(), []);
});

test("SmtpUserRing lets a user name the senders of its list and the null sender, and any without a list", async () => {
  const { ring, service } = await setUp();
  const identity = await ring.signIn({ name: "printer", password, address });
  assert.ok(typeof identity !== "string");
  assert.equal(ring.maySend(identity, "a@example.com"), true);
  await service.set("printer", { allowedSenders: ["*@example.org"] });
  assert.equal(ring.maySend(identity, "a@example.com"), false);
  assert.equal(ring.maySend(identity, "a@example.org"), true);
  assert.equal(ring.maySend(identity, ""), true);
});
