/** The way in, put together for a running service: intake, the door of SMTP, the app of HTTP. */
import { type CidrList, compileCidrList } from "../core/access/cidr_list.ts";
import { RateLimiter } from "../core/access/rate_limiter.ts";
import type { Logger } from "../core/capabilities.ts";
import type { SettingKey, Settings, SettingsHolder } from "../core/config/mod.ts";
import { isDispatchError } from "../core/error/mod.ts";
import { auditDenial } from "../core/history/audit_denial.ts";
import type { AuditTrail } from "../core/history/audit_trail.ts";
import { DenialLog } from "../core/history/denial_log.ts";
import { unloggedKinds } from "../core/history/unlogged_kinds.ts";
import { BodyBudget, defaultBodyBudgetBytes } from "../core/ingest/body_limits.ts";
import { ConnectionLimits } from "../core/ingest/connection_limits.ts";
import { SmtpDoor } from "../core/ingest/smtp_door.ts";
import { SpoolingIntake } from "../core/ingest/spooling_intake.ts";
import { StatusReader } from "../core/ingest/status_view.ts";
import type { Spool } from "../core/spool/mod.ts";
import { ingestionApp } from "../web/ingestion/app.ts";
import type { Refusal } from "../web/ingestion/dependencies.ts";
import { systemClock } from "./clock.ts";
import { openDiskGauge } from "./disk_gauge.ts";
import { idSource } from "./id_source.ts";
import { openLargeFiles } from "./large_files.ts";
import type { DispatchData } from "./open_data.ts";
import { largeDirectoryOf } from "./open_spool.ts";

/** What the way in is made of. */
export interface IntakePartsOptions {
  readonly data: Pick<DispatchData, "audit" | "config" | "keyRing" | "stores">;
  readonly spool: Spool;
  readonly spoolDirectory: string;
  readonly caughtUp: () => Promise<void>;
  readonly logger: Logger;
  readonly version: string;
}

/** The intake of a service or of a command that runs without one. */
export function openIntake(settings: () => Settings, spool: Spool, spoolDirectory: string): SpoolingIntake {
  return new SpoolingIntake({
    spool,
    largeFiles: openLargeFiles(largeDirectoryOf(spoolDirectory)),
    disk: openDiskGauge(spoolDirectory, systemClock),
    clock: systemClock,
    createMessageId: () => idSource.messageId(),
    settings: () => ({
      serverName: settings()["listener.server_name"],
      maxRecipients: settings()["listener.max_recipients"],
      bareNewlines: settings()["listener.bare_newlines"],
    }),
  });
}

/** Puts the way in together. */
export function openIntakeParts({ data, spool, spoolDirectory, caughtUp, logger, version }: IntakePartsOptions) {
  const { holder } = data.config;
  const settings = () => holder.current;
  const intake = openIntake(settings, spool, spoolDirectory);
  const smtpAllowed = liveCidrList(holder, "listener.allowed_cidrs");
  const apiAllowed = liveCidrList(holder, "api.allowed_cidrs");
  const rates = new RateLimiter({ nowMs: Date.now });
  const denials = new DenialLog({
    log: data.stores.log,
    clock: systemClock,
    logger,
    createEventId: () => idSource.uniqueId("evt_"),
    unlogged: () => new Set(unloggedKinds(settings())),
  });
  const door = new SmtpDoor({
    intake,
    isAllowed: (address) => smtpAllowed().includes(address),
    settings: () => ({ maxMessageBytes: settings()["listener.max_message_bytes"] }),
    onRefused(denial) {
      const { error, origin } = denial;
      logger.warn("smtp.refused", `${error.message} ${error.remedy}`, { address: origin.clientAddress });
      const actor = { kind: "smtp", name: origin.smtpUser, address: origin.clientAddress } as const;
      if (error.isDenial) data.audit.record(auditDenial(error, actor));
      denials.add(denial);
    },
  });
  const limits = new ConnectionLimits(() => ({
    max: settings()["listener.max_connections"],
    maxPerClient: settings()["listener.max_connections_per_client"],
  }));
  const api = ingestionApp({
    intake,
    status: new StatusReader({ spool, log: data.stores.log, caughtUp }),
    settings: () => ({
      maxMessageBytes: settings()["api.max_message_bytes"],
      ratePerMinute: settings()["api.rate_limit_per_key"],
    }),
    isAllowed: (address) => apiAllowed().includes(address),
    authenticate: (authorization) => data.keyRing.authenticate(authorization),
    takeRequest: (keyId, perMinute) => rates.take(keyId, perMinute),
    bodies: new BodyBudget(defaultBodyBudgetBytes),
    crypto,
    nowMs: Date.now,
    newMessageId: () => `${idSource.uniqueId("")}@${settings()["listener.server_name"]}`,
    onRefusal: (refusal) => reportRefusal(refusal, denials, data.audit, logger),
    version,
  });
  return { intake, door, limits, api, denials };
}

/** The compiled form of a setting that lists networks; compiled anew when the setting changes. */
export function liveCidrList(
  holder: SettingsHolder,
  key: SettingKey & ("listener.allowed_cidrs" | "api.allowed_cidrs" | "webui.allowed_cidrs"),
): () => CidrList {
  let list = compileCidrList(holder.current[key]);
  holder.subscribe([key], (next) => {
    list = compileCidrList(next[key]);
  });
  return () => list;
}

function reportRefusal(
  { error, connection, method, path }: Refusal,
  denials: DenialLog,
  audit: AuditTrail,
  logger: Logger,
): void {
  const facts = { address: connection.clientAddress, method, path };
  if (isDispatchError(error) && error.isDenial) {
    audit.record(auditDenial(error, { kind: "http", name: null, address: connection.clientAddress }));
  }
  if (!isDispatchError(error)) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    logger.error("http.internal_error", "A request failed unexpectedly", { ...facts, reason });
  } else if (error.code === "address_not_allowed") {
    logger.warn("http.refused", `${error.message} ${error.remedy}`, facts);
    const { clientAddress, tls } = connection;
    denials.add({ error, origin: { source: "http", clientAddress, tls, apiKeyId: null, smtpUser: null }, sender: "" });
  } else logger.debug("http.refused", error.message, { ...facts, code: error.code });
}
