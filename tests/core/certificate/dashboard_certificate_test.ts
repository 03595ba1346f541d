import assert from "node:assert/strict";
import { before, beforeEach, describe, it } from "node:test";
import { DashboardCertificate } from "../../../core/certificate/dashboard_certificate.ts";
import type { GivenFile } from "../../../core/certificate/material.ts";
import { generateSelfSigned, type TlsIdentity } from "../../../core/certificate/mod.ts";
import { DispatchError } from "../../../core/error/mod.ts";
import type { AuditEntry } from "../../../core/history/audit_event.ts";
import { SecretBox } from "../../../core/secret/mod.ts";
import { MemoryFiles } from "./memory_files.ts";

const DAY_MS = 86_400_000;
const paths = { certPath: "/etc/tls/cert.pem", keyPath: "/etc/tls/key.pem" };

/** openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:secret */
const protectedKeyPem = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjg+tBY23kNYgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBllFBIg/R+dF4OKA5jPuO0EgZCc
+WRHKB9+XRvAr+tnhVz4c4hKvEJBwLBxkDoc3b23t+VNr8vi3qeJUUEvEBdzNCBt
OyWytxIJhNep70aJOei63OdvEnNRgSp6/aFoGIPATqFhQHzIsRGkFiyYzrYSPu9a
whgy8f0IEsjr8x16QZqBuHA3B7nH2r0Q9JlUp1nWQCAbyDD0jHbOHTa1cSJZtfA=
-----END ENCRYPTED PRIVATE KEY-----
`;

function makeIdentity(name: string, nowMs: number, days = 397): Promise<TlsIdentity> {
  return generateSelfSigned(crypto, { dnsNames: [name], ipAddresses: [], nowMs, days });
}

describe("DashboardCertificate", () => {
  let nowMs: number;
  let files: MemoryFiles;
  let lines: { event: string; message: string }[];
  let audited: AuditEntry[];
  /** What the two files hold; `null`: they are not there. */
  let pair: { cert: string; key: string } | null;
  let first: TlsIdentity;
  let second: TlsIdentity;

  before(async () => {
    const startMs = Date.UTC(2026, 10, 22);
    [first, second] = [await makeIdentity("one.example.org", startMs), await makeIdentity("two.example.org", startMs)];
  });

  beforeEach(() => {
    nowMs = Date.UTC(2026, 10, 22);
    files = new MemoryFiles();
    lines = [];
    audited = [];
    pair = null;
  });

  async function open(isNamed: boolean): Promise<DashboardCertificate> {
    const record = (event: string, message: string) => void lines.push({ event, message });
    return DashboardCertificate.open({
      crypto,
      decryptTripleDes: async () => {
        throw new TypeError("Cannot decrypt: no test needs it");
      },
      tryServing: () => null,
      files,
      box: await SecretBox.fromKey(crypto, new Uint8Array(32).fill(7)),
      clock: { nowMs: () => nowMs, after: () => () => {} },
      logger: { debug: record, info: record, warn: record, error: record },
      audit: (entry) => void audited.push(entry),
      names: () => ({ serverName: "relay.example.org", hostName: "relay", addresses: [] }),
      pair: isNamed ? { paths, read } : null,
    });
  }

  async function read() {
    if (pair === null) throw new DispatchError("input_file_unreadable", { path: paths.certPath, reason: "it is gone" });
    const file = (name: string, text: string): GivenFile => ({ name, bytes: new TextEncoder().encode(text) });
    return { files: [file("cert.pem", pair.cert), file("key.pem", pair.key)], passphrase: null };
  }

  const pairOf = ({ certPem, keyPem }: TlsIdentity) => ({ cert: certPem, key: keyPem });
  const served = ({ keeper }: DashboardCertificate) => keeper.current.facts.dnsNames[0];
  const events = () => lines.map(({ event }) => event);

  it("is self-signed, kept, and the same again where no files are named", async () => {
    const one = await open(false);
    const two = await open(false);
    assert.deepEqual([one.source, one.files, one.problem], ["self_signed", null, null]);
    assert.equal(served(one), "relay.example.org");
    assert.equal(two.keeper.current.certPem, one.keeper.current.certPem);
    assert.ok(files.contents.has("tls/dashboard.pfx"));
  });

  it("is renewed, and the listener told, when less than a tenth of its life is left", async () => {
    const dashboard = await open(false);
    const before = dashboard.keeper.current;
    await dashboard.refresh();
    assert.equal(dashboard.keeper.current, before);
    let told = 0;
    dashboard.keeper.subscribe(() => told++);
    nowMs += 390 * DAY_MS;
    await dashboard.refresh();
    assert.notEqual(dashboard.keeper.current.certPem, before.certPem);
    assert.equal(told, 1);
    assert.deepEqual(
      audited.map(({ event, subject }) => [event, subject]),
      [
        ["certificate.created", "dashboard"],
        ["certificate.renewed", "dashboard"],
      ],
    );
  });

  it("serves the files that are named, and makes no certificate of its own beside them", async () => {
    pair = pairOf(first);
    const dashboard = await open(true);
    assert.deepEqual([dashboard.source, dashboard.files, dashboard.problem], ["files", paths, null]);
    assert.equal(served(dashboard), "one.example.org");
    assert.equal(files.contents.size, 0);
  });

  it("serves what the files hold now, and says so once", async () => {
    pair = pairOf(first);
    const dashboard = await open(true);
    pair = pairOf(second);
    await dashboard.refresh();
    await dashboard.refresh();
    assert.equal(served(dashboard), "two.example.org");
    assert.deepEqual(events(), ["certificate.dashboard_loaded"]);
  });

  const broken: readonly [what: string, change: () => void, problem: RegExp][] = [
    [
      "a key of another certificate",
      () => (pair = { cert: second.certPem, key: first.keyPem }),
      /key.*does not belong/,
    ],
    ["half a certificate", () => (pair = { cert: second.certPem.slice(0, 300), key: second.keyPem }), /cert\.pem: /],
    ["an empty key", () => (pair = { cert: second.certPem, key: "" }), /private key/],
    ["files that are gone", () => (pair = null), /cert\.pem.*it is gone/],
  ];
  for (const [what, change, problem] of broken) {
    it(`keeps the last good certificate beside ${what}, says why once, and takes repaired files`, async () => {
      pair = pairOf(first);
      const dashboard = await open(true);
      change();
      await dashboard.refresh();
      await dashboard.refresh();
      assert.equal(served(dashboard), "one.example.org");
      assert.equal(dashboard.source, "files");
      assert.match(dashboard.problem ?? "", problem);
      assert.deepEqual(events(), ["certificate.dashboard_problem"]);
      assert.match(lines[0]!.message, /The last good one stays in service\.$/);
      pair = pairOf(first);
      await dashboard.refresh();
      assert.equal(dashboard.problem, null);
      assert.deepEqual(events(), ["certificate.dashboard_problem", "certificate.dashboard_loaded"]);
      assert.deepEqual(
        audited.map(({ event }) => event),
        events(),
      );
      assert.match(audited[0]!.reason ?? "", problem);
    });
  }

  it("says each new problem", async () => {
    pair = pairOf(first);
    const dashboard = await open(true);
    pair = null;
    await dashboard.refresh();
    pair = { cert: second.certPem, key: first.keyPem };
    await dashboard.refresh();
    assert.deepEqual(events(), ["certificate.dashboard_problem", "certificate.dashboard_problem"]);
  });

  it("starts with a self-signed certificate beside files that can't be served, until they can", async () => {
    const dashboard = await open(true);
    assert.deepEqual([dashboard.source, served(dashboard)], ["self_signed", "relay.example.org"]);
    assert.match(lines.at(-1)!.message, /A self-signed one is served instead\.$/);
    pair = pairOf(first);
    await dashboard.refresh();
    assert.deepEqual([dashboard.source, dashboard.problem], ["files", null]);
    assert.equal(served(dashboard), "one.example.org");
  });

  it("says what to do about a key under a passphrase, which nobody can type here", async () => {
    pair = { cert: first.certPem, key: protectedKeyPem };
    const dashboard = await open(true);
    assert.match(dashboard.problem ?? "", /passphrase.*store the key without one/);
  });

  it("is not ready to serve files that have expired", async () => {
    pair = pairOf(await makeIdentity("old.example.org", nowMs - 40 * DAY_MS, 30));
    const dashboard = await open(true);
    assert.equal(dashboard.source, "self_signed");
    assert.match(dashboard.problem ?? "", /expired/);
  });
});
