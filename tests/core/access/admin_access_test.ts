import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdminAccess } from "../../../core/access/admin_access.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { openMemoryAdminAccess, QuickHasher, setupCode } from "../../support/memory_admin_access.ts";

const address = "192.0.2.7";
const password = "correct horse battery";
const other = "another good password";

async function setUp() {
  const memory = await openMemoryAdminAccess();
  return { ...memory, ...(await memory.access.setup({ code: setupCode, password, address })) };
}

async function isSignedIn(access: AdminAccess, token: string): Promise<boolean> {
  return (await access.session(token)) !== null;
}

test("setup sets the password and signs in", async () => {
  const { access, reopen } = await openMemoryAdminAccess();
  assert.equal(access.needsSetup, true);
  const { token } = await access.setup({ code: "abcdefgh2345", password, address });
  assert.equal(access.needsSetup, false);
  assert.ok(await isSignedIn(access, token));
  const restarted = await reopen();
  assert.equal(restarted.needsSetup, false);
  await restarted.signIn({ password, address });
});

test("setup refuses a wrong code, and changes nothing", async () => {
  const { access, passwords } = await openMemoryAdminAccess();
  await assertRefusal(() => access.setup({ code: "ABCD-EFGH-2346", password, address }), "setup_code_wrong");
  assert.equal(access.needsSetup, true);
  assert.equal(passwords.encoded, null);
});

test("setup refuses any code where there is none", async () => {
  const { access } = await openMemoryAdminAccess({ setupCode: null });
  await assertRefusal(() => access.setup({ code: "", password, address }), "setup_code_wrong");
});

test("setup is refused once there is a password, with the right code too", async () => {
  const { access } = await setUp();
  await assertRefusal(() => access.setup({ code: setupCode, password: other, address }), "setup_done");
  await access.signIn({ password, address });
});

test("of two setups at once one wins whole, the other is told", async () => {
  const { access } = await openMemoryAdminAccess();
  const passwords = [password, other];
  const results = await Promise.allSettled(
    passwords.map((each) => access.setup({ code: setupCode, password: each, address })),
  );
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected"],
  );
  await assertRefusal(() => Promise.reject((results[1] as PromiseRejectedResult).reason), "setup_done");
  await access.signIn({ password, address });
  await assertRefusal(() => access.signIn({ password: other, address }), "sign_in_failed");
});

test("signIn needs a password that was set", async () => {
  const { access } = await openMemoryAdminAccess();
  await assertRefusal(() => access.signIn({ password, address }), "setup_needed");
});

test("signIn opens a session for the right password alone", async () => {
  const { access } = await setUp();
  const { token } = await access.signIn({ password, address });
  assert.ok(await isSignedIn(access, token));
  for (const wrong of ["", other, `${password} `, password.toUpperCase(), "x".repeat(100_000)]) {
    await assertRefusal(() => access.signIn({ password: wrong, address }), "sign_in_failed");
  }
});

test("signIn takes a password however its letters were composed", async () => {
  const { access } = await openMemoryAdminAccess();
  await access.setup({ code: setupCode, password: "größeres Geheimnis".normalize("NFD"), address });
  await access.signIn({ password: "größeres Geheimnis".normalize("NFC"), address });
});

test("a password has 12 to 1024 characters, not bytes or code units", async () => {
  for (const [candidate, code] of [
    ["x".repeat(11), "password_too_short"],
    ["🔑".repeat(11), "password_too_short"],
    ["x".repeat(1025), "password_too_long"],
  ] as const) {
    const { access } = await openMemoryAdminAccess();
    await assertRefusal(() => access.setup({ code: setupCode, password: candidate, address }), code);
    assert.equal(access.needsSetup, true);
    await assertRefusal(() => access.resetPassword(candidate), code);
  }
  for (const candidate of ["x".repeat(12), "🔑".repeat(12), "🔑".repeat(1024)]) {
    const { access } = await openMemoryAdminAccess();
    await access.setup({ code: setupCode, password: candidate, address });
    await access.signIn({ password: candidate, address });
  }
});

test("signIn takes no time over a text that is too long for a password, and counts it as a failure", async () => {
  const { access } = await setUp();
  // Normalizing these marks takes half a minute.
  const long = `a${"\u0301".repeat(40_000)}${"\u0316".repeat(40_000)}`;
  const startedAtMs = performance.now();
  for (let count = 0; count < 10; count++) {
    await assertRefusal(() => access.signIn({ password: long, address }), "sign_in_failed");
  }
  await assertRefusal(() => access.signIn({ password, address }), "sign_in_locked");
  await assertRefusal(() => access.resetPassword(long), "password_too_long");
  assert.ok(performance.now() - startedAtMs < 1000);
});

test("signOut ends the session", async () => {
  const { access, token, session } = await setUp();
  await access.signOut(session);
  assert.equal(await isSignedIn(access, token), false);
});

