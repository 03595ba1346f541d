/** What a data directory holds, opened: configuration, relays, API keys and tokens, the key that seals their secrets. */
import { hostname } from "node:os";
import { basename, dirname } from "node:path";
import { AdminTokenRing } from "../core/access/admin_token.ts";
import { AdminTokenService } from "../core/access/admin_token_service.ts";
import { ApiKeyRing } from "../core/access/api_key_ring.ts";
import { ApiKeyService } from "../core/access/api_key_service.ts";
import { SmtpUserRing } from "../core/access/smtp_user_ring.ts";
import { SmtpUserService } from "../core/access/smtp_user_service.ts";
import type { Logger } from "../core/capabilities.ts";
import { type ConfigService, defaultSettings, openConfig } from "../core/config/mod.ts";
import { AuditTrail } from "../core/history/audit_trail.ts";
import { ensureFirstRelay } from "../core/relay/first_relay.ts";
import { RelayService } from "../core/relay/relay_service.ts";
import { RelayTableHolder } from "../core/relay/relay_table.ts";
import { RoutingService } from "../core/routing/routing_service.ts";
import { openKeyFile, SecretBox, sealKeyCheck, verifyKeyCheck } from "../core/secret/mod.ts";
import type { DatabaseDriver } from "../drizzle/driver.ts";
import { openStores, type Stores } from "../drizzle/stores.ts";
import { systemClock } from "./clock.ts";
import type { Environment } from "./environment.ts";
import { openFiles } from "./files.ts";
import { idSource } from "./id_source.ts";
import { openPasswordHasher } from "./password_hasher.ts";

/** Name under which the database notes the key check. */
const keyCheckName = "key_check";

/** An opened data directory. */
export interface DispatchData {
  readonly stores: Stores;
  /** To be stopped before the database is closed. */
  readonly audit: AuditTrail;
  readonly box: SecretBox;
  readonly config: ConfigService;
  readonly relays: RelayService;
  readonly routing: RoutingService;
  /** The relays and rules in force. */
  readonly relayTable: RelayTableHolder;
  readonly keys: ApiKeyService;
  readonly keyRing: ApiKeyRing;
  readonly tokens: AdminTokenService;
  readonly tokenRing: AdminTokenRing;
  readonly users: SmtpUserService;
  readonly userRing: SmtpUserRing;
}

/** How a data directory is opened. */
export interface OpenDataOptions {
  readonly environment: Environment;
  readonly driver: DatabaseDriver;
  readonly logger: Logger;
  /** Opens in spite of invalid settings, so that they can be set right. Default `false`. */
  readonly repair?: boolean;
}

/** Opens all that the database holds. @throws {DispatchError} about the key file, or `config_invalid` */
export async function openData({
  environment,
  driver,
  logger,
  repair = false,
}: OpenDataOptions): Promise<DispatchData> {
  const stores = openStores(driver);
  const box = await openBox(environment, stores);
  const { pins } = environment;
  const defaults = defaultSettings({ hostName: hostname() });
  const config = await openConfig({ store: stores.config, sealer: box, pins, defaults, logger, repair });
  const uniqueId = (prefix: string): string => idSource.uniqueId(prefix);
  const report = (error: unknown): void =>
    logger.error("relay.follower_failed", "A change of relays or rules failed", { error });
  const relayTable = new RelayTableHolder(report);
  const relays = await RelayService.open({ store: stores.relays, box, uniqueId, table: relayTable });
  await ensureFirstRelay(relays);
  const routing = await RoutingService.open({ store: stores.rules, uniqueId, table: relayTable });
  const createEventId = (): string => uniqueId("aud_");
  const audit = new AuditTrail({ log: stores.audit, clock: systemClock, logger, createEventId });
  const routed = { relays, routing, relayTable };
  return { stores, audit, box, config, ...routed, ...(await openBearers(stores)), ...(await openUsers(stores)) };
}

/** The secrets that programs come with: those of the ingestion API, and those of the admin API. */
async function openBearers({ apiKeys, adminTokens }: Stores) {
  const parts = { crypto, nowMs: Date.now, uniqueId: (prefix: string) => idSource.uniqueId(prefix) };
  const keyRing = new ApiKeyRing(parts);
  keyRing.replace(await apiKeys.list());
  const keys = new ApiKeyService({ ...parts, store: apiKeys, publish: (records) => keyRing.replace(records) });
  const tokenRing = new AdminTokenRing(parts);
  tokenRing.replace(await adminTokens.list());
  const tokens = new AdminTokenService({
    ...parts,
    store: adminTokens,
    publish: (records) => tokenRing.replace(records),
  });
  return { keyRing, keys, tokenRing, tokens };
}

/** The users of SMTP. Their passwords have a hasher of their own: who fills its queue keeps no administrator out. */
async function openUsers({ smtpUsers }: Stores) {
  const parts = {
    nowMs: Date.now,
    hasher: openPasswordHasher(),
    uniqueId: (prefix: string) => idSource.uniqueId(prefix),
  };
  const userRing = new SmtpUserRing({ ...parts, crypto });
  userRing.replace(await smtpUsers.list());
  const users = new SmtpUserService({ ...parts, store: smtpUsers, publish: (records) => userRing.replace(records) });
  return { userRing, users };
}

/** The box of the key file; the file is made only while the database holds nothing that another key has sealed. */
async function openBox({ keyFile }: Environment, { meta }: Stores): Promise<SecretBox> {
  const keyCheck = await meta.read(keyCheckName);
  const files = openFiles(dirname(keyFile));
  const { key } = await openKeyFile(crypto, { files, path: basename(keyFile), mayCreate: keyCheck === null });
  const box = await SecretBox.fromKey(crypto, key);
  if (keyCheck === null) await meta.write(keyCheckName, await sealKeyCheck(box));
  else await verifyKeyCheck(box, keyCheck, keyFile);
  return box;
}
