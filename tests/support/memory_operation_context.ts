/** Everything that operations work on, in memory; what is core is the real thing. */
import { commandLineActor } from "../../core/access/actor.ts";
import { acceptPassword } from "../../core/access/admin_password.ts";
import { type AdminTokenRecord, AdminTokenRing } from "../../core/access/admin_token.ts";
import { AdminTokenService } from "../../core/access/admin_token_service.ts";
import { ApiKeyService } from "../../core/access/api_key_service.ts";
import type { ApiKeyRecord } from "../../core/access/api_key_store.ts";
import type { Clock, Logger } from "../../core/capabilities.ts";
import { type ConfigService, openConfig } from "../../core/config/config_service.ts";
import type { ConfigStore, SettingRow, StoredSetting } from "../../core/config/config_store.ts";
import { readPins } from "../../core/config/environment_names.ts";
import { defaultSettings } from "../../core/config/settings.ts";
import { AuditTrail } from "../../core/history/audit_trail.ts";
import { readAttachment, readMessage } from "../../core/mail/readable_message.ts";
import type { CertificateShow } from "../../core/operations/certificate_show.ts";
import type { HealthDocument } from "../../core/operations/health.ts";
import type { OperationContext } from "../../core/operations/operation_context.ts";
import { RelayService } from "../../core/relay/relay_service.ts";
import { RelayTableHolder } from "../../core/relay/relay_table.ts";
import { RoutingService } from "../../core/routing/routing_service.ts";
import { SecretBox } from "../../core/secret/secret_box.ts";
import { sampleServed } from "./health_sample.ts";
import { MemoryAuditLog } from "./memory_audit_log.ts";
import { MemoryBearerStore } from "./memory_bearer_store.ts";
import { MemoryCertificates } from "./memory_certificates.ts";
import { MemoryEventCounters } from "./memory_event_counters.ts";
import { MemoryIntake } from "./memory_intake.ts";
import { MemoryMessageLog } from "./memory_message_log.ts";
import { MemoryPurges } from "./memory_purges.ts";
import { MemoryQueue } from "./memory_queue.ts";
import { MemoryRelayStore } from "./memory_relay_store.ts";
import { MemoryRuleStore } from "./memory_rule_store.ts";
import { MemorySmtpUsers } from "./memory_smtp_users.ts";

/** A context with its parts in reach. */
export interface MemoryDispatch {
  readonly context: OperationContext;
  readonly relayStore: MemoryRelayStore;
  readonly relays: RelayService;
  readonly relayTable: RelayTableHolder;
  readonly ruleStore: MemoryRuleStore;
  readonly routing: RoutingService;
  readonly keyStore: MemoryBearerStore<ApiKeyRecord>;
  readonly publishedKeys: (readonly ApiKeyRecord[])[];
  readonly tokenStore: MemoryBearerStore<AdminTokenRecord>;
  readonly tokenRing: AdminTokenRing;
  readonly users: MemorySmtpUsers;
  readonly queue: MemoryQueue;
  readonly log: MemoryMessageLog;
  readonly counters: MemoryEventCounters;
  readonly auditLog: MemoryAuditLog;
  readonly purges: MemoryPurges;
  readonly intake: MemoryIntake;
  readonly box: SecretBox;
  readonly certificates: MemoryCertificates;
  /** The passwords that were set for the administrator, in turn. */
  readonly passwords: string[];
}

const sampleIdentity: CertificateShow["identity"] = {
  subject: "CN=relay.example.org",
  dnsNames: ["relay.example.org", "localhost"],
  ipAddresses: ["127.0.0.1"],
  issuer: "CN=relay.example.org",
  serial: "0a1b",
  fingerprintSha256: "AA:BB",
  key: { type: "EC", curve: "P-256" },
  isSelfSigned: true,
  notBefore: "2026-11-21T12:00:00.000Z",
  notAfter: "2027-12-23T12:00:00.000Z",
  daysLeft: 396,
  chain: [],
};

export const sampleCertificate: CertificateShow = {
  source: "automatic",
  identity: sampleIdentity,
  served: [sampleServed],
  warnings: [{ code: "name_not_covered", message: "A name is missing.", remedy: "Add it." }],
  dashboard: {
    source: "self_signed",
    files: null,
    problem: null,
    identity: { ...sampleIdentity, fingerprintSha256: "CC:DD" },
    served: [{ ...sampleServed, listener: "dashboard", port: 8420, fingerprintSha256: "CC:DD" }],
  },
};

export const sampleHealth: HealthDocument = {
  status: "degraded",
  problems: [{ code: "listener_unbound", severity: "degraded", message: "Port 25 is taken." }],
  version: "0.1.0",
  uptimeSeconds: 5,
  listeners: [{ listener: "smtp", port: 25, bound: false, error: "in use" }],
  spool: null,
  disk: { freeBytes: 1 },
  database: { status: "ok", error: null },
  certificate: {
    source: "automatic",
    notAfter: "2027-12-23T12:00:00.000Z",
    fingerprintSha256: "AA:BB",
    served: [],
    daysLeft: 396,
  },
  dashboardCertificate: {
    source: "self_signed",
    areFilesServable: true,
    notAfter: "2027-12-23T12:00:00.000Z",
    fingerprintSha256: "CC:DD",
    served: [],
    daysLeft: 396,
  },
};

