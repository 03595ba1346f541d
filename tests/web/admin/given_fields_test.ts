/** How a request's path, query and body become what an operation takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openStage } from "./openapi_harness.ts";

const json = { "content-type": "application/json" };

/** Code and list of errors of a refusal. */
async function refusal(response: Response): Promise<unknown[]> {
  const { code, errors } = (await response.json()) as { code: string; errors: unknown };
  return [response.status, code, errors];
}

test("the path and the body make one input", async () => {
  const { harness } = await openStage();
  const response = await harness.send("PATCH", "/api/relays/smarthost", '{"settings":{"port":25}}', json);
  const { name, settings } = (await response.json()) as { name: string; settings: { port: number } };
  assert.deepEqual([name, settings.port], ["smarthost", 25]);
});

test("a name in the path is decoded", async () => {
  const { harness } = await openStage();
  await harness.dispatch.context.users.add("scan@office", "correct horse battery", {
    allowedAddresses: [],
    allowedSenders: [],
  });
  const response = await harness.fetch("/api/smtp-credentials/scan%40office", { method: "DELETE" });
  assert.equal(((await response.json()) as { name: string }).name, "scan@office");
});

test("what the path says is refused in the body and in the query", async () => {
  const { harness } = await openStage();
  const twice = [422, "request_invalid", [{ path: "name", message: "is in the path already" }]];
  const inBody = await harness.send("PATCH", "/api/relays/smarthost", '{"name":"inbox"}', json);
  assert.deepEqual(await refusal(inBody), twice);
  assert.deepEqual(await refusal(await harness.fetch("/api/relays/smarthost?name=inbox", { method: "DELETE" })), twice);
  assert.deepEqual(harness.performed, []);
});

test("a parameter that is given twice is refused, and so is one that is not known", async () => {
  const { harness } = await openStage();
  const twice = await harness.fetch("/api/queue?limit=1&state=failed&limit=2");
  const errors = [{ path: "limit", message: "is given more than once" }];
  assert.deepEqual(await refusal(twice), [422, "request_invalid", errors]);
  const unknown = await harness.fetch("/api/queue?page=2");
  const named = [{ path: "page", message: "is not known here; a value was given" }];
  assert.deepEqual(await refusal(unknown), [422, "input_invalid", named]);
});

for (const body of ["[]", "null", "1", '"x"']) {
  test(`a body of ${body} is refused where an object is due`, async () => {
    const { harness } = await openStage();
    for (const [method, path] of [
      ["POST", "/api/keys"],
      ["POST", "/api/queue/spl_1/retry"],
      ["PATCH", "/api/relays/smarthost"],
    ] as const) {
      assert.equal((await harness.send(method, path, body, json)).status, 422, path);
    }
  });
}

test("a form gives nothing that its fields do not", async () => {
  const { harness } = await openStage();
  const response = await harness.postForm("/api/config/tls-cert/check", [
    ["cert", "PEM"],
    ["__proto__", "x"],
  ]);
  assert.equal(response.status, 422);
});
