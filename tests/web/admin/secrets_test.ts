/** What is secret goes in, and never comes out again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { documentedRoutes } from "./openapi_harness.ts";
import { OperatorHarness } from "./operator_harness.ts";

const secrets = ["the relay's password", "another password for the relay", "the password of the scanner"];

test("no answer to a look repeats a secret that was set, a key or a token", async () => {
  const harness = await OperatorHarness.signedIn();
  const shownOnce: string[] = [];
  const told: string[] = [];
  const relay = { name: "smarthost", provider: "smtp", settings: { host: "mail.example.org", username: "u" } };
  for (const [method, path, body] of [
    ["POST", "/api/relays", { ...relay, secrets: { password: secrets[0] } }],
    ["PATCH", "/api/relays/smarthost", { secrets: { password: secrets[1] } }],
    ["POST", "/api/smtp-credentials", { name: "scanner", password: secrets[2] }],
    ["POST", "/api/keys", { name: "app" }],
    ["POST", "/api/tokens", { name: "ci", scope: "read" }],
  ] as const) {
    const response = await harness.send(method, path, JSON.stringify(body), { "content-type": "application/json" });
    const answer = await response.text();
    assert.ok(response.ok, answer);
    const shown = /"dsp_[\w-]+"/.exec(answer)?.[0];
    if (shown === undefined) told.push(answer);
    else shownOnce.push(shown.slice(1, -1));
  }
  assert.equal(shownOnce.length, 2);
  const looks = documentedRoutes.filter(({ method, operationId }) => method === "GET" && operationId !== "log.tail");
  for (const { path } of looks) {
    const target = path.replace("{name}", "smarthost").replaceAll(/\{\w+\}/g, "tls.cert_password");
    told.push(await (await harness.fetch(target)).text());
  }
  assert.match(told.join(), /••••••••/);
  for (const secret of [...secrets, ...shownOnce]) assert.ok(!told.join().includes(secret), secret);
});
