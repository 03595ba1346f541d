/** Answers about the service and its settings. */
import { z } from "zod";
import { served } from "./certificate.ts";
import { count, list, named, text, textOrNull, time } from "./shape.ts";

/** One setting. */
export const setting = named("Setting", {
  key: text,
  value: z.unknown(),
  source: z.enum(["default", "table", "environment"]),
  default: z.unknown(),
  unit: textOrNull,
  zeroMeans: textOrNull,
  kind: text,
  rule: text,
  summary: text,
  effect: z.enum(["live", "rebind", "restart"]),
  secret: z.boolean(),
  locked: z.boolean(),
  variable: text,
  notes: z.exactOptional(list(text)),
});

const certificateHealth = { notAfter: time, fingerprintSha256: text, served: list(served), daysLeft: z.int() };

/** How the service is doing. */
export const health = named("Health", {
  status: z.enum(["healthy", "degraded", "critical"]),
  problems: list(z.object({ code: text, severity: z.enum(["degraded", "critical"]), message: text })),
  version: text,
  uptimeSeconds: count,
  listeners: list(z.object({ listener: text, port: count, bound: z.boolean(), error: z.exactOptional(text) })),
  spool: z
    .object({
      queued: count,
      processing: count,
      retrying: count,
      failed: count,
      captured: count,
      unreadable: count,
      historyBacklog: count,
    })
    .nullable(),
  disk: z.object({ freeBytes: z.number() }),
  database: z.object({ status: z.enum(["ok", "unavailable"]), error: textOrNull }),
  certificate: z.object({ ...certificateHealth, source: z.enum(["automatic", "generated", "uploaded"]) }),
  dashboardCertificate: z.object({
    ...certificateHealth,
    source: z.enum(["self_signed", "files"]),
    areFilesServable: z.boolean(),
  }),
});

/** Which Dispatch this is. */
export const version = named("Version", { version: text, commit: textOrNull, runtime: text, platform: text });
