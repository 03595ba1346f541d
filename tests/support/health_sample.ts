/** A service in good health. */
import type { ServedCertificate } from "../../core/certificate/served_certificate.ts";
import type { MetricsSnapshot } from "../../core/operations/metrics.ts";

const nowMs = Date.UTC(2026, 10, 22, 11);

/** A listener that serves the certificate in service. */
export const sampleServed: ServedCertificate = {
  listener: "smtp",
  port: 25,
  fingerprintSha256: "AA:BB",
  current: true,
  reason: null,
  checkedAt: "2026-11-22T10:59:00.000Z",
};

/** A snapshot of a service in good health; what a test does not name is ordinary. */
export function sampleMetrics(overrides: Partial<MetricsSnapshot> = {}): MetricsSnapshot {
  return {
    nowMs,
    version: "1.2.3",
    runtime: "bun 1.4.5",
    startedAtMs: nowMs - 90_500,
    listeners: [
      { listener: "smtp", port: 25, bound: true },
      { listener: "https", port: 8026, bound: true },
      { listener: "dashboard", port: 8420, bound: true },
    ],
    spool: { queued: 3, processing: 1, retrying: 2, failed: 4, captured: 0, unreadable: 0, historyBacklog: 5 },
    diskFreeBytes: 50_000_000_000,
    databaseError: null,
    certificate: {
      source: "automatic",
      notBefore: "2026-11-01T00:00:00.000Z",
      notAfter: "2027-12-01T00:00:00.000Z",
      fingerprintSha256: "AA:BB",
      served: [sampleServed],
    },
    dashboardCertificate: {
      source: "self_signed",
      areFilesServable: true,
      notBefore: "2026-11-01T00:00:00.000Z",
      notAfter: "2027-12-02T00:00:00.000Z",
      fingerprintSha256: "CC:DD",
      served: [{ ...sampleServed, listener: "dashboard", port: 8420, fingerprintSha256: "CC:DD" }],
    },
    messageEvents: { queued: 7, delivered: 6 },
    denials: { smtp: 3, http: 1 },
    refusals: { "smtp.connection_refused": 8 },
    connections: [{ listener: "smtp", open: 2 }],
    ...overrides,
  };
}
