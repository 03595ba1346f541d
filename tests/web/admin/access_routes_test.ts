import assert from "node:assert/strict";
import { test } from "node:test";
import { setupCode } from "../../support/memory_admin_access.ts";
import { OperatorHarness, password, problem } from "./operator_harness.ts";

const other = "another good password";
const session = async (harness: OperatorHarness) => (await harness.fetch("/api/auth/session")).json();

test("GET /api/auth/session tells of the first visit", async () => {
  const harness = await OperatorHarness.fresh();
  assert.deepEqual(await session(harness), { signedIn: false, needsSetup: true, csrfToken: null });
});

test("POST /api/auth/setup sets the password and signs in, with a cookie that no script and no other site gets", async () => {
  const harness = await OperatorHarness.fresh();
  const response = await harness.post("/api/auth/setup", { code: setupCode.toLowerCase(), password });
  assert.equal(response.status, 200);
  const state = (await response.json()) as { csrfToken: string };
  assert.deepEqual(Object.entries(state).slice(0, 2), [
    ["signedIn", true],
    ["needsSetup", false],
  ]);
  const [value, ...attributes] = response.headers.get("set-cookie")!.split("; ");
  assert.match(value!, /^__Host-dispatch-session=[\w-]{43}$/);
  assert.deepEqual(attributes.toSorted(), ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]);
  assert.deepEqual(await session(harness), state);
});

test("POST /api/auth/setup refuses a wrong code, and a second time", async () => {
  const harness = await OperatorHarness.fresh();
  const setup = (code: string) => harness.post("/api/auth/setup", { code, password });
  assert.deepEqual(await problem(await setup("AAAA-AAAA-AAAA")), [403, "setup_code_wrong"]);
  assert.equal(harness.cookie, null);
  assert.equal((await setup(setupCode)).status, 200);
  assert.deepEqual(await problem(await setup(setupCode)), [409, "setup_done"]);
});

test("POST /api/auth/setup refuses a password that is too short, and says what one has", async () => {
  const harness = await OperatorHarness.fresh();
  const response = await harness.post("/api/auth/setup", { code: setupCode, password: "x".repeat(11) });
  assert.equal(response.status, 422);
  assert.match(await response.text(), /at least 12 characters/);
});

test("POST /api/auth/login signs in with the right password alone", async () => {
  const harness = await OperatorHarness.fresh();
  assert.deepEqual(await problem(await harness.post("/api/auth/login", { password })), [409, "setup_needed"]);
  await harness.admin.access.resetPassword(password);
  assert.deepEqual(await problem(await harness.post("/api/auth/login", { password: other })), [401, "sign_in_failed"]);
  assert.equal(harness.cookie, null);
  const response = await harness.post("/api/auth/login", { password });
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  assert.deepEqual(await session(harness), { signedIn: true, needsSetup: false, csrfToken });
});

test("POST /api/auth/login locks an address out after ten failures, and says for how long", async () => {
  const harness = await OperatorHarness.fresh();
  await harness.admin.access.resetPassword(password);
  for (let i = 0; i < 10; i++) await harness.post("/api/auth/login", { password: other });
  const response = await harness.post("/api/auth/login", { password });
  assert.equal(response.headers.get("retry-after"), "900");
  assert.match(((await response.clone().json()) as { detail: string }).detail, /in 15 minutes/);
  assert.deepEqual(await problem(response), [429, "sign_in_locked"]);
  harness.connection = { ...harness.connection, clientAddress: "10.0.0.8" };
  assert.equal((await harness.post("/api/auth/login", { password })).status, 200);
});

test("POST /api/auth/login lets an address in again after fifteen minutes, and not before", async () => {
  const harness = await OperatorHarness.fresh();
  await harness.admin.access.resetPassword(password);
  for (let i = 0; i < 10; i++) await harness.post("/api/auth/login", { password: other });
  harness.admin.clock.nowMs += 15 * 60_000 - 1;
  assert.equal((await harness.post("/api/auth/login", { password })).status, 429);
  harness.admin.clock.nowMs += 1;
  assert.equal((await harness.post("/api/auth/login", { password })).status, 200);
});

test("POST /api/auth/login locks nobody out whose ten failures took longer than five minutes", async () => {
  const harness = await OperatorHarness.fresh();
  await harness.admin.access.resetPassword(password);
  await harness.post("/api/auth/login", { password: other });
  harness.admin.clock.nowMs += 5 * 60_000;
  for (let i = 0; i < 9; i++) await harness.post("/api/auth/login", { password: other });
  assert.equal((await harness.post("/api/auth/login", { password })).status, 200);
});

test("POST /api/auth/setup locks an address out after ten wrong codes, and takes the right one no more", async () => {
  const harness = await OperatorHarness.fresh();
  for (let i = 0; i < 10; i++) await harness.post("/api/auth/setup", { code: "AAAA-AAAA-AAAA", password });
  const response = await harness.post("/api/auth/setup", { code: setupCode, password });
  assert.deepEqual(await problem(response), [429, "sign_in_locked"]);
  assert.equal(harness.admin.access.needsSetup, true);
});

