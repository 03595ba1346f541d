import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeBase64, encodeBase64 } from "../../../core/ingest/base64.ts";

describe("encodeBase64", () => {
  it("encodes the vectors of RFC 4648 section 10", () => {
    const vectors = {
      "": "",
      f: "Zg==",
      fo: "Zm8=",
      foo: "Zm9v",
      foob: "Zm9vYg==",
      fooba: "Zm9vYmE=",
      foobar: "Zm9vYmFy",
    };
    for (const [text, encoded] of Object.entries(vectors)) {
      assert.equal(encodeBase64(new TextEncoder().encode(text)), encoded);
    }
  });

  it("encodes what is longer than a piece as one", () => {
    for (const length of [24_575, 24_576, 24_577, 100_000]) {
      const bytes = Uint8Array.from({ length }, (_, index) => index % 251);
      assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes, `${length}`);
    }
  });
});
