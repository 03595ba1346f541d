import assert from "node:assert/strict";
import { test } from "node:test";
import { mayMonitor as mayMonitorBy } from "../../core/access/monitoring.ts";
import { assessHealth } from "../../core/operations/health.ts";
import type { OperatorDependencies } from "../../web/operator/dependencies.ts";
import { sampleMetrics } from "../support/health_sample.ts";
import { OperatorHarness, password } from "./admin/operator_harness.ts";

async function request(path: string, overrides: Partial<OperatorDependencies> = {}, init: RequestInit = {}) {
  return (await OperatorHarness.fresh(overrides)).fetch(path, init);
}

test("GET /health answers 200 with the document", async () => {
  const response = await request("/health");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.deepEqual(await response.json(), assessHealth(sampleMetrics()));
});

test("GET /health answers 503 when mail is not accepted", async () => {
  const response = await request("/health", { health: async () => assessHealth(sampleMetrics({ spool: null })) });
  assert.equal(response.status, 503);
  assert.equal(((await response.json()) as { status: string }).status, "critical");
});

test("GET /metrics answers in the format that Prometheus names", async () => {
  const response = await request("/metrics");
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.match(await response.text(), /^dispatch_build_info\{/m);
});

test("GET / leads to the first visit", async () => {
  const response = await request("/");
  assert.deepEqual([response.status, response.headers.get("location")], [303, "/setup"]);
});

test("an address outside webui.allowed_cidrs is refused everywhere", async () => {
  for (const path of ["/", "/setup", "/health", "/metrics", "/api/auth/session", "/nowhere"]) {
    const response = await request(path, { isAllowed: () => false });
    assert.equal(response.status, 403, path);
    assert.match(await response.text(), /webui\.allowed_cidrs/);
  }
});

test("an address that may not look at the service meets the sign-in page, and neither health nor metrics", async () => {
  const mayMonitor = (address: string) => mayMonitorBy(address, []);
  const outside = await OperatorHarness.fresh({ isProxy: () => true, mayMonitor });
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
  for (const path of ["/health", "/metrics"]) {
    assert.equal((await outside.fetch(path, from("192.168.0.9"))).status, 200);
    const refused = await outside.fetch(path, from("203.0.113.9"));
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /monitoring_not_allowed.*webui\.allowed_cidrs/);
  }
  assert.equal((await outside.fetch("/setup", from("203.0.113.9"))).status, 200);
});

test("behind a trusted proxy the client's address counts: for the list, for lock-outs, for what is reported", async () => {
  const api = await OperatorHarness.fresh({
    isProxy: (address) => address === "10.0.0.7",
    isAllowed: (address) => address.startsWith("10."),
    onFailure: (_, { clientAddress }) => void addresses.push(clientAddress),
  });
  const addresses: string[] = [];
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
  assert.equal((await api.fetch("/health", from("10.0.0.8"))).status, 200);
  const refused = await api.fetch("/health", from("203.0.113.9"));
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /add 203\.0\.113\.9 to webui\.allowed_cidrs/);
  const unclear = await api.fetch("/health", from("unknown"));
  assert.equal(unclear.status, 403);
  assert.doesNotMatch(await unclear.text(), /10\.0\.0\.7|webui/);
  assert.deepEqual(addresses, ["203.0.113.9", "10.0.0.7"]);
  const signIn = (address: string) =>
    api.send("POST", "/api/auth/setup", JSON.stringify({ code: "WRONG-CODE", password }), {
      "content-type": "application/json",
      "x-forwarded-for": address,
    });
  for (let n = 0; n < 10; n++) assert.equal((await signIn("10.0.0.8")).status, 403);
  assert.equal((await signIn("10.0.0.8")).status, 429);
  assert.equal((await signIn("10.0.0.9")).status, 403);
});

test("X-Forwarded-For of anybody else changes nothing", async () => {
  const isAllowed = (address: string) => address === "10.0.0.7";
  const init = { headers: { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" } };
  assert.equal((await request("/health", { isAllowed }, init)).status, 200);
});

test("the ingestion API's routes do not exist on the operator's port", async () => {
  assert.equal((await request("/api/v1/messages")).status, 404);
  assert.equal((await request("/api/v1/openapi.json")).status, 404);
});

test("a method that changes something is refused", async () => {
  const response = await request("/health", {}, { method: "POST" });
  assert.equal(response.status, 405);
  assert.equal(response.headers.get("allow"), "GET, HEAD");
});

test("a failure inside is reported and not told", async () => {
  const failures: unknown[] = [];
  const health = () => Promise.reject(new Error("EIO"));
  const response = await request("/health", { health, onFailure: (error: unknown) => void failures.push(error) });
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /EIO/);
  assert.equal(failures.length, 1);
});

const asBrowser = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

for (const [what, path, overrides, status, said] of [
  ["a page that there is none of", "/nowhere", {}, 404, /There is nothing at GET \/nowhere/],
  ["a page that it may not see", "/nowhere", { isAllowed: () => false }, 403, /webui\.allowed_cidrs/],
] as const) {
  test(`a browser that asks for ${what} gets a page that says so`, async () => {
    const response = await request(path, overrides, asBrowser);
    assert.equal(response.status, status);
    assert.equal(response.headers.get("content-type"), "text/html; charset=UTF-8");
    assert.ok(response.headers.has("content-security-policy"));
    assert.match(await response.text(), said);
  });
}

test("what programs ask for is a problem document for a browser, too", async () => {
  for (const path of ["/api/nowhere", "/api", "/health/x", "/metrics/x"]) {
    const response = await request(path, {}, asBrowser);
    assert.deepEqual([response.status, response.headers.get("content-type")], [404, "application/problem+json"], path);
  }
});

test("a page that there is none of is named as text", async () => {
  const text = await (await request("/%3Cscript%3Ealert(1)%3C/script%3E", {}, asBrowser)).text();
  assert.doesNotMatch(text, /<script>/);
});
