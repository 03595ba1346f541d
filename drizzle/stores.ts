/** All that Dispatch keeps in `dispatch.db`. */
import type { SessionStore } from "../core/access/admin_session.ts";
import type { AdminTokenStore } from "../core/access/admin_token.ts";
import type { ApiKeyStore } from "../core/access/api_key_store.ts";
import type { SmtpUserStore } from "../core/access/smtp_user_store.ts";
import type { CertificateRecordStore } from "../core/certificate/certificate_record.ts";
import type { ConfigStore } from "../core/config/config_store.ts";
import type { AuditLog } from "../core/history/audit_log.ts";
import type { EventCounters } from "../core/history/event_counters.ts";
import type { MessageLog } from "../core/history/message_log.ts";
import type { RelayStore } from "../core/relay/relay_store.ts";
import type { PurgeRunStore } from "../core/retention/purge_run.ts";
import type { RuleStore } from "../core/routing/rule_store.ts";
import { openAuditLog } from "./audit_log.ts";
import { openBearerStore } from "./bearer_store.ts";
import { openCertificateRecordStore } from "./certificate_record_store.ts";
import { openConfigStore } from "./config_store.ts";
import type { DatabaseDriver } from "./driver.ts";
import { openEventCounters } from "./event_counters.ts";
import { openMessageLog } from "./message_log.ts";
import { type MetaStore, openMetaStore } from "./meta_store.ts";
import { openPurgeRunStore } from "./purge_run_store.ts";
import { openRelayStore } from "./relay_store.ts";
import { openRuleStore } from "./rule_store.ts";
import { openSessionStore } from "./session_store.ts";
import { openSmtpUserStore } from "./smtp_user_store.ts";
import { adminTokenTable } from "./table/admin_token.ts";
import { apiKeyTable } from "./table/api_key.ts";

/** The stores of one database. */
export interface Stores {
  readonly meta: MetaStore;
  readonly config: ConfigStore;
  readonly relays: RelayStore;
  readonly rules: RuleStore;
  readonly apiKeys: ApiKeyStore;
  readonly adminTokens: AdminTokenStore;
  readonly smtpUsers: SmtpUserStore;
  readonly certificates: CertificateRecordStore;
  readonly sessions: SessionStore;
  readonly log: MessageLog;
  readonly counters: EventCounters;
  readonly audit: AuditLog;
  readonly purgeRuns: PurgeRunStore;
}

/** The stores of the database behind `driver`. */
export function openStores(driver: DatabaseDriver): Stores {
  return {
    meta: openMetaStore(driver),
    config: openConfigStore(driver),
    relays: openRelayStore(driver),
    rules: openRuleStore(driver),
    apiKeys: openBearerStore(driver, apiKeyTable),
    adminTokens: openBearerStore(driver, adminTokenTable),
    smtpUsers: openSmtpUserStore(driver),
    certificates: openCertificateRecordStore(driver),
    sessions: openSessionStore(driver),
    log: openMessageLog(driver),
    counters: openEventCounters(driver),
    audit: openAuditLog(driver),
    purgeRuns: openPurgeRunStore(driver),
  };
}
