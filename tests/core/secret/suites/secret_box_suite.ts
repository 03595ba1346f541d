import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SecretBox } from "../../../../core/secret/mod.ts";
import type { Provider } from "../../certificate/providers.ts";
import { refusal } from "../../certificate/refusal.ts";

/**
 * Sealed by OpenSSL: node -e 'const c=require("crypto"),n=Buffer.alloc(12,1),e=c.createCipheriv("aes-256-gcm",
 * Buffer.alloc(32,7),n);e.setAAD(Buffer.from("relay/rly_1/password"));console.log("v1."+Buffer.concat([n,
 * e.update("päss","utf8"),e.final(),e.getAuthTag()]).toString("base64url"))'
 */
const VECTOR = "v1.AQEBAQEBAQEBAQEBBiItxOMzSzqwM-y60ZNMDym_SYO5";
const PLACE = "relay/rly_1/password";
const UNREADABLE = refusal("secret_unreadable", { place: PLACE });

export function secretBoxSuite({ name, crypto }: Provider): void {
  const openBox = (fill: number) => SecretBox.fromKey(crypto, new Uint8Array(32).fill(fill));

  describe(`SecretBox on ${name}`, () => {
    test("open reads what OpenSSL sealed in the documented format", async () => {
      assert.equal(await (await openBox(7)).open(PLACE, VECTOR), "päss");
    });

    test("open returns what seal was given", async () => {
      const box = await openBox(7);
      for (const secret of ["", "a", "\u{feff}ä🔑\u0000", "x".repeat(100_000)]) {
        assert.equal(await box.open(PLACE, await box.seal(PLACE, secret)), secret);
      }
    });

    test("seal never returns the same text twice", async () => {
      const box = await openBox(7);
      assert.notEqual(await box.seal(PLACE, "a"), await box.seal(PLACE, "a"));
    });

    test("open refuses what was sealed under another key", async () => {
      await assert.rejects((await openBox(8)).open(PLACE, VECTOR), UNREADABLE);
    });

    test("open refuses what was sealed for another place", async () => {
      const place = "relay/rly_2/password";
      await assert.rejects((await openBox(7)).open(place, VECTOR), refusal("secret_unreadable", { place }));
    });

    test("open refuses a text of which any character was changed, cut off or added", async () => {
      const box = await openBox(7);
      for (let index = 0; index < VECTOR.length; index++) {
        const other = VECTOR[index] === "A" ? "Q" : "A";
        await assert.rejects(box.open(PLACE, VECTOR.slice(0, index) + other + VECTOR.slice(index + 1)), UNREADABLE);
        await assert.rejects(box.open(PLACE, VECTOR.slice(0, index)), UNREADABLE);
      }
      await assert.rejects(box.open(PLACE, `${VECTOR}A`), UNREADABLE);
      await assert.rejects(box.open(PLACE, `${VECTOR}=`), UNREADABLE);
    });

    test("fromKey refuses a key that is not 32 bytes long", async () => {
      await assert.rejects(SecretBox.fromKey(crypto, new Uint8Array(16)), {
        name: "RangeError",
        message: "Cannot use bytes as the key of a secret box: current value is 16 bytes long",
      });
    });
  });
}