export const fixedNowMs = Date.UTC(2026, 10, 22, 12);

export async function createMemoryDispatch(): Promise<MemoryDispatch> {
  const uniqueId = countingIds();
  const box = await SecretBox.fromKey(crypto, new Uint8Array(32).fill(7));
  const relayStore = new MemoryRelayStore();
  const relayTable = new RelayTableHolder(failTest);
  const relays = await RelayService.open({ store: relayStore, box, uniqueId, table: relayTable });
  const ruleStore = new MemoryRuleStore();
  const routing = await RoutingService.open({ store: ruleStore, uniqueId, table: relayTable });
  const keyStore = new MemoryBearerStore<ApiKeyRecord>();
  const publishedKeys: (readonly ApiKeyRecord[])[] = [];
  const publish = (records: readonly ApiKeyRecord[]) => publishedKeys.push(records);
  const keys = new ApiKeyService({ store: keyStore, crypto, nowMs: () => fixedNowMs, uniqueId, publish });
  const tokenStore = new MemoryBearerStore<AdminTokenRecord>();
  const tokenRing = new AdminTokenRing({ crypto, nowMs: () => fixedNowMs });
  const tokens = new AdminTokenService({
    store: tokenStore,
    crypto,
    nowMs: () => fixedNowMs,
    uniqueId,
    publish: (records) => tokenRing.replace(records),
  });
  const users = new MemorySmtpUsers(uniqueId);
  const queue = new MemoryQueue();
  const log = new MemoryMessageLog();
  const counters = new MemoryEventCounters();
  const auditLog = new MemoryAuditLog();
  const purges = new MemoryPurges();
  const intake = new MemoryIntake();
  const certificates = await MemoryCertificates.open(fixedNowMs);
  const passwords: string[] = [];
  const context: OperationContext = {
    actor: commandLineActor,
    admin: { resetPassword: async (next) => void passwords.push(acceptPassword(next)) },
    certificates,
    config: await openMemoryConfig(box),
    relays,
    routing,
    keys,
    tokens,
    users: users.service,
    spool: queue,
    log,
    counters,
    retention: purges,
    audit: openAuditTrail(auditLog),
    intake,
    clock: hastyClock,
    uniqueId,
    reader: {
      read: (mime) => readMessage(mime, refuseToRead),
      attachment: (mime, index) => readAttachment(mime, index, refuseToRead),
    },
    readContent: (content) => new Blob(content.kind === "inline" ? [content.bytes as BlobPart] : []).stream(),
    caughtUp: async () => {},
    logGrown: (rows) => new Promise((resolve) => setTimeout(resolve, 10, rows + 1)),
    certificate: async () => sampleCertificate,
    health: async () => sampleHealth,
    testRelay: async (relay, { from, to }) => ({
      ok: relay.provider === "local",
      transcript: [`${from} -> ${to}`],
      report: { outcomes: [], providerMessageId: null, retryAfterSeconds: null },
    }),
    version: () => ({ version: "0.1.0", commit: null, runtime: "test 1", platform: "test" }),
  };
  return {
    context,
    relayStore,
    relays,
    relayTable,
    ruleStore,
    routing,
    keyStore,
    publishedKeys,
    tokenStore,
    tokenRing,
    users,
    queue,
    log,
    counters,
    auditLog,
    purges,
    intake,
    box,
    certificates,
    passwords,
  };
}

const hastyClock: Clock = {
  nowMs: () => fixedNowMs,
  after: (delayMs, callback) => startTimer(Math.min(delayMs, 5), callback),
};

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** It counts its rows apart, so that no other id depends on what is audited. */
function openAuditTrail(log: MemoryAuditLog): AuditTrail {
  const uniqueId = countingIds();
  return new AuditTrail({ log, clock: hastyClock, logger: quiet, createEventId: () => uniqueId("aud_") });
}

async function openMemoryConfig(box: SecretBox): Promise<ConfigService> {
  const defaults = defaultSettings({ hostName: "relay.example.org" });
  return openConfig({ store: memoryConfigStore(), sealer: box, pins: readPins({}), defaults, logger: quiet });
}

function memoryConfigStore(): ConfigStore {
  const rows = new Map<string, SettingRow>();
  const put = (settings: readonly StoredSetting[], seeded: boolean) => {
    for (const { key, json } of settings) if (!seeded || !rows.has(key)) rows.set(key, { key, json, seeded });
  };
  return {
    readAll: async () => [...rows.values()],
    seed: async (settings) => put(settings, true),
    write: async (settings, removed) => {
      for (const key of removed) rows.delete(key);
      put(settings, false);
    },
  };
}

/** What must not happen in a test. */
function refuseToRead(reason: string): never {
  throw new Error(reason);
}

export function failTest(error: unknown): never {
  throw error;
}

function startTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

function countingIds(): (prefix: string) => string {
  let last = 0;
  return (prefix) => {
    last++;
    return prefix + last.toString(16).padStart(32, "0");
  };
}
