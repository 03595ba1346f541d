import assert from "node:assert/strict";
import { test } from "node:test";
import { OperatorHarness } from "./operator_harness.ts";

const json = { "content-type": "application/json" };
const put = (harness: OperatorHarness, body: string) => harness.send("PUT", "/api/config", body, json);

async function valuesOf(harness: OperatorHarness): Promise<Record<string, unknown>> {
  const views = (await (await harness.fetch("/api/config")).json()) as { key: string; value: unknown }[];
  return Object.fromEntries(views.map(({ key, value }) => [key, value]));
}

test("GET /api/config lists all settings", async () => {
  const harness = await OperatorHarness.signedIn();
  const values = await valuesOf(harness);
  assert.equal(values["webui.session_timeout_minutes"], 480);
  assert.deepEqual(values["listener.ports"], [25, 587]);
});

test("PUT /api/config changes many settings", async () => {
  const harness = await OperatorHarness.signedIn();
  const response = await put(harness, '{"spool.worker_count": 8, "listener.ports": [2525]}');
  assert.equal(response.status, 200);
  const values = await valuesOf(harness);
  assert.deepEqual([values["spool.worker_count"], values["listener.ports"]], [8, [2525]]);
});

test("PUT /api/config says what it put right", async () => {
  const harness = await OperatorHarness.signedIn();
  const response = await put(harness, '{"api.allowed_cidrs": ["10.1.2.3/8"]}');
  const [view] = (await response.json()) as { value: unknown; notes?: string[] }[];
  assert.deepEqual(view?.value, ["10.0.0.0/8"]);
  assert.deepEqual(view?.notes, ['"10.1.2.3/8" has bits set behind its prefix: it was taken as 10.0.0.0/8']);
});

test("PUT /api/config changes none when one is refused, and names each that was", async () => {
  const harness = await OperatorHarness.signedIn();
  const before = await valuesOf(harness);
  const response = await put(
    harness,
    '{"spool.worker_count": 8, "webui.session_timeout_minutes": 0, "tls.min_version": "TLSv1.0"}',
  );
  assert.equal(response.status, 422);
  const { code, errors } = (await response.json()) as { code: string; errors: { path: string; message: string }[] };
  assert.equal(code, "config_invalid");
  assert.deepEqual(errors.map(({ path }) => path).toSorted(), ["tls.min_version", "webui.session_timeout_minutes"]);
  assert.ok(errors.every(({ message }) => message.includes("must be")));
  assert.deepEqual(await valuesOf(harness), before);
});

test("PUT /api/config names the setting that was meant", async () => {
  const harness = await OperatorHarness.signedIn();
  const response = await put(harness, '{"spool.wroker_count": 8}');
  assert.equal(response.status, 404);
  assert.deepEqual(await response.json(), {
    type: "urn:dispatch:problem:config_key_unknown",
    title: "Config key unknown",
    status: 404,
    detail: 'There is no setting "spool.wroker_count". Did you mean spool.worker_count?',
    code: "config_key_unknown",
  });
});

for (const body of ["[]", "null", '"x"', "1"]) {
  test(`PUT /api/config refuses ${body}`, async () => {
    const harness = await OperatorHarness.signedIn();
    const response = await put(harness, body);
    assert.equal(response.status, 422);
    assert.equal(((await response.json()) as { code: string }).code, "input_invalid");
  });
}
