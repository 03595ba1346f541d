import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { admin, DAY_MS, DyingStorage, ServiceHarness } from "./service_harness.ts";

let harness: ServiceHarness;

describe("a certificate service whose parts fail", () => {
  beforeEach(async () => {
    harness = new ServiceHarness();
    await harness.open();
  });

  /** Changes, by what is in service before them: `second` with `first` in the history. */
  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    generate: () => harness.service.generate({ names: ["third"] }, { actor: admin }),
    restore: async () => {
      const [first] = await harness.service.history();
      await harness.service.restore(first!.id, { actor: admin });
    },
    remove: () => harness.service.remove({ actor: admin }),
  };

  const broken = (reason: string) => async (): Promise<never> => {
    throw new TypeError(reason);
  };

  /** Breaks one step of a change, before it takes place; the returned function puts it right. */
  const steps: Readonly<Record<string, { readonly of: readonly string[]; readonly fail: () => () => void }>> = {
    "the PFX can't be packed": {
      of: ["generate"],
      fail() {
        const { subtle } = crypto;
        const original = subtle.encrypt;
        subtle.encrypt = broken("no cipher");
        return () => {
          subtle.encrypt = original;
        };
      },
    },
    "the password can't be sealed": {
      of: ["generate"],
      fail() {
        const { box } = harness;
        const original = box.seal;
        box.seal = broken("no key");
        return () => {
          box.seal = original;
        };
      },
    },
    "the password can't be opened": {
      of: ["restore"],
      fail() {
        const { box } = harness;
        const original = box.open;
        box.open = broken("no key");
        return () => {
          box.open = original;
        };
      },
    },
    "the table takes no record": {
      of: ["generate", "restore"],
      fail() {
        const { records } = harness;
        const original = records.put.bind(records);
        let calls = 0;
        records.put = async (record) => {
          calls += 1;
          if (calls === 1) throw new TypeError("database is locked");
          await original(record);
        };
        return () => {
          records.put = original;
        };
      },
    },
    "the disk is full": {
      of: ["generate"],
      fail() {
        harness.files.writesLeft = 0;
        return () => {
          harness.files.writesLeft = Number.POSITIVE_INFINITY;
        };
      },
    },
    "the directory can't be synced once the file is there": {
      of: ["generate"],
      fail() {
        const { files } = harness;
        const original = files.writeAtomically.bind(files);
        files.writeAtomically = async (path, bytes) => {
          await original(path, bytes);
          throw new TypeError("EIO: i/o error");
        };
        return () => {
          files.writeAtomically = original;
        };
      },
    },
    "the configuration can't be stored": {
      of: ["generate", "restore", "remove"],
      fail() {
        harness.store.failure = new TypeError("database is locked");
        return () => {
          harness.store.failure = null;
        };
      },
    },
    "the configuration's guard refuses": {
      of: ["generate", "restore", "remove"],
      fail: () => harness.config.guard(["tls.cert_path"], broken("not now")),
    },
  };

  describe("CertificateService", () => {
    for (const [step, { of, fail }] of Object.entries(steps)) {
      for (const change of of) {
        test(`${change} leaves all as it was when ${step}, and can be tried again`, async () => {
          await harness.generate("first");
          await harness.generate("second");
          const told: unknown[] = [];
          harness.service.keeper.subscribe((identity) => told.push(identity));
          const before = harness.snapshot();
          const repair = fail();
          await assert.rejects(changes[change]!());
          repair();
          assert.deepEqual(harness.snapshot(), before);
          assert.deepEqual(told, []);
          await changes[change]!();
          assert.notEqual(harness.served, "second");
        });
      }
    }

    test("names the file and the reason when a certificate can't be stored", async () => {
      harness.files.writesLeft = 0;
      const error = await assertRefusal(() => harness.generate("first"), "certificate_not_stored");
      const path = "/data/tls/crt_00000000000000000000000000000001.pfx";
      assert.deepEqual(error.facts, { path, reason: "Cannot write: the test said so" });
    });

    test("remove names the file and the reason when the automatic certificate is lost and can't be made", async () => {
      await harness.generate("first");
      harness.files.contents.delete("tls/automatic.pfx");
      harness.files.writesLeft = 0;
      const error = await assertRefusal(() => harness.service.remove({ actor: admin }), "certificate_not_stored");
      assert.deepEqual(error.facts, { path: "/data/tls/automatic.pfx", reason: "Cannot write: the test said so" });
      assert.equal(harness.served, "first");
    });

    test("says what it could not take back, and takes it back the next day", async () => {
      await harness.generate("first");
      const before = harness.snapshot();
      const { remove } = harness.files;
      harness.files.remove = broken("EIO: i/o error");
      harness.store.failure = new TypeError("database is locked");
      await assert.rejects(harness.generate("second"), /database is locked/);
      assert.ok(harness.events.includes("certificate.history_failed"));
      assert.equal(harness.pfxFiles.length, 2);
      assert.deepEqual(await harness.service.history(), []);
      harness.files.remove = remove;
      harness.store.failure = null;
      await harness.service.maintain();
      assert.deepEqual(harness.snapshot(), before);
      assert.equal(harness.lines.at(-1)?.facts.reason, "never_in_service");
    });

    for (const [problem, fail] of [
      [
        "the table takes no more records",
        ({ records }) => Object.assign(records, { put: brokenAfter(1, records.put.bind(records)) }),
      ],
      ["the table can't be read", ({ records }) => Object.assign(records, { list: broken("database is locked") })],
      ["old files can't be deleted", ({ files }) => Object.assign(files, { remove: broken("EIO: i/o error") })],
      ["old records can't be deleted", ({ records }) => Object.assign(records, { remove: broken("no database") })],
    ] satisfies [string, (harness: ServiceHarness) => unknown][]) {
      test(`has changed the certificate although ${problem}, says so, and makes up for it the next day`, async () => {
        for (const name of ["a", "b", "c", "d", "e", "f"]) await harness.generate(name);
        const { records, files } = harness;
        const changedAtMs = harness.nowMs + 1000;
        const originals = { put: records.put, list: records.list, drop: records.remove, remove: files.remove };
        fail(harness);
        await harness.generate("g");
        assert.equal(harness.served, "g");
        const [line] = harness.lines.filter(({ event }) => event === "certificate.history_failed");
        assert.equal(line?.level, "error");
        Object.assign(records, { put: originals.put, list: originals.list, remove: originals.drop });
        files.remove = originals.remove;
        harness.nowMs += DAY_MS;
        await harness.service.maintain();
        const history = await harness.service.history();
        assert.deepEqual(
          history.map(({ dnsNames }) => dnsNames[0]),
          ["f", "e", "d", "c", "b"],
        );
        assert.equal(history[0]?.replacedBy, "the dashboard from 10.0.0.5");
        assert.equal(history[0]?.replacedAtMs, changedAtMs);
        assert.equal(harness.pfxFiles.length, 6);
        assert.equal((await harness.reopen()).served, "g");
      });
    }

    for (const change of Object.keys(changes)) {
      test(`${change} is made whole or not at all when the process dies at any step`, async () => {
        for (const name of ["a", "b", "c", "d", "first", "second"]) await harness.generate(name);
        const origin = harness;
        const outcomes = new Set<string>();
        for (let steps = 0; ; steps += 1) {
          harness = await origin.reopen();
          const storage = new DyingStorage(harness, steps);
          const done = changes[change]!().then(() => "done");
          const end = await Promise.race([done, storage.died.then(() => "died")]);
          harness = await harness.reopen();
          outcomes.add(harness.served!);
          assertWhole(await harness.service.history());
          if (end === "done") break;
        }
        const successor = { generate: "third", restore: "first", remove: "relay1" }[change]!;
        assert.deepEqual([...outcomes], ["second", successor]);
      });
    }
  });

  test("CertificateService takes a change for made when the table holds it and the answer was lost", async () => {
    harness.store.lostAnswer = new TypeError("the database thread ended");
    await harness.service.generate({ names: ["third"] }, { actor: admin });
    assert.equal(harness.served, "third");
    assert.equal((await harness.reopen()).served, "third");
  });

  test("CertificateService keeps what may have been recorded when the database is gone", async () => {
    harness.store.lostAnswer = new TypeError("the database thread ended");
    harness.store.readFailure = harness.store.lostAnswer;
    const before = harness.served;
    await assertRefusal(() => harness.service.generate({ names: ["third"] }, { actor: admin }), "config_uncertain");
    assert.equal(harness.served, before);
    assert.equal((await harness.reopen()).served, "third");
  });

  /** Fails from the call after the first `count` on. */
  function brokenAfter<Parameter>(count: number, act: (parameter: Parameter) => Promise<void>) {
    let calls = 0;
    return async (parameter: Parameter): Promise<void> => {
      calls += 1;
      if (calls > count) throw new TypeError("database is locked");
      await act(parameter);
    };
  }

  /** Asserts that the one in service is not in the history, all others are, and that there is nothing else on disk. */
  function assertWhole(history: readonly { readonly dnsNames: readonly string[] }[]): void {
    const named = new Set([harness.served, ...history.map(({ dnsNames }) => dnsNames[0])]);
    assert.equal(named.size, history.length + 1);
    assert.ok(named.has("first"));
    assert.ok(named.has("second"));
    assert.deepEqual(harness.pfxFiles, [...harness.records.rows.values()].map(({ path }) => path).sort());
    const isAutomatic = harness.service.source === "automatic";
    assert.equal(harness.pfxFiles.length, history.length + (isAutomatic ? 0 : 1));
    const inService = [...harness.records.rows.values()].filter(({ replacedAtMs }) => replacedAtMs === null);
    assert.deepEqual(
      inService.map(({ dnsNames }) => dnsNames[0]),
      isAutomatic ? [] : [harness.served],
    );
  }
});
