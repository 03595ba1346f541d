import assert from "node:assert/strict";
import { test } from "node:test";
import { digestApiKey, generateApiKey, looksLikeApiKey } from "../../../core/access/api_key.ts";

test("generateApiKey makes dsp_live_ and 43 characters base64url", () => {
  assert.match(generateApiKey(crypto), /^dsp_live_[A-Za-z0-9_-]{43}$/);
});

test("generateApiKey encodes 256 random bits as RFC 4648 section 5 does", () => {
  const fixed = {
    getRandomValues<T extends ArrayBufferView | null>(array: T): T {
      (array as Uint8Array).fill(0xfb);
      return array;
    },
  };
  // printf '\373%.0s' $(seq 32) | base64 | tr '+/' '-_' | tr -d '='
  assert.equal(generateApiKey(fixed), "dsp_live_-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
});

test("generateApiKey makes another each time", () => {
  assert.notEqual(generateApiKey(crypto), generateApiKey(crypto));
});

test("digestApiKey is the SHA-256 of the whole key in hex", async () => {
  // printf 'dsp_live_test' | sha256sum
  const digest = "f558cccd88ba92c8aa135867a544235ab37b83efadf2eea91c900c22a1dd5bbd";
  assert.equal(await digestApiKey(crypto, "dsp_live_test"), digest);
});

test("looksLikeApiKey takes what generateApiKey makes and nothing near it", () => {
  const key = `dsp_live_${"a".repeat(43)}`;
  assert.equal(looksLikeApiKey(key), true);
  for (const text of ["", key.slice(1), `${key}a`, key.slice(0, -1), `${key}\n`, key.replace("aa", "a+")]) {
    assert.equal(looksLikeApiKey(text), false, text);
  }
});
