import assert from "node:assert/strict";
import { test } from "node:test";
import { digestBearerSecret, looksLikeBearerSecret } from "../../../core/access/bearer_secret.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch, fixedNowMs } from "../../support/memory_operation_context.ts";

test("ApiKeyService.create shows the key, and stores its digest alone", async () => {
  const { context, keyStore } = await createMemoryDispatch();
  const created = await context.keys.create("printer", 10);
  const stored = keyStore.rows.get(created.id)!;
  assert.ok(looksLikeBearerSecret(created.key, "dsp_live_"));
  assert.equal(stored.digest, await digestBearerSecret(crypto, created.key));
  assert.equal(stored.ratePerMinute, 10);
  assert.ok(!JSON.stringify([...keyStore.rows]).includes(created.key));
});

test("ApiKeyService.create refuses the name of a key that is in use, and takes that of a revoked one", async () => {
  const { context } = await createMemoryDispatch();
  const { id } = await context.keys.create("printer", null);
  await assertRefusal(() => context.keys.create("printer", null), "api_key_exists");
  await context.keys.revoke(id);
  assert.equal((await context.keys.create("printer", null)).name, "printer");
});

test("ApiKeyService.create lets one of two that come at once have the name", async () => {
  const { context } = await createMemoryDispatch();
  const create = () => context.keys.create("printer", null);
  const results = await Promise.allSettled([create(), create()]);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
});

test("ApiKeyService publishes all keys before it answers", async () => {
  const { context, publishedKeys } = await createMemoryDispatch();
  const { id } = await context.keys.create("printer", null);
  assert.deepEqual(
    publishedKeys.at(-1)?.map((record) => record.revokedAtMs),
    [null],
  );
  await context.keys.revoke(id);
  assert.deepEqual(
    publishedKeys.at(-1)?.map((record) => record.revokedAtMs),
    [fixedNowMs],
  );
});

test("ApiKeyService.revoke refuses an unknown id", async () => {
  const { context } = await createMemoryDispatch();
  await assertRefusal(() => context.keys.revoke("key_none"), "api_key_unknown");
});

test("ApiKeyService.list shows times as ISO 8601, and neither key nor digest", async () => {
  const { context } = await createMemoryDispatch();
  const { id } = await context.keys.create("printer", null);
  assert.deepEqual(await context.keys.list(), [
    {
      id,
      name: "printer",
      ratePerMinute: null,
      createdAt: "2026-11-22T12:00:00.000Z",
      revokedAt: null,
      lastUsedAt: null,
      useCount: 0,
    },
  ]);
});
