import assert from "node:assert/strict";
import { test } from "node:test";
import { equalSecrets } from "../../../core/access/equal_secrets.ts";

test("equalSecrets tells whether two texts are the same", () => {
  assert.equal(equalSecrets("", ""), true);
  assert.equal(equalSecrets("secret", "secret"), true);
  for (const other of ["", "Secret", "secreT", "secre", "secrets"]) {
    assert.equal(equalSecrets("secret", other), false, other);
    assert.equal(equalSecrets(other, "secret"), false, other);
  }
});
