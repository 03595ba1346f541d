import assert from "node:assert/strict";
import { test } from "node:test";
import { RememberedChecks } from "../../../core/access/remembered_checks.ts";
import { QuickHasher } from "../../support/memory_admin_access.ts";

async function setUp() {
  const clock = { nowMs: 1_000_000 };
  const hasher = new QuickHasher();
  const checks = new RememberedChecks({ crypto, hasher, nowMs: () => clock.nowMs });
  const encoded = await hasher.hash("correct horse");
  hasher.asked = 0;
  return { clock, hasher, checks, encoded };
}

test("RememberedChecks asks the hasher once in five minutes about a right password", async () => {
  const { clock, hasher, checks, encoded } = await setUp();
  for (let i = 0; i < 3; i++) assert.equal(await checks.verify("correct horse", encoded), true);
  clock.nowMs += 299_999;
  await checks.verify("correct horse", encoded);
  assert.equal(hasher.asked, 1);
  clock.nowMs += 1;
  assert.equal(await checks.verify("correct horse", encoded), true);
  assert.equal(hasher.asked, 2);
});

test("RememberedChecks asks the hasher each time about a wrong one", async () => {
  const { hasher, checks, encoded } = await setUp();
  await checks.verify("correct horse", encoded);
  for (let i = 0; i < 3; i++) assert.equal(await checks.verify("wrong horse", encoded), false);
  assert.equal(hasher.asked, 4);
});

test("RememberedChecks does not take the same password for another hash", async () => {
  const { hasher, checks, encoded } = await setUp();
  await checks.verify("correct horse", encoded);
  assert.equal(await checks.verify("correct horse", "quick:5:other"), false);
  assert.equal(hasher.asked, 2);
});

test("RememberedChecks asks once about what many ask at a time", async () => {
  const { hasher, checks, encoded } = await setUp();
  const answers = await Promise.all(Array.from({ length: 20 }, () => checks.verify("correct horse", encoded)));
  assert.ok(answers.every(Boolean));
  assert.equal(hasher.asked, 1);
});

test("RememberedChecks remembers nothing of a hasher that failed", async () => {
  const { hasher, checks, encoded } = await setUp();
  const verify = hasher.verify.bind(hasher);
  hasher.verify = () => Promise.reject(new TypeError("planted"));
  await assert.rejects(checks.verify("correct horse", encoded), TypeError);
  hasher.verify = verify;
  assert.equal(await checks.verify("correct horse", encoded), true);
});

test("RememberedChecks remembers no longer when the clock is set back", async () => {
  const { clock, hasher, checks, encoded } = await setUp();
  await checks.verify("correct horse", encoded);
  clock.nowMs -= 1;
  await checks.verify("correct horse", encoded);
  assert.equal(hasher.asked, 2);
});

test("RememberedChecks remembers a thousand, and forgets the one that came first", async () => {
  const { hasher, checks } = await setUp();
  const verify = (name: number) =>
    checks.verify(`password ${name}`, `quick:${`password ${name}`.length}:password ${name}`);
  for (let name = 0; name <= 1000; name++) assert.equal(await verify(name), true);
  hasher.asked = 0;
  await verify(1000);
  await verify(1);
  assert.equal(hasher.asked, 0);
  await verify(0);
  assert.equal(hasher.asked, 1);
});
