/** The way in, put together for a running service: intake, the door of SMTP, the app of HTTP. */
import { RateLimiter } from "../core/access/rate_limiter.ts";
import type { Logger } from "../core/capabilities.ts";
import type { Settings } from "../core/config/mod.ts";
import { isDispatchError } from "../core/error/mod.ts";
import { auditDenial } from "../core/history/audit_denial.ts";
import type { AuditTrail } from "../core/history/audit_trail.ts";
import { DenialLog } from "../core/history/denial_log.ts";
import type { RefusalLines } from "../core/history/refusal_lines.ts";
import { SignInLog } from "../core/history/sign_in_log.ts";
import { unloggedKinds } from "../core/history/unlogged_kinds.ts";
import { BodyBudget, defaultBodyBudgetBytes } from "../core/ingest/body_limits.ts";
import { ClientPlaces } from "../core/ingest/client_places.ts";
import { SpoolingIntake } from "../core/ingest/spooling_intake.ts";
import { StatusReader } from "../core/ingest/status_view.ts";
import { WholeBodies } from "../core/ingest/whole_bodies.ts";
import type { Spool } from "../core/spool/mod.ts";
import { ingestionApp } from "../web/ingestion/app.ts";
import type { Refusal } from "../web/ingestion/dependencies.ts";
import { systemClock } from "./clock.ts";
import { openDiskGauge } from "./disk_gauge.ts";
import type { HttpDoor } from "./http_doors.ts";
import { idSource } from "./id_source.ts";
import { openLargeFiles } from "./large_files.ts";
import { liveCidrList } from "./live_cidr_list.ts";
import type { DispatchData } from "./open_data.ts";
import { largeDirectoryOf } from "./open_spool.ts";
import { openSmtpParts } from "./smtp_parts.ts";

/** What the way in is made of. */
export interface IntakePartsOptions {
  readonly data: Pick<DispatchData, "audit" | "config" | "keyRing" | "stores" | "userRing">;
  readonly spool: Spool;
  readonly spoolDirectory: string;
  readonly caughtUp: () => Promise<void>;
  readonly logger: Logger;
  readonly version: string;
  /** Of the ingestion API. */
  readonly apiDoor: HttpDoor;
  readonly lines: RefusalLines;
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

/** What clients leave half of is removed by the next start, as is any large file that no message has. */
function openWholeBodies(spoolDirectory: string): WholeBodies {
  return new WholeBodies({
    files: openLargeFiles(largeDirectoryOf(spoolDirectory)),
    createFileName: () => `${idSource.uniqueId("body_")}.eml`,
    disk: openDiskGauge(spoolDirectory, systemClock),
    budget: new BodyBudget(defaultBodyBudgetBytes),
  });
}

/** Puts the way in together. */
export function openIntakeParts(options: IntakePartsOptions) {
  const { data, spool, spoolDirectory, caughtUp, logger, version, apiDoor, lines } = options;
  const { holder } = data.config;
  const settings = () => holder.current;
  const intake = openIntake(settings, spool, spoolDirectory);
  const rates = new RateLimiter({ nowMs: Date.now });
  const denials = new DenialLog({
    log: data.stores.log,
    clock: systemClock,
    logger,
    createEventId: () => idSource.uniqueId("evt_"),
    unlogged: () => new Set(unloggedKinds(settings())),
  });
  const signIns = new SignInLog({ audit: data.audit, clock: systemClock });
  const isAllowed = liveCidrList(holder, "listener.allowed_cidrs");
  const { door, signIn } = openSmtpParts({
    intake,
    users: data.userRing,
    isAllowed,
    settings: () => ({
      maxMessageBytes: settings()["listener.max_message_bytes"],
      requireAuth: settings()["listener.require_auth"],
    }),
    denials,
    audit: data.audit,
    signIns,
    logger,
    lines,
    nowMs: Date.now,
  });
  const limits = () => ({
    max: settings()["listener.max_connections"],
    maxPerClient: settings()["listener.max_connections_per_client"],
  });
  const places = new ClientPlaces(limits, isAllowed);
  const api = ingestionApp({
    intake,
    status: new StatusReader({ spool, log: data.stores.log, caughtUp }),
    settings: () => ({
      maxMessageBytes: settings()["api.max_message_bytes"],
      ratePerMinute: settings()["api.rate_limit_per_key"],
    }),
    isProxy: apiDoor.isProxy,
    isAllowed: apiDoor.isAllowed,
    authenticate: (authorization) => data.keyRing.authenticate(authorization),
    takeRequest: (keyId, perMinute) => rates.take(keyId, perMinute),
    bodies: openWholeBodies(spoolDirectory),
    crypto,
    nowMs: Date.now,
    newMessageId: () => `${idSource.uniqueId("")}@${settings()["listener.server_name"]}`,
    onRefusal: (refusal) => reportRefusal(refusal, denials, data.audit, logger, lines),
    version,
  });
  return { intake, door, signIn, signIns, places, api, denials };
}

function reportRefusal(
  { error, connection, method, path }: Refusal,
  denials: DenialLog,
  audit: AuditTrail,
  logger: Logger,
  lines: RefusalLines,
): void {
  const facts = { address: connection.clientAddress, method, path };
  if (isDispatchError(error) && error.isDenial) {
    audit.record(auditDenial(error, { kind: "http", name: null, address: connection.clientAddress }));
  }
  if (!isDispatchError(error)) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    logger.error("http.internal_error", "A request failed unexpectedly", { ...facts, reason });
  } else if (error.status === 403) {
    lines.warn("http.refused", `${error.message} ${error.remedy}`, facts);
    const { clientAddress, tls } = connection;
    denials.add({ error, origin: { source: "http", clientAddress, tls, apiKeyId: null, smtpUser: null }, sender: "" });
  } else logger.debug("http.refused", error.message, { ...facts, code: error.code });
}
