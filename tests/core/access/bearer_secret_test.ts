import assert from "node:assert/strict";
import { test } from "node:test";
import {
  digestBearerSecret,
  generateBearerSecret,
  looksLikeBearerSecret,
  readBearer,
} from "../../../core/access/bearer_secret.ts";

for (const prefix of ["dsp_live_", "dsp_admin_"]) {
  test(`generateBearerSecret makes ${prefix} and 43 characters base64url`, () => {
    assert.match(generateBearerSecret(crypto, prefix), new RegExp(`^${prefix}[A-Za-z0-9_-]{43}$`));
  });

  test(`looksLikeBearerSecret takes what has the form of ${prefix} and nothing near it`, () => {
    const secret = `${prefix}${"a".repeat(43)}`;
    assert.equal(looksLikeBearerSecret(secret, prefix), true);
    const wrong = [secret.slice(1), `${secret}a`, secret.slice(0, -1), `${secret}\n`, secret.replace("aa", "a+")];
    for (const text of ["", "dsp_other_".padEnd(53, "a"), ...wrong]) {
      assert.equal(looksLikeBearerSecret(text, prefix), false, text);
    }
  });
}

test("generateBearerSecret encodes 256 random bits as RFC 4648 section 5 does", () => {
  const fixed = {
    getRandomValues<T extends ArrayBufferView | null>(array: T): T {
      (array as Uint8Array).fill(0xfb);
      return array;
    },
  };
  // printf '\373%.0s' $(seq 32) | base64 | tr '+/' '-_' | tr -d '='
  assert.equal(generateBearerSecret(fixed, "dsp_live_"), "dsp_live_-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
});

test("generateBearerSecret makes another each time", () => {
  assert.notEqual(generateBearerSecret(crypto, "dsp_live_"), generateBearerSecret(crypto, "dsp_live_"));
});

test("digestBearerSecret is the SHA-256 of the whole secret in hex", async () => {
  // printf 'dsp_live_test' | sha256sum
  const digest = "f558cccd88ba92c8aa135867a544235ab37b83efadf2eea91c900c22a1dd5bbd";
  assert.equal(await digestBearerSecret(crypto, "dsp_live_test"), digest);
});

test("readBearer finds what a bearer sends, and nothing under another scheme", () => {
  for (const header of ["Bearer x", "bearer  x", "BEARER x "]) assert.equal(readBearer(header), "x", header);
  for (const header of [null, undefined, "", "Bearer", "Bearer ", "x", "Basic x", "Bearer x y", "Bearerx"]) {
    assert.equal(readBearer(header), null, String(header));
  }
});
