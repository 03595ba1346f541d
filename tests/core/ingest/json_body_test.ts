import assert from "node:assert/strict";
import { test } from "node:test";
import { readJsonBody } from "../../../core/ingest/json_body.ts";
import { nestsDeeperThan } from "../../../core/ingest/json_depth.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const minimal = '{"from":"a@example.org","to":["b@example.org"]}';

test("nestsDeeperThan counts objects and lists", () => {
  assert.equal(nestsDeeperThan(bytes('{"a":[{"b":[]}]}'), 4), false);
  assert.equal(nestsDeeperThan(bytes('{"a":[{"b":[]}]}'), 3), true);
});

test("nestsDeeperThan counts depth, not number", () => {
  assert.equal(nestsDeeperThan(bytes(`[${"[],".repeat(1000)}[]]`), 2), false);
});

test("nestsDeeperThan passes over brackets in strings, whatever is escaped in them", () => {
  for (const text of ['["[[[["]', '["\\"[[[["]', '["\\\\","[[[["]', '["\\\\\\"[[[["]', '["ü[[[[\\u005b"]']) {
    assert.equal(nestsDeeperThan(bytes(text), 1), false, text);
  }
  assert.equal(nestsDeeperThan(bytes('["\\\\",[]]'), 1), true);
});

test("nestsDeeperThan ends where a string never does", () => {
  assert.equal(nestsDeeperThan(bytes(`"${"[".repeat(1000)}`), 1), false);
});

test("readJsonBody takes 64 levels and no more", async () => {
  const nested = (levels: number) => bytes(`${"[".repeat(levels)}${"]".repeat(levels)}`);
  await assertRefusal(() => readJsonBody(nested(64)), "request_invalid");
  const { facts } = await assertRefusal(() => readJsonBody(nested(65)), "body_too_deep");
  assert.deepEqual(facts, { limit: 64 });
});

test("readJsonBody refuses ten million open brackets in no time", async () => {
  await assertRefusal(() => readJsonBody(new Uint8Array(10_000_000).fill(0x5b)), "body_too_deep");
});

test("readJsonBody refuses what is not JSON and what is not UTF-8", async () => {
  await assertRefusal(() => readJsonBody(bytes("{from:1}")), "body_malformed");
  await assertRefusal(() => readJsonBody(bytes("")), "body_malformed");
  await assertRefusal(() => readJsonBody(Uint8Array.of(0x22, 0xff, 0x22)), "body_malformed");
});

test("readJsonBody takes a byte order mark and the last of two equal keys", () => {
  assert.equal(readJsonBody(bytes(`\ufeff${minimal}`)).from.address, "a@example.org");
  const twice = '{"from":"a@example.org","from":"z@example.org","to":"b@example.org"}';
  assert.equal(readJsonBody(bytes(twice)).from.address, "z@example.org");
});
