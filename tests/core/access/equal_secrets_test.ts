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

/** A text that counts how often one of its characters is asked for. */
function countingText(text: string) {
  const counting = {
    reads: 0,
    length: text.length,
    charCodeAt(index: number) {
      counting.reads += 1;
      return text.charCodeAt(index);
    },
  };
  return counting;
}

test("equalSecrets looks at all characters, wherever the first difference is", () => {
  for (const given of ["Xecret", "seXret", "secreX", "secret", "XXXXXX", "X"]) {
    const secret = countingText("secret");
    equalSecrets(secret as unknown as string, given);
    assert.equal(secret.reads, 6, given);
  }
});
