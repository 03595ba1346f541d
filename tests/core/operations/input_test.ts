import assert from "node:assert/strict";
import { test } from "node:test";
import { ids, instant, wholeNumber } from "../../../core/operations/input.ts";

for (const [given, iso] of [
  ["2026-11-22", "2026-11-22T00:00:00.000Z"],
  ["2026-11-22T10:30", "2026-11-22T10:30:00.000Z"],
  ["2026-11-22 10:30:05", "2026-11-22T10:30:05.000Z"],
  ["2026-11-22T10:30:05.250Z", "2026-11-22T10:30:05.250Z"],
  ["2026-11-22t10:30:00z", "2026-11-22T10:30:00.000Z"],
  ["2026-11-22T10:30:00+02:00", "2026-11-22T08:30:00.000Z"],
  ["2024-02-29", "2024-02-29T00:00:00.000Z"],
] as const) {
  test(`instant takes ${given} as ${iso}`, () => {
    assert.equal(new Date(instant.parse(given)).toISOString(), iso);
  });
}

for (const given of ["", "yesterday", "2026", "2026-02-30", "2026-13-01", "2026-11-22T25:00", "22.11.2026", 5, null]) {
  test(`instant refuses ${JSON.stringify(given)}`, () => {
    const result = instant.safeParse(given);
    assert.deepEqual(
      result.error?.issues.map(({ message }) => message),
      ["must be a time such as 2026-11-22 or 2026-11-22T10:30:00Z"],
    );
  });
}

for (const given of [1, "1", 1000, "1000", "0042"]) {
  test(`wholeNumber takes ${JSON.stringify(given)}`, () => {
    assert.equal(wholeNumber(1, 1000).parse(given), Number(given));
  });
}

for (const given of [0, 1001, 1.5, "1.5", "", " 5", "-1", "1e2", "0x10", Number.NaN, true, null, "9".repeat(400)]) {
  test(`wholeNumber refuses ${String(given).slice(0, 20)} (${typeof given})`, () => {
    const messages = wholeNumber(1, 1000)
      .safeParse(given)
      .error?.issues.map(({ message }) => message);
    assert.deepEqual(messages, ["must be a whole number from 1 to 1000"]);
  });
}

test("ids counts an id that is named twice once", () => {
  assert.deepEqual(ids("message").parse(["b", "a", "b"]), ["b", "a"]);
});
