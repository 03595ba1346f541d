import assert from "node:assert/strict";
import { test } from "node:test";
import { assessHealth, healthHttpStatus } from "../../../core/operations/health.ts";
import type { MetricsSnapshot } from "../../../core/operations/metrics.ts";
import { sampleMetrics, sampleServed } from "../../support/health_sample.ts";

const mebibyte = 1024 * 1024;

function codes(overrides: Partial<MetricsSnapshot>): string[] {
  const { status, problems } = assessHealth(sampleMetrics(overrides));
  return [status, ...problems.map(({ code }) => code)];
}

test("assessHealth finds a service in good health healthy and shows what it serves", () => {
  const document = assessHealth(sampleMetrics());
  assert.equal(document.status, "healthy");
  assert.deepEqual(document.problems, []);
  assert.equal(document.uptimeSeconds, 90);
  assert.deepEqual(document.disk, { freeBytes: 50_000_000_000 });
  assert.deepEqual(document.database, { status: "ok", error: null });
  assert.equal(document.certificate.daysLeft, 373);
  assert.equal(document.dashboardCertificate.daysLeft, 374);
  assert.equal(healthHttpStatus(document), 200);
});

test("assessHealth is degraded by a listener that is not bound, and critical without any for mail", () => {
  const smtp = { listener: "smtp", port: 25, bound: false, error: "it is in use" };
  const https = { listener: "https", port: 8026, bound: true };
  const dashboard = { listener: "dashboard", port: 8420, bound: true };
  assert.deepEqual(codes({ listeners: [smtp, https] }), ["degraded", "listener_unbound"]);
  assert.deepEqual(codes({ listeners: [smtp, dashboard] }), ["critical", "no_listener", "listener_unbound"]);
});

test("assessHealth warns under 1 GiB of disk and is critical under 200 MiB", () => {
  assert.deepEqual(codes({ diskFreeBytes: 1024 * mebibyte }), ["healthy"]);
  assert.deepEqual(codes({ diskFreeBytes: 1024 * mebibyte - 1 }), ["degraded", "disk_low"]);
  assert.deepEqual(codes({ diskFreeBytes: 200 * mebibyte - 1 }), ["critical", "disk_full"]);
});

test("assessHealth is critical when the spool does not answer", () => {
  assert.deepEqual(codes({ spool: null }), ["critical", "spool_unavailable"]);
});

test("assessHealth is degraded, not critical, without the database: mail flows without it", () => {
  assert.deepEqual(codes({ databaseError: "it is locked" }), ["degraded", "database_unavailable"]);
});

test("assessHealth is degraded by messages that were set aside", () => {
  const spool = { ...sampleMetrics().spool!, unreadable: 1 };
  assert.deepEqual(codes({ spool }), ["degraded", "spool_unreadable"]);
});

test("assessHealth is degraded when less than a third of the certificate's lifetime is left, and after its end", () => {
  const { certificate } = sampleMetrics();
  const notAfter = (text: string) => ({ certificate: { ...certificate, notAfter: text } });
  assert.deepEqual(codes(notAfter("2026-12-01T00:00:00.000Z")), ["degraded", "certificate_expires_soon"]);
  assert.deepEqual(codes(notAfter("2026-11-22T00:00:00.000Z")), ["degraded", "certificate_expired"]);
});

test("assessHealth is degraded while a listener serves another certificate, or does not say which", () => {
  const { certificate, dashboardCertificate } = sampleMetrics();
  const other = [{ ...sampleServed, fingerprintSha256: "CC", current: false }];
  const silent = [{ ...sampleServed, fingerprintSha256: null, current: false, reason: "it refused the connection" }];
  const shared = (served: typeof other | typeof silent) => codes({ certificate: { ...certificate, served } });
  assert.deepEqual(shared(other), ["degraded", "certificate_not_served"]);
  assert.deepEqual(shared(silent), ["degraded", "certificate_unproven"]);
  const own = codes({ dashboardCertificate: { ...dashboardCertificate, served: other } });
  assert.deepEqual(own, ["degraded", "dashboard_certificate_not_served"]);
});

test("assessHealth is degraded by the dashboard's certificate that ends soon, and by files that can't be served", () => {
  const { dashboardCertificate } = sampleMetrics();
  const given = (facts: object) => codes({ dashboardCertificate: { ...dashboardCertificate, ...facts } });
  const soon = ["degraded", "dashboard_certificate_expires_soon"];
  assert.deepEqual(given({ notAfter: "2026-12-01T00:00:00.000Z" }), soon);
  assert.deepEqual(given({ areFilesServable: false }), ["degraded", "dashboard_certificate_files"]);
});

test("healthHttpStatus tells a load balancer to stay away only when mail is not accepted", () => {
  assert.equal(healthHttpStatus({ status: "degraded" }), 200);
  assert.equal(healthHttpStatus({ status: "critical" }), 503);
});
