import assert from "node:assert/strict";
import { test } from "node:test";
import { UseTally } from "../../core/access/use_tally.ts";
import { followUses } from "../../runtime-node/follow_uses.ts";

/** Two kinds of things, of which uses are counted, and a clock that the test moves. */
function openKinds() {
  const logged: string[] = [];
  const note = (event: string) => void logged.push(event);
  const kinds = ["API keys", "admin tokens"].map((noun) => {
    const tally = new UseTally();
    const stored: unknown[] = [];
    const store = { failure: null as Error | null, stored };
    const addUses = async (uses: readonly unknown[]) => {
      if (store.failure !== null) throw store.failure;
      stored.push(...uses);
    };
    return { noun, tally, store, ring: { takeUses: () => tally.take() }, kind: { addUses } };
  });
  let waiting: (() => void) | null = null;
  const clock = {
    nowMs: () => 0,
    after(_delayMs: number, callback: () => void) {
      waiting = callback;
      return () => {
        waiting = null;
      };
    },
  };
  const counted = kinds.map(({ noun, ring, kind }) => ({ noun, ring, store: kind }));
  const follower = followUses(counted, clock, { debug: note, info: note, warn: note, error: note });
  const goOff = async () => {
    waiting?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { kinds, follower, goOff, logged, isWaiting: () => waiting !== null };
}

test("followUses stores what was counted, time and again, and the last when it stops", async () => {
  const { kinds, follower, goOff, isWaiting } = openKinds();
  const [keys, tokens] = kinds;
  keys!.tally.count("key_1", 1000);
  await goOff();
  tokens!.tally.count("tok_1", 2000);
  await goOff();
  tokens!.tally.count("tok_1", 3000);
  await follower.stop();
  assert.deepEqual(keys!.store.stored, [{ id: "key_1", uses: 1, lastUsedAtMs: 1000 }]);
  assert.deepEqual(tokens!.store.stored, [
    { id: "tok_1", uses: 1, lastUsedAtMs: 2000 },
    { id: "tok_1", uses: 1, lastUsedAtMs: 3000 },
  ]);
  assert.equal(isWaiting(), false);
});

test("followUses goes on when the uses of one kind can't be stored, and says so", async () => {
  const { kinds, follower, goOff, logged } = openKinds();
  const [keys, tokens] = kinds;
  keys!.store.failure = new TypeError("SQLITE_BUSY");
  keys!.tally.count("key_1", 1000);
  tokens!.tally.count("tok_1", 1000);
  await goOff();
  await follower.stop();
  assert.deepEqual([logged, tokens!.store.stored.length], [["access.uses_lost"], 1]);
});
