import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBase64, encodeBase64 } from "../../../core/ingest/base64.ts";

test("encodeBase64 writes one line, as btoa does, and decodeBase64 reads it back", () => {
  for (const length of [0, 1, 2, 3, 4, 56, 57, 58, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
    const text = encodeBase64(bytes);
    assert.equal(text, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")), `${length}`);
    assert.deepEqual(decodeBase64(text), bytes);
  }
});
