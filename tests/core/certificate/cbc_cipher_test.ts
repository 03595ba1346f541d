/** A wrong key or vector is known by what it leaves, not by the padding alone, which it leaves once in 256 times. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cbcCiphers, decryptCbc } from "../../../core/certificate/cbc_cipher.ts";
import { Obstacle } from "../../../core/certificate/obstacle.ts";

const keyBytes = new Uint8Array(16).fill(7);
const iv = new Uint8Array(16).fill(9);

async function decrypted(plaintext: readonly number[], vector = iv): Promise<number[]> {
  const key = await crypto.subtle.importKey("raw", keyBytes, "AES-CBC", false, ["encrypt"]);
  const bytes = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, Uint8Array.from(plaintext));
  const ciphers = { crypto, decryptTripleDes: null };
  return [...(await decryptCbc(ciphers, cbcCiphers.aes128, keyBytes, vector, new Uint8Array(bytes)))];
}

const isWrongPassphrase = (error: unknown) => error instanceof Obstacle && error.kind === "wrong_passphrase";

for (const sequence of [
  [0x30, 2, 5, 0],
  [0x30, 0x81, 2, 5, 0],
  [0x30, 0x80, 5, 0, 0, 0],
]) {
  test(`decryptCbc returns the sequence ${sequence.join(" ")}`, async () => {
    assert.deepEqual(await decrypted(sequence), sequence);
  });
}

for (const [what, plaintext] of [
  ["nothing", []],
  ["something else", [0x31, 2, 5, 0]],
  ["a sequence that is cut off", [0x30, 3, 5, 0]],
  ["a sequence and more", [0x30, 1, 5, 0]],
] as const) {
  test(`decryptCbc takes a padding around ${what} for a wrong passphrase`, async () => {
    await assert.rejects(decrypted(plaintext), isWrongPassphrase);
  });
}

test("decryptCbc takes a wrong vector, which leaves the padding as it was, for a wrong passphrase", async () => {
  const sequence = [0x30, 30, ...new Array<number>(30).fill(0)];
  assert.deepEqual(await decrypted(sequence), sequence);
  await assert.rejects(
    decrypted(
      sequence,
      iv.map((byte) => byte ^ 1),
    ),
    isWrongPassphrase,
  );
});
