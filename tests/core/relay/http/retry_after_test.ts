import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readRetryAfter } from "../../../../core/relay/http/retry_after.ts";

/** The moment that all three examples of RFC 9110 section 5.6.7 name, half a minute before. */
const nowMs = Date.UTC(1994, 10, 6, 8, 49, 7);

function read(value: string): number | null {
  return readRetryAfter(new Headers({ "retry-after": value }), nowMs);
}

describe("readRetryAfter", () => {
  it("reads seconds", () => {
    assert.equal(read("120"), 120);
    assert.equal(read("0"), 0);
  });

  for (const date of ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]) {
    it(`reads the date ${date}`, () => assert.equal(read(date), 30));
  }

  it("takes a year of two digits for one of the last or the next fifty", () => {
    assert.equal(read("Saturday, 06-Nov-10 08:49:37 GMT"), 86_400);
    assert.equal(read("Wednesday, 06-Nov-85 08:49:37 GMT"), 0);
  });

  it("takes what is past for now, and believes no more than a day", () => {
    assert.equal(read("Sun, 06 Nov 1994 08:49:00 GMT"), 0);
    assert.equal(read("99999999999999999999"), 86_400);
  });

  it("reads nothing from anything else", () => {
    const others = ["", "soon", "-5", "1.5", "1e3", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nop 1994 08:49:37 GMT"];
    for (const value of others) assert.equal(read(value), null, value);
    assert.equal(readRetryAfter(new Headers(), nowMs), null);
  });
});
