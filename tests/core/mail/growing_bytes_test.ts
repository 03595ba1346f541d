import assert from "node:assert/strict";
import { test } from "node:test";
import { GrowingBytes } from "../../../core/mail/growing_bytes.ts";

test("GrowingBytes joins pieces of any size, in order", () => {
  const joined = new GrowingBytes();
  const pieces = [0, 1, 5000, 0, 70_000, 3].map((size, n) => new Uint8Array(size).fill(n));
  for (const piece of pieces) joined.append(piece);
  assert.equal(joined.length, 75_004);
  assert.deepEqual(joined.bytes, new Uint8Array(pieces.flatMap((piece) => [...piece])));
  joined.clear();
  assert.deepEqual([joined.length, joined.bytes.length], [0, 0]);
});

test("GrowingBytes keeps no piece that it was given, and not much more than it holds", () => {
  const joined = new GrowingBytes();
  const piece = new Uint8Array([1]);
  for (let n = 0; n < 65_536; n++) joined.append(piece);
  piece[0] = 2;
  assert.equal(joined.bytes.indexOf(2), -1);
  assert.ok(joined.bytes.buffer.byteLength <= 131_072, `${joined.bytes.buffer.byteLength} bytes`);
});
