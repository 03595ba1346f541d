import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { CertificateKeeper, generateSelfSigned, type TlsIdentity } from "../../../core/certificate/mod.ts";

describe("CertificateKeeper", () => {
  let first: TlsIdentity;
  let second: TlsIdentity;
  let third: TlsIdentity;
  before(async () => {
    const generate = (name: string) =>
      generateSelfSigned(crypto, { dnsNames: [name], ipAddresses: [], nowMs: Date.UTC(2026, 0, 1) });
    [first, second, third] = await Promise.all([generate("first"), generate("second"), generate("third")]);
  });
  const refuseReport = (error: unknown) => assert.fail(`reported: ${error}`);

  test("current is the identity that it was made with, then the one of the last change", () => {
    const keeper = new CertificateKeeper(first, refuseReport);
    assert.equal(keeper.current, first);
    assert.equal(keeper.replace(second, keeper.nextSequence()), true);
    assert.equal(keeper.current, second);
  });

  test("replace tells every subscriber, and none that has left", () => {
    const keeper = new CertificateKeeper(first, refuseReport);
    const told: TlsIdentity[][] = [[], []];
    const leave = keeper.subscribe((identity) => told[0]!.push(identity));
    keeper.subscribe((identity) => told[1]!.push(identity));
    keeper.replace(second, keeper.nextSequence());
    leave();
    keeper.replace(third, keeper.nextSequence());
    assert.deepEqual(told, [[second], [second, third]]);
  });

  test("replace ignores a change that was begun earlier and ends later", () => {
    const keeper = new CertificateKeeper(first, refuseReport);
    const told: TlsIdentity[] = [];
    keeper.subscribe((identity) => told.push(identity));
    const slow = keeper.nextSequence();
    const quick = keeper.nextSequence();
    assert.equal(keeper.replace(third, quick), true);
    assert.equal(keeper.replace(second, slow), false);
    assert.equal(keeper.replace(second, quick), false);
    assert.equal(keeper.current, third);
    assert.deepEqual(told, [third]);
  });

  test("replace reports a subscriber that fails and tells the others all the same", () => {
    const reported: unknown[] = [];
    const told: TlsIdentity[] = [];
    const keeper = new CertificateKeeper(first, (error) => reported.push(error));
    const failure = new TypeError("no socket");
    keeper.subscribe(() => {
      throw failure;
    });
    keeper.subscribe((identity) => told.push(identity));
    assert.equal(keeper.replace(second, keeper.nextSequence()), true);
    assert.deepEqual(reported, [failure]);
    assert.deepEqual(told, [second]);
  });

  test("replace never tells a subscriber of an older identity after a newer one", () => {
    const keeper = new CertificateKeeper(first, refuseReport);
    const told: TlsIdentity[] = [];
    keeper.subscribe((identity) => {
      if (identity === second) keeper.replace(third, keeper.nextSequence());
    });
    keeper.subscribe((identity) => told.push(identity));
    keeper.replace(second, keeper.nextSequence());
    assert.equal(told.includes(second), false);
    assert.equal(told.at(-1), third);
  });

  test("replace refuses a number that was never given out", () => {
    const keeper = new CertificateKeeper(first, refuseReport);
    for (const sequence of [0, 1, -1, 0.5, Number.NaN]) {
      assert.throws(() => keeper.replace(second, sequence), RangeError);
    }
  });
});
