import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { DispatchError } from "../../../core/error/mod.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { admin, DAY_MS, dashboard, pemOf, ServiceHarness } from "./service_harness.ts";

let harness: ServiceHarness;

describe("a certificate service with many at a time", () => {
  beforeEach(async () => {
    harness = new ServiceHarness();
    await harness.open();
  });

  /** Starts all of `acts` at once, and returns the index of the one that won, and what the others were told. */
  async function race(acts: readonly (() => Promise<unknown>)[]) {
    const results = await Promise.allSettled(acts.map((act) => act()));
    const winners = results.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    const told = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    assert.equal(winners.length, 1);
    return { winner: winners[0]!, told };
  }

  describe("CertificateService", () => {
    test("lets one of many simultaneous changes win whole, and tells the others who it was", async () => {
      await harness.generate("first");
      await harness.generate("second");
      const [first] = await harness.service.history();
      const kinds = [
        (address: string) => harness.service.generate({}, { actor: { ...dashboard, address } }),
        (address: string) => harness.service.remove({ actor: { ...dashboard, address } }),
        (address: string) => harness.service.restore(first!.id, { actor: { ...dashboard, address } }),
      ];
      const acts = Array.from({ length: 12 }, (_, index) => () => kinds[index % 3]!(`10.0.0.${index}`));
      const { winner, told } = await race(acts);
      assert.equal(told.length, 11);
      for (const error of told) {
        assert.ok(error instanceof DispatchError);
        assert.equal(error.code, "certificate_changed");
        const by = `the dashboard from 10.0.0.${winner}`;
        assert.deepEqual(error.facts, { by, fingerprintSha256: harness.fingerprint });
      }
      const next = await harness.reopen();
      assert.equal(next.fingerprint, harness.fingerprint);
      assert.equal(next.pfxFiles.length, next.records.rows.size);
    });

    test("lets one of two simultaneous restorations of one certificate win", async () => {
      const { facts } = await harness.generate("first");
      await harness.generate("second");
      const [first] = await harness.service.history();
      const restore = () => harness.service.restore(first!.id, { actor: dashboard });
      await race([restore, restore]);
      assert.equal(harness.fingerprint, facts.fingerprintSha256);
      assert.equal(harness.records.rows.size, 2);
    });

    test("lets one of two simultaneous uploads of the very certificate in service win", async () => {
      const material = pemOf(await harness.generate("first"));
      const upload = () => harness.service.upload(material, { actor: dashboard });
      const { told } = await race([upload, upload]);
      assert.equal((told[0] as DispatchError).code, "certificate_changed");
    });

    test("takes a change whose author saw the certificate in service", async () => {
      await harness.service.generate({ names: ["a"] }, { actor: dashboard, seen: harness.fingerprint });
      assert.equal(harness.served, "a");
    });

    test("refuses a change whose author saw another certificate in service, and names who changed it", async () => {
      const seen = harness.fingerprint;
      await harness.service.generate({ names: ["a"] }, { actor: admin });
      const before = harness.snapshot();
      for (const act of [
        () => harness.service.generate({ names: ["b"] }, { actor: dashboard, seen }),
        () => harness.service.remove({ actor: dashboard, seen }),
        () => harness.service.restore("crt_1", { actor: dashboard, seen }),
      ]) {
        const error = await assertRefusal(act, "certificate_changed");
        const { fingerprintSha256 } = harness.service.keeper.current.facts;
        assert.deepEqual(error.facts, { by: "the admin API from 10.0.0.6", fingerprintSha256 });
      }
      assert.deepEqual(harness.snapshot(), before);
    });

    test("knows after a restart who made the last change", async () => {
      const seen = harness.fingerprint;
      await harness.service.generate({ names: ["a"] }, { actor: admin });
      const author = async () => {
        const { service } = await harness.reopen();
        const change = () => service.generate({}, { actor: dashboard, seen: `not ${seen}` });
        return (await assertRefusal(change, "certificate_changed")).facts.by;
      };
      assert.equal(await author(), "the admin API from 10.0.0.6");
      await harness.service.remove({ actor: dashboard });
      assert.equal(await author(), "the dashboard from 10.0.0.5");
    });

    test("names Dispatch itself when the certificate was renewed meanwhile", async () => {
      const seen = harness.fingerprint;
      harness.nowMs += 390 * DAY_MS;
      await harness.service.maintain();
      const change = () => harness.service.generate({}, { actor: dashboard, seen });
      assert.equal((await assertRefusal(change, "certificate_changed")).facts.by, "Dispatch itself");
    });

    test("goes on after a change that failed", async () => {
      harness.store.failure = new TypeError("database is locked");
      const failed = harness.service.generate({ names: ["a"] }, { actor: admin });
      await assert.rejects(failed, /database is locked/);
      harness.store.failure = null;
      await harness.generate("b");
      assert.equal(harness.served, "b");
    });
  });
});
