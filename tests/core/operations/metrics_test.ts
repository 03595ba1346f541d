import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMetrics } from "../../../core/operations/metrics.ts";
import { sampleMetrics, sampleServed } from "../../support/health_sample.ts";

const text = formatMetrics(sampleMetrics());

test("formatMetrics gives every figure its help and its type before its samples", () => {
  assert.match(
    text,
    /# HELP dispatch_spool_messages [^\n]+\n# TYPE dispatch_spool_messages gauge\ndispatch_spool_messages\{state="queued"\} 3\n/,
  );
  // The grammar of Prometheus' exposition formats, text format 0.0.4.
  for (const line of text.trimEnd().split("\n")) {
    assert.match(line, /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})? -?[\d.e+]+)$/);
  }
  assert.ok(text.endsWith("\n"));
});

test("formatMetrics states version, uptime, spool, backlog, events, certificate, disk and connections", () => {
  for (const line of [
    'dispatch_build_info{version="1.2.3",runtime="bun 1.4.5"} 1',
    "dispatch_uptime_seconds 90.5",
    'dispatch_spool_messages{state="retrying"} 2',
    "dispatch_history_backlog_rows 5",
    'dispatch_messages_total{event="delivered"} 6',
    'dispatch_denials_total{source="smtp"} 3',
    'dispatch_refusals_total{event="smtp.connection_refused"} 8',
    'dispatch_certificate_not_after_timestamp_seconds{certificate="shared"} 1827619200',
    'dispatch_certificate_not_after_timestamp_seconds{certificate="dashboard"} 1827705600',
    'dispatch_certificate_info{certificate="shared",fingerprint="AA:BB",source="automatic"} 1',
    'dispatch_certificate_info{certificate="dashboard",fingerprint="CC:DD",source="self_signed"} 1',
    'dispatch_certificate_served{certificate="shared",listener="smtp",port="25"} 1',
    'dispatch_certificate_served{certificate="dashboard",listener="dashboard",port="8420"} 1',
    'dispatch_certificate_last_check_timestamp_seconds{certificate="shared",listener="smtp",port="25"} 1795345140',
    "dispatch_disk_free_bytes 50000000000",
    'dispatch_connections{listener="smtp"} 2',
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
});

test("formatMetrics leaves out what is not known", () => {
  const without = formatMetrics(sampleMetrics({ spool: null }));
  assert.doesNotMatch(without, /dispatch_spool_messages|dispatch_history_backlog_rows/);
});

test("formatMetrics gives 0 for a listener that serves another certificate", () => {
  const { certificate } = sampleMetrics();
  const served = [{ ...sampleServed, current: false }];
  const other = formatMetrics(sampleMetrics({ certificate: { ...certificate, served } }));
  const line = 'dispatch_certificate_served{certificate="shared",listener="smtp",port="25"} 0';
  assert.ok(other.split("\n").includes(line), other);
});

test("formatMetrics escapes label values", () => {
  const escaped = formatMetrics(sampleMetrics({ runtime: 'a"b\\c\nd' }));
  assert.ok(escaped.includes('runtime="a\\"b\\\\c\\nd"'));
});
