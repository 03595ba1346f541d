import assert from "node:assert/strict";
import { test } from "node:test";
import { generateSetupCode, isSetupCode } from "../../../core/access/setup_code.ts";

test("generateSetupCode returns three groups of four letters that can't be taken for one another", () => {
  for (let i = 0; i < 100; i++) assert.match(generateSetupCode(crypto), /^(?:[A-HJ-NP-Z2-9]{4}-){2}[A-HJ-NP-Z2-9]{4}$/);
});

for (const given of ["ABCD-EFGH-2345", "abcd-efgh-2345", "abcdefgh2345", " ABCD EFGH 2345\n", "ABCDEFGH-2345"]) {
  test(`isSetupCode takes ${JSON.stringify(given)}`, () => {
    assert.equal(isSetupCode(given, "ABCD-EFGH-2345"), true);
  });
}

for (const given of ["", "-", "ABCD-EFGH-234", "ABCD-EFGH-2346", "ABCD-EFGH-23455", "BBCD-EFGH-2345"]) {
  test(`isSetupCode refuses ${JSON.stringify(given)}`, () => {
    assert.equal(isSetupCode(given, "ABCD-EFGH-2345"), false);
  });
}

test("isSetupCode takes nothing where there is no code", () => {
  for (const given of ["", "null", "ABCD-EFGH-2345"]) assert.equal(isSetupCode(given, null), false);
});
