import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import {
  generateSelfSigned,
  loadOrCreateSelfSigned,
  loadRecorded,
  packPfx,
  type SelfSignedSlot,
} from "../../../../core/certificate/mod.ts";
import { SecretBox } from "../../../../core/secret/mod.ts";
import { MemoryFiles } from "../memory_files.ts";
import type { Provider } from "../providers.ts";
import { refusal } from "../refusal.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const STAMP = "20260102T030405Z";
const NAMES = { dnsNames: ["a.example"], ipAddresses: ["127.0.0.1"] };
const PFX = "tls/automatic.pfx";
const PASSWORD = "tls/automatic.password";

export function storeSuite({ name, crypto }: Provider): void {
  describe(`loadOrCreateSelfSigned on ${name}`, () => {
    let files: MemoryFiles;
    let box: SecretBox;
    beforeEach(async () => {
      files = new MemoryFiles();
      box = await SecretBox.fromKey(crypto, new Uint8Array(32).fill(7));
    });
    const load = (nowMs = NOW_MS, slot: SelfSignedSlot = "automatic") =>
      loadOrCreateSelfSigned({ crypto, files, box }, { slot, names: NAMES, nowMs });

    test("creates an identity for the names that were asked for", async () => {
      const { identity, outcome, keptAside } = await load();
      assert.equal(outcome, "created");
      assert.deepEqual(keptAside, []);
      assert.deepEqual(identity.facts.dnsNames, NAMES.dnsNames);
      assert.deepEqual([...files.contents.keys()].sort(), [PASSWORD, PFX]);
    });

    test("returns the same identity ever after, whatever the names, and writes nothing", async () => {
      const { identity } = await load();
      files.written.length = 0;
      const request = { slot: "automatic", names: { dnsNames: ["b"], ipAddresses: [] }, nowMs: NOW_MS } as const;
      const again = await loadOrCreateSelfSigned({ crypto, files, box }, request);
      assert.equal(again.outcome, "loaded");
      assert.equal(again.identity.certPem, identity.certPem);
      assert.equal(again.identity.keyPem, identity.keyPem);
      assert.deepEqual(files.written, []);
    });

    test("keeps the dashboard's identity apart from the shared one", async () => {
      const shared = await load();
      const dashboard = await load(NOW_MS, "dashboard");
      assert.equal(dashboard.outcome, "created");
      assert.notEqual(dashboard.identity.certPem, shared.identity.certPem);
      assert.equal((await load()).identity.certPem, shared.identity.certPem);
      assert.ok(files.contents.has("tls/dashboard.pfx"));
    });

    test("stores the password sealed for its place, and the key nowhere else", async () => {
      await load();
      assert.match(await box.open("tls/automatic", files.text(PASSWORD).trim()), /^[A-Za-z0-9_-]{43}$/);
      for (const path of files.contents.keys()) assert.equal(files.text(path).includes("PRIVATE KEY"), false);
    });

    test("renews when less than one tenth of the lifetime is left, under the same password", async () => {
      const { identity } = await load();
      const lifetimeMs = Date.parse(identity.facts.notAfter) - Date.parse(identity.facts.notBefore);
      const dueMs = Date.parse(identity.facts.notAfter) - lifetimeMs / 10;
      assert.equal((await load(dueMs)).outcome, "loaded");
      const sealed = files.text(PASSWORD);
      const renewed = await load(dueMs + 1000);
      assert.equal(renewed.outcome, "renewed");
      assert.deepEqual(renewed.keptAside, []);
      assert.notEqual(renewed.identity.facts.serial, identity.facts.serial);
      assert.equal(files.text(PASSWORD), sealed);
      assert.equal((await load(dueMs + DAY_MS)).identity.certPem, renewed.identity.certPem);
    });

    test("puts a damaged PFX aside and replaces it", async () => {
      await load();
      files.put(PFX, "damaged");
      const result = await load();
      assert.equal(result.outcome, "replaced");
      assert.equal(
        result.reason,
        "The PFX file can't be read: it is damaged, or not a PFX at all: it ends after 7 of 99 bytes",
      );
      assert.deepEqual(result.keptAside, [`/data/${PFX}.unreadable-${STAMP}`]);
      assert.equal(files.text(`${PFX}.unreadable-${STAMP}`), "damaged");
      assert.equal((await load()).identity.certPem, result.identity.certPem);
    });

    test("puts both files aside when the password does not open with the key file", async () => {
      await load();
      const before = new Map(files.contents);
      box = await SecretBox.fromKey(crypto, new Uint8Array(32).fill(8));
      const result = await load();
      assert.equal(result.outcome, "replaced");
      assert.equal(result.reason, "The secret tls/automatic can't be opened with the key file");
      assert.deepEqual(result.keptAside, [`/data/${PFX}.unreadable-${STAMP}`, `/data/${PASSWORD}.unreadable-${STAMP}`]);
      for (const path of [PFX, PASSWORD]) {
        assert.deepEqual(files.contents.get(`${path}.unreadable-${STAMP}`), before.get(path));
      }
      assert.equal((await load()).outcome, "loaded");
    });

    test("puts a PFX aside whose password is missing", async () => {
      await load();
      await files.remove(PASSWORD);
      const result = await load();
      assert.equal(result.reason, "the file with its password is missing");
      assert.deepEqual(result.keptAside, [`/data/${PFX}.unreadable-${STAMP}`]);
    });

    test("goes on with the old identity after a renewal that broke off at any write", async () => {
      const { identity } = await load();
      const dueMs = Date.parse(identity.facts.notAfter) - DAY_MS;
      files.writesLeft = 0;
      await assert.rejects(load(dueMs), TypeError);
      files.writesLeft = Number.POSITIVE_INFINITY;
      assert.equal((await load()).identity.certPem, identity.certPem);
    });

    test("comes up after a creation that broke off between its two writes", async () => {
      files.writesLeft = 1;
      await assert.rejects(load(), TypeError);
      files.writesLeft = Number.POSITIVE_INFINITY;
      assert.deepEqual(files.written, [PASSWORD]);
      const { outcome, keptAside } = await load();
      assert.equal(outcome, "created");
      assert.deepEqual(keptAside, []);
    });
  });

  describe(`loadRecorded on ${name}`, () => {
    const path = "tls/shared.pfx";
    const location = "/data/tls/shared.pfx";

    test("returns the identity in the file", async () => {
      const files = new MemoryFiles();
      const identity = await generateSelfSigned(crypto, { ...NAMES, nowMs: NOW_MS });
      await files.writeAtomically(path, await packPfx(crypto, identity, "p"));
      assert.equal((await loadRecorded(crypto, files, path, "p")).certPem, identity.certPem);
      const reason = "The password does not open the PFX file, or the file is damaged";
      await assert.rejects(
        loadRecorded(crypto, files, path, "q"),
        refusal("certificate_unreadable", { path: location, reason }),
      );
    });

    test("refuses a file that is missing", async () => {
      await assert.rejects(
        loadRecorded(crypto, new MemoryFiles(), path, "p"),
        refusal("certificate_unreadable", { path: location, reason: "it is missing" }),
      );
    });
  });
}
