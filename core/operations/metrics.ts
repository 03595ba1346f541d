/** The service's figures in the text format that Prometheus reads (version 0.0.4). Pure. */
import type { HealthSnapshot } from "./health.ts";

/** Content-Type of the text. */
export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

/** What the figures are made from. */
export interface MetricsSnapshot extends HealthSnapshot {
  /** Runtime with its version: `bun 1.4.5`. */
  readonly runtime: string;
  /** What happened to messages since the start, by kind of event. */
  readonly messageEvents: Readonly<Record<string, number>>;
  /** Refusals at the door since the start, by protocol. */
  readonly denials: Readonly<Record<string, number>>;
  /** Clients that were turned away since the start, by the event of the log. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly connections: readonly { readonly listener: string; readonly open: number }[];
}

/** One figure with its labels. */
interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All that is known about one metric. */
interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: (snapshot: MetricsSnapshot) => readonly Sample[];
}

const metrics: readonly Metric[] = [
  {
    name: "dispatch_build_info",
    type: "gauge",
    help: "Version and runtime; always 1.",
    samples: ({ version, runtime }) => [{ labels: { version, runtime }, value: 1 }],
  },
  {
    name: "dispatch_uptime_seconds",
    type: "gauge",
    help: "Seconds since the service started.",
    samples: ({ nowMs, startedAtMs }) => [{ value: (nowMs - startedAtMs) / 1000 }],
  },
  {
    name: "dispatch_spool_messages",
    type: "gauge",
    help: "Messages in the spool, by state.",
    samples: ({ spool }) => {
      const { historyBacklog: _, ...states } = spool ?? { historyBacklog: 0 };
      return Object.entries(states).map(([state, value]) => ({ labels: { state }, value }));
    },
  },
  {
    name: "dispatch_history_backlog_rows",
    type: "gauge",
    help: "Rows that the message log has not taken over from the spool yet.",
    samples: ({ spool }) => (spool === null ? [] : [{ value: spool.historyBacklog }]),
  },
  {
    name: "dispatch_messages_total",
    type: "counter",
    help: "What happened to messages since the start, by event.",
    samples: ({ messageEvents }) =>
      Object.entries(messageEvents).map(([event, value]) => ({ labels: { event }, value })),
  },
  {
    name: "dispatch_denials_total",
    type: "counter",
    help: "Clients that were refused at the door since the start, by protocol.",
    samples: ({ denials }) => Object.entries(denials).map(([source, value]) => ({ labels: { source }, value })),
  },
  {
    name: "dispatch_refusals_total",
    type: "counter",
    help: "Clients that were turned away since the start, by the event in the log; lines that it left out are counted.",
    samples: ({ refusals }) => Object.entries(refusals).map(([event, value]) => ({ labels: { event }, value })),
  },
  {
    name: "dispatch_certificate_not_after_timestamp_seconds",
    type: "gauge",
    help: "When the certificate in service expires, in Unix time.",
    samples: (snapshot) =>
      certificatesOf(snapshot).map(({ certificate, notAfter }) => ({
        labels: { certificate },
        value: Date.parse(notAfter) / 1000,
      })),
  },
  {
    name: "dispatch_certificate_info",
    type: "gauge",
    help: "The certificate in service, by its SHA-256 fingerprint; always 1.",
    samples: (snapshot) =>
      certificatesOf(snapshot).map(({ certificate, fingerprintSha256, source }) => ({
        labels: { certificate, fingerprint: fingerprintSha256, source },
        value: 1,
      })),
  },
  {
    name: "dispatch_certificate_served",
    type: "gauge",
    help: "Whether the listener showed the certificate in service when it was asked last.",
    samples: (snapshot) =>
      certificatesOf(snapshot).flatMap(({ certificate, served }) =>
        served.map(({ listener, port, current }) => ({
          labels: { certificate, listener, port: String(port) },
          value: current ? 1 : 0,
        })),
      ),
  },
  {
    name: "dispatch_certificate_last_check_timestamp_seconds",
    type: "gauge",
    help: "When the listener was asked last which certificate it serves, in Unix time.",
    samples: (snapshot) =>
      certificatesOf(snapshot).flatMap(({ certificate, served }) =>
        served.map(({ listener, port, checkedAt }) => ({
          labels: { certificate, listener, port: String(port) },
          value: Date.parse(checkedAt) / 1000,
        })),
      ),
  },
  {
    name: "dispatch_disk_free_bytes",
    type: "gauge",
    help: "Bytes free on the disk that holds the spool.",
    samples: ({ diskFreeBytes }) => [{ value: diskFreeBytes }],
  },
  {
    name: "dispatch_connections",
    type: "gauge",
    help: "Open connections, by listener.",
    samples: ({ connections }) => connections.map(({ listener, open }) => ({ labels: { listener }, value: open })),
  },
];

/** Both certificates, by the label that they go by. */
function certificatesOf({ certificate, dashboardCertificate }: MetricsSnapshot) {
  return [
    { certificate: "shared", ...certificate },
    { certificate: "dashboard", ...dashboardCertificate },
  ];
}

/** Formats all figures. */
export function formatMetrics(snapshot: MetricsSnapshot): string {
  return metrics.map((metric) => formatMetric(metric, metric.samples(snapshot))).join("");
}

function formatMetric({ name, type, help }: Metric, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels = {}, value }) => `${name}${formatLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
