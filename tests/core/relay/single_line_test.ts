import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { singleLine } from "../../../core/relay/single_line.ts";

describe("singleLine", () => {
  it("joins lines with a space", () => {
    assert.equal(singleLine("one\r\ntwo\nthree\u2028four"), "one two three four");
  });

  it("takes out control characters, those of terminals too", () => {
    assert.equal(singleLine("a\u001b[31mb\u0000c\u009b1m\u007f"), "a [31mb c 1m");
  });

  it("keeps letters of every script", () => {
    assert.equal(singleLine("Grüße 日本 \u{1f600}"), "Grüße 日本 \u{1f600}");
  });

  it("ends after 500 characters, or after as many as were asked for", () => {
    assert.equal(singleLine("x".repeat(600)).length, 500);
    assert.equal(singleLine("abcdef", 3), "abc");
  });

  it("leaves no half of a character at its end", () => {
    assert.equal(singleLine("ab\u{1f600}", 3), "ab");
  });
});
