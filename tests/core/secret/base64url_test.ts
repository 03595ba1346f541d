import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64Url, toBase64Url } from "../../../core/secret/mod.ts";

/** RFC 4648 section 10, without the padding. */
const VECTORS = { "": "", f: "Zg", fo: "Zm8", foo: "Zm9v", foob: "Zm9vYg", fooba: "Zm9vYmE", foobar: "Zm9vYmFy" };

test("toBase64Url gives the texts of the RFC", () => {
  for (const [text, encoded] of Object.entries(VECTORS)) {
    assert.equal(toBase64Url(new TextEncoder().encode(text)), encoded);
  }
});

test("fromBase64Url gives the bytes of the RFC", () => {
  for (const [text, encoded] of Object.entries(VECTORS)) {
    assert.deepEqual(fromBase64Url(encoded), new TextEncoder().encode(text));
  }
});

test("toBase64Url uses the alphabet that is safe in addresses and file names", () => {
  assert.equal(toBase64Url(Uint8Array.of(0xfb, 0xef, 0xff)), "--__");
  assert.deepEqual(fromBase64Url("--__"), Uint8Array.of(0xfb, 0xef, 0xff));
});

test("fromBase64Url refuses what is not base64url", () => {
  for (const text of ["A", "AAAAA", "Zg==", "Z+", "Z/", "Z g", "Zä"]) assert.equal(fromBase64Url(text), null, text);
});
