import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiKeyRing } from "../../../core/access/api_key_ring.ts";
import type { ApiKeyRecord } from "../../../core/access/api_key_store.ts";
import { digestBearerSecret } from "../../../core/access/bearer_secret.ts";
import { isDispatchError } from "../../../core/error/mod.ts";

const key = `dsp_live_${"k".repeat(43)}`;
const otherKey = `dsp_live_${"o".repeat(43)}`;

async function record(change: Partial<ApiKeyRecord> = {}): Promise<ApiKeyRecord> {
  return {
    id: "key_1",
    name: "app",
    digest: await digestBearerSecret(crypto, key),
    ratePerMinute: null,
    createdAtMs: 0,
    revokedAtMs: null,
    lastUsedAtMs: null,
    useCount: 0,
    ...change,
  };
}

async function ringOf(...records: ApiKeyRecord[]): Promise<ApiKeyRing> {
  const ring = new ApiKeyRing({ crypto, nowMs: () => 1000 });
  ring.replace(records);
  return ring;
}

test("ApiKeyRing finds the record of a key", async () => {
  const ring = await ringOf(
    await record(),
    await record({ id: "key_2", digest: await digestBearerSecret(crypto, otherKey) }),
  );
  assert.equal((await ring.authenticate(`Bearer ${key}`)).id, "key_1");
  assert.equal((await ring.authenticate(`bearer  ${otherKey}`)).id, "key_2");
});

test("ApiKeyRing asks for a key where there is none", async () => {
  const ring = await ringOf(await record());
  for (const header of [null, undefined, "", "Bearer", "Bearer ", key, `Basic ${key}`, `Bearer ${key} ${key}`]) {
    await assert.rejects(ring.authenticate(header), (error) => isDispatchError(error, "key_missing"), String(header));
  }
});

test("ApiKeyRing refuses an unknown key, and what is none", async () => {
  const ring = await ringOf(await record());
  for (const wrong of [otherKey, `${key}a`, "x", key.toUpperCase()]) {
    await assert.rejects(ring.authenticate(`Bearer ${wrong}`), (error) => isDispatchError(error, "key_invalid"), wrong);
  }
});

test("ApiKeyRing refuses a revoked key", async () => {
  const ring = await ringOf(await record({ revokedAtMs: 1 }));
  await assert.rejects(ring.authenticate(`Bearer ${key}`), (error) => isDispatchError(error, "key_invalid"));
});

test("ApiKeyRing refuses a key from the moment it was replaced, for a request under way too", async () => {
  const ring = await ringOf(await record());
  const underWay = ring.authenticate(`Bearer ${key}`);
  ring.replace([]);
  await assert.rejects(underWay, (error) => isDispatchError(error, "key_invalid"));
});

test("ApiKeyRing counts uses until they are taken, refusals not", async () => {
  const ring = await ringOf(await record());
  await ring.authenticate(`Bearer ${key}`);
  await ring.authenticate(`Bearer ${key}`);
  await ring.authenticate(`Bearer ${otherKey}`).catch(() => {});
  assert.deepEqual(ring.takeUses(), [{ id: "key_1", uses: 2, lastUsedAtMs: 1000 }]);
  assert.deepEqual(ring.takeUses(), []);
});

test("ApiKeyRing tells whether a record that was found is still good", async () => {
  const found = await record();
  const ring = await ringOf(found);
  assert.equal(ring.holds(found), true);
  ring.replace([{ ...found, revokedAtMs: 1 }]);
  assert.equal(ring.holds(found), false);
});
