import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { MemorySmtpUsers } from "../../support/memory_smtp_users.ts";

const limits = { allowedAddresses: ["10.0.0.0/8"], allowedSenders: ["*@example.org"] };
const password = "correct horse";

test("SmtpUserService stores the hash of a password, and shows neither", async () => {
  const { service, store } = new MemorySmtpUsers();
  const view = await service.add("printer", password, limits);
  assert.deepEqual(view, {
    name: "printer",
    ...limits,
    createdAt: "2026-11-22T12:00:00.000Z",
    passwordSetAt: "2026-11-22T12:00:00.000Z",
    lastUsedAt: null,
    useCount: 0,
  });
  const [record] = await store.list();
  assert.match(record!.id, /^usr_[0-9a-f]{32}$/);
  assert.equal(record!.passwordHash, "quick:13:correct horse");
  assert.deepEqual(await service.list(), [view]);
});

test("SmtpUserService adds a name once", async () => {
  const { service, store } = new MemorySmtpUsers();
  const results = await Promise.allSettled([1, 2].map(() => service.add("printer", password, limits)));
  assert.deepEqual(
    results.map((result) => (result.status === "fulfilled" ? "added" : result.reason.code)),
    ["added", "user_exists"],
  );
  assert.equal(store.rows.size, 1);
});

test("SmtpUserService replaces the lists that are given, and leaves the others", async () => {
  const { service } = new MemorySmtpUsers();
  await service.add("printer", password, limits);
  const first = await service.set("printer", { allowedSenders: [] });
  assert.deepEqual([first.allowedAddresses, first.allowedSenders], [["10.0.0.0/8"], []]);
  const second = await service.set("printer", { allowedAddresses: ["::1/128"] });
  assert.deepEqual([second.allowedAddresses, second.allowedSenders], [["::1/128"], []]);
  assert.deepEqual(await service.set("printer", {}), second);
});

test("SmtpUserService says when a password was set", async () => {
  const { service, clock } = new MemorySmtpUsers();
  await service.add("printer", password, limits);
  clock.nowMs += 1000;
  const { createdAt, passwordSetAt } = await service.setPassword("printer", "another horse");
  assert.deepEqual([createdAt, passwordSetAt], ["2026-11-22T12:00:00.000Z", "2026-11-22T12:00:01.000Z"]);
});

test("SmtpUserService knows no user who is not there", async () => {
  const { service, hasher } = new MemorySmtpUsers();
  for (const act of [
    () => service.set("nobody", limits),
    () => service.setPassword("nobody", password),
    () => service.remove("nobody"),
  ]) {
    await assertRefusal(act, "user_unknown");
  }
  assert.equal(hasher.asked, 0);
});

for (const [what, wrong, code] of [
  ["of seven characters", "🔑".repeat(7), "password_too_short"],
  ["of 1025 characters", "x".repeat(1025), "password_too_long"],
  ["with a NUL", "correct\0horse", "password_has_controls"],
  ["with a tab", "correct\thorse", "password_has_controls"],
] as const) {
  test(`SmtpUserService refuses a password ${what}, for old users and new ones`, async () => {
    const { service, store } = new MemorySmtpUsers();
    await assertRefusal(() => service.add("printer", wrong, limits), code);
    assert.equal(store.rows.size, 0);
    await service.add("printer", "x".repeat(8), limits);
    await assertRefusal(() => service.setPassword("printer", wrong), code);
    assert.equal([...store.rows.values()][0]!.passwordHash, "quick:8:xxxxxxxx");
  });
}