test("changePassword changes the password, and signs all others out", async () => {
  const { access, token, session } = await setUp();
  const elsewhere = await access.signIn({ password, address: "192.0.2.8" });
  await access.changePassword(session, { current: password, next: other });
  assert.ok(await isSignedIn(access, token));
  assert.equal(await isSignedIn(access, elsewhere.token), false);
  await assertRefusal(() => access.signIn({ password, address }), "sign_in_failed");
  await access.signIn({ password: other, address });
});

test("changePassword with a wrong current or a bad new password changes nothing", async () => {
  const { access, session } = await setUp();
  const elsewhere = await access.signIn({ password, address });
  await assertRefusal(() => access.changePassword(session, { current: other, next: other }), "sign_in_failed");
  await assertRefusal(() => access.changePassword(session, { current: password, next: "short" }), "password_too_short");
  assert.ok(await isSignedIn(access, elsewhere.token));
  await access.signIn({ password, address });
});

test("of two changes of the password at once one wins, the other is told", async () => {
  const { access, session } = await setUp();
  const results = await Promise.allSettled(
    [other, "a third good password"].map((next) => access.changePassword(session, { current: password, next })),
  );
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected"],
  );
  await access.signIn({ password: other, address });
});

test("resetPassword sets the password without the old one, and signs everybody out", async () => {
  const { access, token } = await setUp();
  await access.resetPassword(other);
  assert.equal(await isSignedIn(access, token), false);
  await access.signIn({ password: other, address });
});

test("resetPassword does for the first visit too", async () => {
  const { access } = await openMemoryAdminAccess({ setupCode: null });
  await access.resetPassword(password);
  assert.equal(access.needsSetup, false);
  await access.signIn({ password, address });
});

test("a password that is changed while it is being verified opens no session", async () => {
  const { promise: changed, resolve } = Promise.withResolvers<void>();
  class SlowHasher extends QuickHasher {
    override async verify(candidate: string, encoded: string): Promise<boolean> {
      const isRight = await super.verify(candidate, encoded);
      await changed;
      return isRight;
    }
  }
  const { access } = await openMemoryAdminAccess({ hasher: new SlowHasher() });
  await access.resetPassword(password);
  const signIn = access.signIn({ password, address });
  await access.resetPassword(other);
  resolve();
  await assertRefusal(() => signIn, "sign_in_failed");
});

test("wrong passwords, current passwords and setup codes are counted together, and then refused before any hashing", async () => {
  const { access, passwords, hasher, reopen } = await openMemoryAdminAccess();
  const wrongCode = () => access.setup({ code: "wrong", password, address });
  for (let i = 0; i < 4; i++) await assertRefusal(wrongCode, "setup_code_wrong");
  const { session } = await access.setup({ code: setupCode, password, address: "192.0.2.8" });
  const here = { ...session, address };
  for (let i = 0; i < 3; i++) {
    await assertRefusal(() => access.signIn({ password: other, address }), "sign_in_failed");
    await assertRefusal(() => access.changePassword(here, { current: other, next: other }), "sign_in_failed");
  }
  const before = hasher.asked;
  await assertRefusal(() => access.signIn({ password, address }), "sign_in_locked");
  await assertRefusal(() => access.changePassword(here, { current: password, next: other }), "sign_in_locked");
  assert.equal(hasher.asked, before);
  await access.signIn({ password, address: "192.0.2.9" });
  passwords.encoded = null;
  const fresh = await reopen();
  for (let i = 0; i < 10; i++) {
    await assertRefusal(() => fresh.setup({ code: "wrong", password, address }), "setup_code_wrong");
  }
  await assertRefusal(() => fresh.setup({ code: setupCode, password, address }), "sign_in_locked");
});

test("the log names what happened and from where, and no secret", async () => {
  const { access, lines, token, session } = await setUp();
  await access.signIn({ password, address });
  for (let i = 0; i < 10; i++) {
    await assertRefusal(() => access.signIn({ password: "a wrong password", address }), "sign_in_failed");
  }
  await access.changePassword({ ...session, address: "192.0.2.8" }, { current: password, next: other });
  await access.signOut(session);
  await access.resetPassword("a third good password");
  assert.deepEqual(
    [...new Set(lines.map(({ event }) => event))],
    [
      "access.password_set",
      "access.signed_in",
      "access.sign_in_failed",
      "access.locked",
      "access.password_changed",
      "access.signed_out",
      "access.password_reset",
    ],
  );
  assert.equal(lines.find(({ event }) => event === "access.locked")?.facts?.address, address);
  const text = JSON.stringify(lines);
  for (const secret of [
    password,
    other,
    "a third good",
    "a wrong password",
    token,
    session.csrfToken,
    session.digest,
  ]) {
    assert.ok(!text.includes(secret), secret);
  }
});

test("a wrong setup code is logged with its address, and not the code", async () => {
  const { access, lines } = await openMemoryAdminAccess();
  await assertRefusal(() => access.setup({ code: "QQQQ-QQQQ-QQQQ", password, address }), "setup_code_wrong");
  assert.deepEqual(
    lines.map(({ event, facts }) => [event, facts?.address]),
    [["access.setup_failed", address]],
  );
  assert.ok(!JSON.stringify(lines).includes("QQQQ"));
});
