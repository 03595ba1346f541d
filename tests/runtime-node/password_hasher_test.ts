/** Known hashes are made by the reference implementation, `argon2` of Debian's package of that name. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openPasswordHasher } from "../../runtime-node/password_hasher.ts";
import { assertRefusal } from "../support/assert_refusal.ts";

/** printf %s 'correct horse battery staple' | argon2 dispatchdispatch -id -t 3 -m 16 -p 1 -l 32 -e */
const known = "$argon2id$v=19$m=65536,t=3,p=1$ZGlzcGF0Y2hkaXNwYXRjaA$ROfsl66dayBWiRIZtozmQXs9NtGCFzdDmoEZdNE8TUM";
/** printf %s 'password' | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e */
const knownOfOtherCost = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
/** printf %s 'quick' | argon2 dispatchdispatch -id -t 1 -k 8 -p 1 -l 32 -e */
const quick = "$argon2id$v=19$m=8,t=1,p=1$ZGlzcGF0Y2hkaXNwYXRjaA$7FTTcKFfCe0lHQKHwHNHKB9B63v0mmITI8WYm3Ovkv8";

describe("openPasswordHasher", () => {
  const hasher = openPasswordHasher();

  test("verify agrees with the reference implementation", async () => {
    assert.equal(await hasher.verify("correct horse battery staple", known), true);
    assert.equal(await hasher.verify("password", knownOfOtherCost), true);
  });

  test("verify tells a wrong password", async () => {
    for (const wrong of ["", "quick ", "Quick", "quicK"]) assert.equal(await hasher.verify(wrong, quick), false);
    assert.equal(await hasher.verify("quick", quick), true);
  });

  test("hash returns a PHC string of the cost that is written down, under a new salt each time", async () => {
    const first = await hasher.hash("größeres Geheimnis");
    assert.match(first, /^\$argon2id\$v=19\$m=65536,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.notEqual(await hasher.hash("größeres Geheimnis"), first);
    assert.equal(await hasher.verify("größeres Geheimnis", first), true);
  });

  for (const [what, encoded] of [
    ["nothing", ""],
    ["another algorithm", known.replace("argon2id", "argon2i")],
    ["another version", known.replace("v=19", "v=16")],
    ["no hash", known.slice(0, known.lastIndexOf("$"))],
    ["an empty hash", known.slice(0, known.lastIndexOf("$") + 1)],
    ["more behind it", `${known}$`],
    ["another alphabet", known.replace("ROfs", "R_fs")],
    ["a cost beyond reason", known.replace("m=65536", "m=655360000")],
  ] as const) {
    test(`verify refuses ${what} as a hash`, async () => {
      await assert.rejects(() => hasher.verify("correct horse battery staple", encoded), TypeError);
    });
  }

  test("hash leaves the event loop free", async () => {
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    await hasher.hash("correct horse battery staple");
    clearInterval(count);
    assert.ok(turns > 5, `${turns} turns`);
  });

  test("one runs and 64 wait; one more is refused, and one later is not", async () => {
    const busy = openPasswordHasher();
    const verified = Array.from({ length: 65 }, () => busy.verify("quick", quick));
    await assertRefusal(() => busy.verify("quick", quick), "sign_in_busy");
    assert.ok((await Promise.all(verified)).every(Boolean));
    assert.equal(await busy.verify("quick", quick), true);
  });

  test("a hash that fails gives its turn to the next", async () => {
    const busy = openPasswordHasher();
    // Fewer than 8 KiB for each lane are no parameters of Argon2 (RFC 9106 section 3.1).
    const impossible = quick.replace("m=8", "m=1");
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => busy.verify("quick", impossible)));
    assert.ok(results.every(({ status }) => status === "rejected"));
    assert.equal(await busy.verify("quick", quick), true);
  });
});
