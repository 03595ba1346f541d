/** What a program may do with a token of the admin API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AdminScope, adminScopes } from "../../../core/access/admin_token.ts";
import { OperatorHarness, problem } from "./operator_harness.ts";

const cert = "/api/config/tls-cert";

/** A service whose administrator is signed in elsewhere, and a program with a token. */
async function programWith(scope: AdminScope) {
  const harness = await OperatorHarness.signedIn();
  const { cookie, csrfToken } = harness;
  harness.cookie = null;
  harness.csrfToken = null;
  const { id, token } = await harness.dispatch.context.tokens.create("ci", scope);
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    harness.fetch(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { harness, id, token, cookie: cookie!, csrfToken: csrfToken!, ask };
}

test("a token opens the admin API without a cookie and without a CSRF header, from wherever it comes", async () => {
  const { ask, harness } = await programWith("all");
  const response = await ask("PUT", "/api/config", { "spool.worker_count": 8 }, { origin: "https://ci.example" });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("set-cookie"), null);
  assert.deepEqual(harness.performed.at(-1), [{ kind: "admin_api", address: "10.0.0.7", name: "ci" }, "config.set"]);
});

test("what a token does is done in its name", async () => {
  const { ask, harness } = await programWith("certificate");
  assert.equal((await ask("POST", `${cert}/generate`, {})).status, 200);
  const { actor } = harness.dispatch.certificates.changes[0]!.change;
  assert.deepEqual(actor, { kind: "admin_api", address: "10.0.0.7", name: "ci" });
});

test("an unknown token, a revoked one and what is none are refused, with a challenge", async () => {
  const { ask, harness, id, token } = await programWith("all");
  const refused = async (headers: Record<string, string>) => {
    const response = await ask("GET", "/api/config", undefined, headers);
    const challenge = response.headers.get("www-authenticate");
    assert.deepEqual(await problem(response), [401, "token_invalid"], JSON.stringify(headers));
    assert.equal(challenge, 'Bearer realm="dispatch", error="invalid_token"');
  };
  await refused({ authorization: `Bearer dsp_admin_${"A".repeat(43)}` });
  await refused({ authorization: `Bearer ${token.replace("dsp_admin_", "dsp_live_")}` });
  await refused({ authorization: "Bearer x" });
  await harness.dispatch.context.tokens.revoke(id);
  await refused({});
});

test("an answer without a sign-in says how to come in", async () => {
  const response = await (await OperatorHarness.fresh()).fetch("/api/config");
  assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="dispatch"');
});

test("a token whose scope is too narrow is refused, told what is needed, and nothing was done", async () => {
  for (const [scope, method, path, needed] of [
    ["read", "PUT", "/api/config", "all"],
    ["read", "POST", `${cert}/generate`, "certificate"],
    ["read", "GET", "/api/queue/spl_1/content", "all"],
    ["read", "POST", "/api/tokens", "all"],
    ["certificate", "GET", "/api/config", "read"],
    ["certificate", "DELETE", "/api/relays/x", "all"],
    ["certificate", "GET", "/api/events", "read"],
  ] as const) {
    const { ask, harness } = await programWith(scope);
    const response = await ask(method, path, method === "GET" || method === "DELETE" ? undefined : {});
    const challenge = response.headers.get("www-authenticate");
    const { code, detail } = (await response.json()) as { code: string; detail: string };
    assert.deepEqual([response.status, code], [403, "scope_insufficient"], path);
    assert.match(detail, new RegExp(`The admin token "ci" has the scope ${scope}; this takes the scope ${needed}\\.`));
    assert.equal(challenge, `Bearer realm="dispatch", error="insufficient_scope", scope="${needed}"`);
    assert.deepEqual(harness.performed, []);
  }
});

test("a token of the scope read looks at the state, and gets the certificate without its key", async () => {
  const { ask } = await programWith("read");
  for (const path of ["/api/config", "/api/relays", "/api/queue", "/api/messages", "/api/audit", `${cert}/export`]) {
    assert.equal((await ask("GET", path)).status, 200, path);
  }
  const withKey = await ask("POST", `${cert}/export`, { format: "pfx", passphrase: "sesame open" });
  assert.deepEqual(await problem(withKey), [403, "scope_insufficient"]);
});

test("a token opens neither the sign-in's routes nor the dashboard", async () => {
  const { ask } = await programWith("all");
  for (const path of ["/api/auth/logout", "/api/auth/password"]) {
    assert.deepEqual(await problem(await ask("POST", path, {})), [403, "session_needed"], path);
  }
  assert.equal(((await (await ask("GET", "/api/auth/session")).json()) as { signedIn: boolean }).signedIn, false);
  for (const path of ["/", "/account", "/settings/tls"]) assert.notEqual((await ask("GET", path)).status, 200, path);
});

