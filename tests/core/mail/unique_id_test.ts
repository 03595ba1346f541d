import assert from "node:assert/strict";
import { test } from "node:test";
import { createIdSource } from "../../../core/mail/unique_id.ts";

/** The time of the UUIDv7 example in RFC 9562, appendix A.6: 2022-02-22T19:22:22Z. */
const exampleMs = 0x017f22e279b0;

function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

test("createIdSource lays out time, version, counter, variant and random bits as RFC 9562 section 5.7 does", () => {
  const ids = createIdSource({ nowMs: () => exampleMs, randomBytes: zeros });
  assert.equal(ids.uniqueId(""), "017f22e279b070008000000000000000");
  const ones = createIdSource({ nowMs: () => exampleMs, randomBytes: (length) => zeros(length).fill(0xff) });
  assert.equal(ones.uniqueId(""), "017f22e279b077ffbfffffffffffffff");
});

test("messageId is spl_ and 32 hex digits", () => {
  const ids = createIdSource({ nowMs: Date.now, randomBytes });
  assert.match(ids.messageId(), /^spl_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
});

test("uniqueId puts any prefix first", () => {
  const ids = createIdSource({ nowMs: Date.now, randomBytes });
  assert.match(ids.uniqueId("key_"), /^key_[0-9a-f]{32}$/);
});

test("uniqueId grows within one millisecond, past the end of its counter", () => {
  const ids = createIdSource({ nowMs: () => exampleMs, randomBytes });
  const made = Array.from({ length: 10_000 }, () => ids.uniqueId(""));
  assert.deepEqual(made, [...made].sort());
  assert.equal(new Set(made).size, made.length);
});

test("uniqueId grows while the clock steps back", () => {
  let nowMs = exampleMs;
  const ids = createIdSource({ nowMs: () => nowMs--, randomBytes });
  const made = Array.from({ length: 1000 }, () => ids.uniqueId(""));
  assert.deepEqual(made, [...made].sort());
});

test("uniqueId carries the time of each millisecond", () => {
  let nowMs = exampleMs;
  const ids = createIdSource({ nowMs: () => nowMs++, randomBytes });
  for (let i = 0; i < 500; i++) {
    assert.equal(Number.parseInt(ids.uniqueId("").slice(0, 12), 16), exampleMs + i);
  }
});
