import assert from "node:assert/strict";
import { test } from "node:test";
import { digestBearerSecret, looksLikeBearerSecret } from "../../../core/access/bearer_secret.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch, fixedNowMs } from "../../support/memory_operation_context.ts";

test("AdminTokenService.create shows the token, and stores its digest alone", async () => {
  const { context, tokenStore } = await createMemoryDispatch();
  const { token, ...created } = await context.tokens.create("ci", "certificate");
  assert.ok(looksLikeBearerSecret(token, "dsp_admin_"));
  assert.deepEqual(created, { id: created.id, name: "ci", scope: "certificate" });
  assert.match(created.id, /^tok_[0-9a-f]{32}$/);
  assert.equal(tokenStore.rows.get(created.id)?.digest, await digestBearerSecret(crypto, token));
  assert.ok(!JSON.stringify([...tokenStore.rows]).includes(token));
});

test("AdminTokenService.create refuses the name of a token that is in use, and takes that of a revoked one", async () => {
  const { context } = await createMemoryDispatch();
  const { id } = await context.tokens.create("ci", "read");
  await assertRefusal(() => context.tokens.create("ci", "all"), "admin_token_exists");
  await context.tokens.revoke(id);
  assert.equal((await context.tokens.create("ci", "all")).name, "ci");
});

test("AdminTokenService.revoke refuses an unknown id", async () => {
  const { context } = await createMemoryDispatch();
  await assertRefusal(() => context.tokens.revoke("tok_none"), "admin_token_unknown");
});

test("AdminTokenService.list shows times as ISO 8601, and neither token nor digest", async () => {
  const { context } = await createMemoryDispatch();
  const { id } = await context.tokens.create("ci", "read");
  assert.deepEqual(await context.tokens.list(), [
    {
      id,
      name: "ci",
      scope: "read",
      createdAt: new Date(fixedNowMs).toISOString(),
      revokedAt: null,
      lastUsedAt: null,
      useCount: 0,
    },
  ]);
});

test("AdminTokenRing finds a token until the answer to its revocation, and counts its uses", async () => {
  const { context, tokenRing } = await createMemoryDispatch();
  const { id, token } = await context.tokens.create("ci", "read");
  const found = await tokenRing.find(token);
  assert.deepEqual([found?.id, found?.scope], [id, "read"]);
  assert.equal(await tokenRing.find(token.replace("dsp_admin_", "dsp_live_")), null);
  assert.deepEqual(tokenRing.takeUses(), [{ id, uses: 1, lastUsedAtMs: fixedNowMs }]);
  await context.tokens.revoke(id);
  assert.equal(await tokenRing.find(token), null);
  assert.equal(tokenRing.holds(found!), false);
});
