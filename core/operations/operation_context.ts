/** What operations work on; the running service supplies it, and so does a command that runs beside none. */
import type { Actor } from "../access/actor.ts";
import type { AdminAccess } from "../access/admin_access.ts";
import type { AdminTokenService } from "../access/admin_token_service.ts";
import type { ApiKeyService } from "../access/api_key_service.ts";
import type { SmtpUserService } from "../access/smtp_user_service.ts";
import type { Clock } from "../capabilities.ts";
import type { CertificateService } from "../certificate/certificate_service.ts";
import type { TlsIdentity } from "../certificate/mod.ts";
import type { ConfigService } from "../config/config_service.ts";
import type { AuditTrail } from "../history/audit_trail.ts";
import type { EventCounters } from "../history/event_counters.ts";
import type { MessageLog } from "../history/message_log.ts";
import type { Intake } from "../ingest/intake.ts";
import type { AttachmentFile, ReadableMessage } from "../mail/readable_message.ts";
import type { Relay } from "../relay/relay.ts";
import type { RelayService } from "../relay/relay_service.ts";
import type { RelayTest, TestEnvelope } from "../relay/relay_trial.ts";
import type { Retention } from "../retention/retention.ts";
import type { RoutingService } from "../routing/routing_service.ts";
import type { SpoolContent } from "../spool/entry.ts";
import type { Spool } from "../spool/spool.ts";
import type { CertificateShow } from "./certificate_show.ts";
import type { HealthDocument } from "./health.ts";

/** Which Dispatch this is. */
export interface VersionDocument {
  /** Semantic version. */
  readonly version: string;
  /** Abbreviated hash of the commit it was built from; `null` when that is not known. */
  readonly commit: string | null;
  /** Runtime with its version: `bun 1.4.5`. */
  readonly runtime: string;
  /** Operating system and processor: `linux-x64`. */
  readonly platform: string;
}

/** The shared certificate; without a service it is loaded, or made, when it is first asked for. */
export interface SharedCertificate
  extends Pick<CertificateService, "check" | "upload" | "generate" | "remove" | "history" | "restore" | "exportPfx"> {
  /** The identity in service. */
  current(): Promise<TlsIdentity>;
}

/** Takes messages apart for reading, apart from all that must not wait or fall with a hostile one. */
export interface MessageReader {
  /** @throws {Error} with the reason why `mime` can't be taken apart */
  read(mime: Uint8Array<ArrayBuffer>): Promise<ReadableMessage>;
  /** The attachment at `index`, or `null`. @throws as {@link read} */
  attachment(mime: Uint8Array<ArrayBuffer>, index: number): Promise<AttachmentFile | null>;
}

/** What operations work on. */
export interface OperationContext {
  /** Who performs the operation. */
  readonly actor: Actor;
  readonly admin: Pick<AdminAccess, "resetPassword">;
  readonly certificates: SharedCertificate;
  readonly config: Pick<ConfigService, "holder" | "list" | "get" | "set" | "unset">;
  readonly relays: Pick<
    RelayService,
    "list" | "show" | "find" | "add" | "set" | "setDefault" | "enable" | "disable" | "remove"
  >;
  readonly routing: Pick<RoutingService, "list" | "add" | "set" | "move" | "remove" | "simulate">;
  readonly keys: Pick<ApiKeyService, "create" | "list" | "revoke">;
  readonly tokens: Pick<AdminTokenService, "create" | "list" | "revoke">;
  readonly users: Pick<SmtpUserService, "add" | "list" | "set" | "setPassword" | "remove">;
  readonly spool: Pick<Spool, "list" | "find" | "content" | "retry" | "delete">;
  readonly log: Pick<MessageLog, "search">;
  readonly counters: EventCounters;
  readonly retention: Pick<Retention, "runNow" | "list">;
  readonly audit: Pick<AuditTrail, "record" | "search">;
  readonly intake: Intake;
  readonly clock: Clock;
  /** Makes ids: `prefix` + 32 hex digits of a UUIDv7. */
  uniqueId(prefix: string): string;
  /** Streams a message's content. */
  readContent(content: SpoolContent): ReadableStream<Uint8Array>;
  readonly reader: MessageReader;
  /** Resolves once the log holds what had happened before the call, or after a short while with the database down. */
  caughtUp(): Promise<void>;
  /** Resolves once more than `rows` rows were written to the log since the start, to their number; also when `signal` aborts. */
  logGrown(rows: number, signal: AbortSignal): Promise<number>;
  /** The certificate in service. */
  certificate(): Promise<CertificateShow>;
  health(): Promise<HealthDocument>;
  /** Sends a real message through `relay`'s transport. A refusal is a result, not an error. */
  testRelay(relay: Relay, envelope: TestEnvelope): Promise<RelayTest>;
  version(): VersionDocument;
}