test("a session ends after the time of the setting without a request", async () => {
  const harness = await OperatorHarness.signedIn();
  harness.admin.setting.timeoutMinutes = 5;
  harness.admin.clock.nowMs += 5 * 60_000;
  assert.equal((await harness.fetch("/api/config")).status, 200);
  harness.admin.clock.nowMs += 5 * 60_000 + 1;
  assert.deepEqual(await problem(await harness.fetch("/api/config")), [401, "not_signed_in"]);
});

test("a session that is used goes on, beyond the time of the setting", async () => {
  const harness = await OperatorHarness.signedIn();
  for (let i = 0; i < 5; i++) {
    harness.admin.clock.nowMs += 400 * 60_000;
    assert.equal((await harness.fetch("/api/config")).status, 200);
  }
});

test("POST /api/auth/logout ends the session, and takes the cookie away", async () => {
  const harness = await OperatorHarness.signedIn();
  const stolen = harness.cookie!;
  const response = await harness.post("/api/auth/logout", {});
  assert.deepEqual(await response.json(), { signedIn: false, needsSetup: false, csrfToken: null });
  assert.equal(harness.cookie, null);
  const again = await harness.fetch("/api/config", { headers: { cookie: stolen } });
  assert.deepEqual(await problem(again), [401, "not_signed_in"]);
});

test("POST /api/auth/password changes the password and signs all others out", async () => {
  const harness = await OperatorHarness.signedIn();
  const elsewhere = await harness.admin.access.signIn({ password, address: "10.0.0.8" });
  const change = (current: string, next: string) => harness.post("/api/auth/password", { current, next });
  assert.deepEqual(await problem(await change(other, other)), [401, "sign_in_failed"]);
  assert.deepEqual(await problem(await change(password, "short")), [422, "password_too_short"]);
  assert.equal((await change(password, other)).status, 200);
  assert.equal((await harness.fetch("/api/config")).status, 200);
  assert.equal(await harness.admin.access.session(elsewhere.token), null);
  assert.deepEqual(await problem(await harness.post("/api/auth/login", { password })), [401, "sign_in_failed"]);
});

for (const [what, path, body, errors] of [
  ["a field that is missing", "/api/auth/login", {}, [{ path: "password", message: "must be a text" }]],
  ["a field of another kind", "/api/auth/login", { password: 12 }, [{ path: "password", message: "must be a text" }]],
  [
    "a field that is not known",
    "/api/auth/login",
    { password, user: "admin" },
    [{ path: "user", message: "is not known here" }],
  ],
  ["what is no object", "/api/auth/setup", ["secret"], [{ path: "body", message: "must be an object" }]],
] as const) {
  test(`the access routes refuse ${what}`, async () => {
    const harness = await OperatorHarness.fresh();
    const response = await harness.post(path, body);
    assert.equal(response.status, 422);
    const document = (await response.json()) as { code: string; errors: unknown };
    assert.deepEqual([document.code, document.errors], ["request_invalid", errors]);
  });
}

for (const [what, body, headers, status, code] of [
  ["no JSON", "{", {}, 400, "body_malformed"],
  ["JSON under another name", '{"password":"x"}', { "content-type": "text/plain" }, 415, "media_type_unsupported"],
  ["JSON that nests too deep", "[".repeat(100), {}, 400, "body_too_deep"],
  ["a body that is too large", JSON.stringify({ password: "x".repeat(262_144) }), {}, 413, "body_too_large"],
  ["a body that says that it is too large", "{}", { "content-length": "262145" }, 413, "body_too_large"],
] as const) {
  test(`the access routes refuse ${what}`, async () => {
    const harness = await OperatorHarness.fresh();
    const sent = { "content-type": "application/json", ...headers };
    const response = await harness.send("POST", "/api/auth/login", new Blob([body]).stream(), sent);
    assert.deepEqual(await problem(response), [status, code]);
  });
}

test("no answer and no failure repeats a secret", async () => {
  const harness = await OperatorHarness.signedIn();
  const secrets = ["first secret", "second secret", "x".repeat(1025)];
  const answers: string[] = [];
  for (const secret of secrets) {
    for (const [path, body] of [
      ["/api/auth/login", { password: secret }],
      ["/api/auth/login", { password: [secret] }],
      ["/api/auth/setup", { code: secret, password: secret }],
      ["/api/auth/password", { current: secret, next: secret }],
    ] as const) {
      answers.push(await (await harness.post(path, body)).text());
    }
  }
  const told = [...answers, ...harness.failures.map(String), JSON.stringify(harness.admin.lines)].join("\n");
  for (const secret of secrets) assert.ok(!told.includes(secret), secret);
});
