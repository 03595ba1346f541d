import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { CertificateKeeper, generateSelfSigned } from "../../../core/certificate/mod.ts";
import type { ServedCertificate } from "../../../core/certificate/served_certificate.ts";
import { type CertificateShow, showCertificate } from "../../../core/operations/certificate_show.ts";

const madeAtMs = Date.UTC(2026, 10, 22);
const dayMs = 86_400_000;

describe("showCertificate", () => {
  let keeper: CertificateKeeper;

  before(async () => {
    const request = { dnsNames: ["mail.example.org"], ipAddresses: ["192.0.2.1"], days: 90, nowMs: madeAtMs };
    keeper = new CertificateKeeper(await generateSelfSigned(crypto, request), () => assert.fail());
  });

  function show({
    source = "generated",
    serverName = "mail.example.org",
    nowMs = madeAtMs,
    served = [],
  }: {
    source?: CertificateShow["source"];
    serverName?: string;
    nowMs?: number;
    served?: readonly ServedCertificate[];
  }): CertificateShow {
    const dashboard = { source: "self_signed", files: null, problem: null, keeper } as const;
    return showCertificate({ source, keeper }, dashboard, served, { nowMs, serverName });
  }

  const codes = ({ warnings }: CertificateShow): string[] => warnings.map(({ code }) => code);

  test("warns of nothing while all is well", () => {
    assert.deepEqual(show({}).warnings, []);
    assert.deepEqual(show({ serverName: "192.0.2.1" }).warnings, []);
  });

  test("warns when the server goes by a name that the certificate lacks", () => {
    const shown = show({ serverName: "relay.example.org" });
    assert.deepEqual(codes(shown), ["name_not_covered"]);
    assert.match(shown.warnings[0]?.message ?? "", /^relay\.example\.org,/);
    assert.deepEqual(Object.keys(shown.warnings[0] ?? {}), ["code", "message", "remedy"]);
  });

  test("warns at one third and at one tenth of the lifetime, and asks nothing for the one that renews itself", () => {
    assert.deepEqual(codes(show({ nowMs: madeAtMs + 55 * dayMs })), []);
    assert.deepEqual(codes(show({ nowMs: madeAtMs + 61 * dayMs })), ["expires_soon"]);
    const [late] = show({ nowMs: madeAtMs + 82 * dayMs }).warnings;
    assert.deepEqual([late?.code, late?.remedy], ["expires_very_soon", "Put a new one in service."]);
    const [automatic] = show({ nowMs: madeAtMs + 82 * dayMs, source: "automatic" }).warnings;
    assert.match(automatic?.remedy ?? "", /^Nothing:/);
  });

  test("warns of a listener of mail that serves another, and keeps the dashboard's apart", () => {
    const found = { port: 25, fingerprintSha256: "AA:BB", reason: null, checkedAt: "2026-11-22T00:00:00.000Z" };
    const served = [
      { ...found, listener: "smtp" as const, current: false },
      { ...found, listener: "dashboard" as const, current: true },
    ];
    const shown = show({ served });
    assert.deepEqual(codes(shown), ["not_served"]);
    assert.deepEqual(
      [shown.served, shown.dashboard.served].map((list) => list.map(({ listener }) => listener)),
      [["smtp"], ["dashboard"]],
    );
  });
});