test("a token decides alone: a session beside it opens nothing more, and needs no CSRF header", async () => {
  const { ask, harness, id, cookie, csrfToken } = await programWith("read");
  const both = { cookie, "x-csrf-token": csrfToken };
  assert.equal((await ask("GET", "/api/config", undefined, { cookie })).status, 200);
  assert.deepEqual(await problem(await ask("PUT", "/api/config", {}, both)), [403, "scope_insufficient"]);
  assert.deepEqual(await problem(await ask("POST", "/api/auth/logout", {}, both)), [403, "session_needed"]);
  await harness.dispatch.context.tokens.revoke(id);
  assert.deepEqual(await problem(await ask("GET", "/api/config", undefined, both)), [401, "token_invalid"]);
});

test("what a proxy sends along to sign in with itself is no token", async () => {
  const { harness, cookie } = await programWith("read");
  const response = await harness.fetch("/api/config", { headers: { cookie, authorization: "Basic dTpw" } });
  assert.equal(response.status, 200);
});

test("wrong tokens lock nobody out", async () => {
  const { ask } = await programWith("all");
  for (let i = 0; i < 20; i++) await ask("GET", "/api/config", undefined, { authorization: "Bearer x" });
  assert.equal((await ask("GET", "/api/config")).status, 200);
});

test("a token of the scope all creates tokens, shown once, and revokes them", async () => {
  const { ask } = await programWith("all");
  const response = await ask("POST", "/api/tokens", { name: "certbot", scope: "certificate" });
  assert.equal(response.status, 201);
  const created = (await response.json()) as { id: string; token: string };
  assert.match(created.token, /^dsp_admin_[\w-]{43}$/);
  const listed = await (await ask("GET", "/api/tokens")).text();
  assert.ok(listed.includes("certbot") && !listed.includes(created.token));
  const revoked = (await (await ask("DELETE", `/api/tokens/${created.id}`)).json()) as { revokedAt: string | null };
  assert.notEqual(revoked.revokedAt, null);
  const after = await ask("GET", cert, undefined, { authorization: `Bearer ${created.token}` });
  assert.deepEqual(await problem(after), [401, "token_invalid"]);
});

test("the uses of a token are counted, refused ones too", async () => {
  const { ask, harness, id } = await programWith("read");
  await ask("GET", "/api/config");
  await ask("PUT", "/api/config", {});
  const [use] = harness.dispatch.tokenRing.takeUses();
  assert.deepEqual([use?.id, use?.uses], [id, 2]);
});

test("no answer and no failure repeats a token", async () => {
  const { ask, harness, token } = await programWith("read");
  const wrong = `dsp_admin_${"w".repeat(43)}`;
  const told = [
    await (await ask("PUT", "/api/config", {})).text(),
    await (await ask("GET", "/api/config", undefined, { authorization: `Bearer ${wrong}` })).text(),
    ...harness.failures.map(String),
  ].join("\n");
  for (const secret of [token, wrong]) assert.ok(!told.includes(secret));
});

test("a token of each scope opens what the OpenAPI document says, and nothing else", async () => {
  const harness = await OperatorHarness.fresh();
  const document = (await (await harness.fetch("/api/openapi.json")).json()) as {
    paths: Record<string, Record<string, { security: { token?: [string] }[] }>>;
  };
  for (const scope of adminScopes) {
    const { token } = await harness.dispatch.context.tokens.create(scope, scope);
    const opened: string[] = [];
    const documented: string[] = [];
    for (const [path, methods] of Object.entries(document.paths).filter(([path]) => !path.startsWith("/api/auth/"))) {
      for (const [method, { security }] of Object.entries(methods)) {
        const named = `${method.toUpperCase()} ${path}`;
        const isOpen = security.length === 0;
        if (isOpen || security.some(({ token: scopes }) => scopes?.[0] === scope)) documented.push(named);
        const headers = { authorization: `Bearer ${token}` };
        const target = path.replaceAll(/\{\w+\}/g, "x");
        const body = path.endsWith("/check") || path.endsWith("/upload") ? { body: new FormData() } : {};
        const response = await harness.fetch(target, { method: method.toUpperCase(), headers, ...body });
        if (response.status !== 403) opened.push(named);
        await response.body?.cancel();
      }
    }
    assert.deepEqual(opened, documented, scope);
  }
});
