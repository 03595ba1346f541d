/** Who may ask for what, on each path of the admin API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { feedRoutes, operationRoutes } from "../../../web/admin/operation_routes.ts";
import { setupCode } from "../../support/memory_admin_access.ts";
import { host, OperatorHarness, password, problem } from "./operator_harness.ts";

const certificate = "/api/config/tls-cert";

/** Each path with its methods; the first two parts are for who has no token. */
const forVisitors = {
  "/api/auth/session": ["GET"],
  "/api/auth/setup": ["POST"],
  "/api/auth/login": ["POST"],
  "/api/openapi.json": ["GET"],
};
const forSessions = { "/api/auth/logout": ["POST"], "/api/auth/password": ["POST"] };
const forAdministrators = Object.fromEntries(
  [...Map.groupBy([...operationRoutes, ...feedRoutes], ({ path }) => `/api${path.replaceAll(/\{\w+\}/g, "x")}`)].map(
    ([path, routes]) => [path, routes.map(({ method }) => method as string)] as const,
  ),
);
const guarded = Object.entries({ ...forSessions, ...forAdministrators }).flatMap(([path, methods]) =>
  methods.map((method) => [method, path] as const),
);
const changes = guarded.filter(([method]) => method !== "GET");

for (const [method, path] of guarded) {
  test(`${method} ${path} is refused without a session`, async () => {
    const harness = await OperatorHarness.signedIn();
    harness.cookie = null;
    assert.deepEqual(await problem(await harness.fetch(path, { method })), [401, "not_signed_in"]);
    harness.cookie = `__Host-dispatch-session=${"A".repeat(43)}`;
    assert.deepEqual(await problem(await harness.fetch(path, { method })), [401, "not_signed_in"]);
    assert.deepEqual(harness.performed, []);
  });
}

for (const [method, path] of changes) {
  test(`${method} ${path} is refused without the session's own token`, async () => {
    const harness = await OperatorHarness.signedIn();
    const { session } = await harness.admin.access.signIn({ password, address: "10.0.0.8" });
    for (const token of ["", "x", session.csrfToken, harness.csrfToken!.slice(1)]) {
      const response = await harness.fetch(path, { method, headers: { "x-csrf-token": token } });
      assert.deepEqual(await problem(response), [403, "request_forged"], token);
    }
    harness.csrfToken = null;
    assert.deepEqual(await problem(await harness.fetch(path, { method })), [403, "request_forged"]);
    assert.deepEqual(harness.performed, []);
  });

  test(`${method} ${path} is refused from another site's page`, async () => {
    const harness = await OperatorHarness.signedIn();
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
    ]) {
      const response = await harness.fetch(path, { method, headers: headers as Record<string, string> });
      assert.deepEqual(await problem(response), [403, "request_forged"], JSON.stringify(headers));
    }
    assert.deepEqual(harness.performed, []);
  });
}

const signIn = { code: setupCode, password };

for (const [what, headers, isLetIn] of [
  ["a program", {}, true],
  ["the dashboard's own page", { "sec-fetch-site": "same-origin", origin: `https://${host}` }, true],
  ["the address bar", { "sec-fetch-site": "none" }, true],
  [
    "the dashboard's own page behind a proxy that changes the Host",
    { "sec-fetch-site": "same-origin", origin: "https://mail.example.org" },
    true,
  ],
  ["the dashboard's own page in an older browser", { origin: `https://${host}` }, true],
  ["another site's page", { "sec-fetch-site": "cross-site", origin: `https://${host}` }, false],
  ["another host's page of the same site", { "sec-fetch-site": "same-site" }, false],
  ["another site's page in an older browser", { origin: "https://evil.example" }, false],
  ["another port's page in an older browser", { origin: "https://relay.example.org" }, false],
  ["a page without an origin in an older browser", { origin: "null" }, false],
] as const) {
  test(`the first visit ${isLetIn ? "may" : "may not"} come from ${what}`, async () => {
    const harness = await OperatorHarness.fresh();
    const response = await harness.post("/api/auth/setup", signIn, headers);
    if (isLetIn) assert.equal(response.status, 200);
    else assert.deepEqual(await problem(response), [403, "request_forged"]);
    assert.equal(harness.admin.access.needsSetup, !isLetIn);
  });
}

test("POST /api/auth/login is refused from another site's page, before the password is looked at", async () => {
  const harness = await OperatorHarness.fresh();
  await harness.admin.access.resetPassword(password);
  const { asked } = harness.admin.hasher;
  const response = await harness.post("/api/auth/login", { password }, { "sec-fetch-site": "cross-site" });
  assert.deepEqual(await problem(response), [403, "request_forged"]);
  assert.equal(harness.admin.hasher.asked, asked);
});

for (const [path, methods] of Object.entries({ ...forVisitors, ...forSessions, ...forAdministrators })) {
  test(`${path} has no other methods than ${methods.join(" and ")}`, async () => {
    const harness = await OperatorHarness.fresh();
    const taken = methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      if (taken.includes(method)) continue;
      const response = await harness.fetch(path, { method });
      assert.equal(response.headers.get("allow"), taken.join(", "));
      assert.deepEqual(await problem(response), [405, "method_not_allowed"]);
    }
  });
}

test("what is not there is a problem document, with a session and without", async () => {
  for (const harness of [await OperatorHarness.fresh(), await OperatorHarness.signedIn()]) {
    for (const path of ["/api", "/api/", "/api/nowhere", "/api/v1/messages", `${certificate}/nowhere`]) {
      const response = await harness.fetch(path);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.deepEqual(await problem(response), [404, "route_unknown"], path);
    }
  }
});

test("no answer may be kept in a cache or read by another site's script", async () => {
  const harness = await OperatorHarness.signedIn();
  const origin = { origin: "https://evil.example" };
  for (const path of [
    "/api/auth/session",
    "/api/config",
    certificate,
    `${certificate}/export?format=pem`,
    "/api/nowhere",
  ]) {
    const response = await harness.fetch(path, { headers: path === "/api/auth/session" ? {} : origin });
    assert.equal(response.headers.get("cache-control"), "no-store", path);
    const cors = [...response.headers.keys()].filter((name) => name.startsWith("access-control-"));
    assert.deepEqual(cors, []);
  }
});

test("an address outside webui.allowed_cidrs is refused before anything else", async () => {
  const harness = await OperatorHarness.fresh({ isAllowed: (address) => address === "10.0.0.8" });
  const response = await harness.post("/api/auth/setup", signIn);
  assert.deepEqual(await problem(response), [403, "address_not_allowed"]);
  assert.equal(harness.admin.access.needsSetup, true);
});

test("operations are performed for the admin API, from the client's address", async () => {
  const harness = await OperatorHarness.signedIn();
  await harness.fetch("/api/config");
  assert.deepEqual(harness.performed, [[{ kind: "admin_api", address: "10.0.0.7", name: null }, "config.list"]]);
});
