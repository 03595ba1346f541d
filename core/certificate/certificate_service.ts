/** The one way to look at and change the shared certificate, for the command line, the admin API and the dashboard. */
import { type Actor, describeActor, serviceActor } from "../access/actor.ts";
import type { Clock, DecryptTripleDes, Files, Logger } from "../capabilities.ts";
import type { ConfigService } from "../config/config_service.ts";
import { DispatchError, isDispatchError } from "../error/mod.ts";
import type { RecordAudit } from "../history/audit_event.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import type { SecretBox } from "../secret/mod.ts";
import { auditedCertificate } from "./audited_certificate.ts";
import { CertificateHistory, type StoredIdentity } from "./certificate_history.ts";
import type { CertificateRecord, CertificateRecordStore } from "./certificate_record.ts";
import { explain } from "./certificate_store.ts";
import { checkMaterial, type MaterialCheck, type TryServing } from "./check_material.ts";
import { generateSelfSigned } from "./generate.ts";
import { readGenerateRequest } from "./generate_request.ts";
import type { EarlierRecord, HistoryPlan } from "./history_plan.ts";
import type { TlsIdentity } from "./identity.ts";
import { CertificateKeeper } from "./keeper.ts";
import type { KeyKind } from "./key_kind.ts";
import type { Material } from "./material.ts";
import type { NameSources } from "./names.ts";
import { packPfx } from "./pfx_pack.ts";
import {
  type CertificateSource,
  findPinned,
  loadServed,
  namesOfHost,
  nothingRecorded,
  openAutomatic,
  type RecordedSettings,
  recordedPath,
  type SourcedIdentity,
} from "./recorded_identity.ts";

export type { CertificateSource } from "./recorded_identity.ts";

/** What the service rests on. */
export interface CertificateServiceOptions {
  readonly crypto: Crypto;
  readonly decryptTripleDes: DecryptTripleDes;
  readonly tryServing: TryServing;
  readonly files: Files;
  readonly box: SecretBox;
  readonly records: CertificateRecordStore;
  readonly config: Pick<ConfigService, "holder" | "get" | "record">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
  /** What the host calls itself at this moment, for certificates that are made. */
  readonly hostNames: () => Omit<NameSources, "serverName">;
  /** Makes ids: `prefix` + 32 hex digits. */
  readonly uniqueId: (prefix: string) => string;
}

/** Who changes the certificate, and what they had seen when they decided to. */
export interface CertificateChange {
  readonly actor: Actor;
  /** Fingerprint of the certificate that the author saw in service. Default: the one in service when the call begins. */
  readonly seen?: string | undefined;
}

/** What a generated certificate is to be; all defaults are good. */
export interface GenerateRequest {
  /** DNS names, IDN and wildcards included. Default, with no address either: those of an automatic certificate. */
  readonly names?: readonly string[] | undefined;
  readonly addresses?: readonly string[] | undefined;
  /** Default `p256`. */
  readonly key?: KeyKind | undefined;
  /** 1–825; default 397. */
  readonly days?: number | undefined;
}

/** An identity that was in service earlier. */
export type EarlierCertificate = Omit<EarlierRecord, "sealedPassword" | "path">;

/** Characters that a passphrase of an exported key has at least. */
const leastPassphraseLength = 8;

/** What the log is told of a change. */
const sentences = {
  "certificate.installed": "A certificate was put in service.",
  "certificate.restored": "An earlier certificate was put back in service.",
  "certificate.removed": "The certificate was removed; the automatic one is in service.",
} as const;

/** What is about to be put in service. */
interface Successor extends SourcedIdentity {
  readonly settings: RecordedSettings;
  readonly event: keyof typeof sentences;
  /** Takes back what was stored for it. */
  withdraw(): Promise<void>;
}

/** What the author of a change had seen when it was decided. */
interface Decision {
  readonly by: string;
  readonly seen: string;
  readonly changes: number;
}

/** The shared certificate: one is in service at all times. Changes are made one at a time, each whole or not at all. */
export class CertificateService {
  /** Holds the identity in service; the listeners follow it. */
  readonly keeper: CertificateKeeper;
  readonly #options: CertificateServiceOptions;
  readonly #history: CertificateHistory;
  #source: CertificateSource;
  #changedBy = describeActor(serviceActor);
  /** Number of changes since the start, so that a change to the very same certificate is noticed too. */
  #changes = 0;
  readonly #acts = new Mutex();
  readonly #checks = new Mutex();

  private constructor(options: CertificateServiceOptions, { identity, source }: SourcedIdentity) {
    this.#options = options;
    this.#history = new CertificateHistory(options);
    this.#source = source;
    this.keeper = new CertificateKeeper(identity, (error) =>
      options.logger.error("certificate.listener_failed", "A listener did not take the new certificate.", { error }),
    );
  }

  /** Loads the identity in service. An uploaded or generated one that can't be read gives way to the automatic one. */
  static async open(options: CertificateServiceOptions): Promise<CertificateService> {
    const service = new CertificateService(options, await loadServed(options));
    const plan = await service.#tidy(service.#changedBy);
    service.#changedBy = plan?.recorded?.installedBy ?? plan?.earlier[0]?.replacedBy ?? service.#changedBy;
    return service;
  }

  /** Where the identity in service really comes from. */
  get source(): CertificateSource {
    return this.#source;
  }

  /** Checks files by every rule; changes nothing. */
  check(material: Material): Promise<MaterialCheck> {
    const { config, clock } = this.#options;
    const serverName = config.holder.current["listener.server_name"];
    // One at a time: what eight pages ask at once takes no more of the host than what one does.
    return this.#checks.run(() => checkMaterial(material, { ...this.#options, serverName, nowMs: clock.nowMs() }));
  }

  /** Puts what the files hold in service. @throws {DispatchError} `certificate_refused`, `certificate_changed`, `certificate_not_stored`, `config_pinned` */
  async upload(material: Material, change: CertificateChange): Promise<MaterialCheck> {
    const decision = this.#decide(change);
    const check = await this.check(material);
    const { identity, findings } = check;
    if (identity === null) throw new DispatchError("certificate_refused", { findings });
    await this.#install(decision, "uploaded", identity);
    return check;
  }

  /** Makes a self-signed certificate and puts it in service. @throws {DispatchError} `certificate_request_invalid`, and as {@link upload} */
  async generate(request: GenerateRequest, change: CertificateChange): Promise<void> {
    const { crypto, clock } = this.#options;
    const decision = this.#decide(change);
    const { options, violations } = readGenerateRequest(request, namesOfHost(this.#options));
    if (options === null) throw new DispatchError("certificate_request_invalid", { violations });
    const identity = await generateSelfSigned(crypto, { ...options, nowMs: clock.nowMs() });
    await this.#install(decision, "generated", identity);
  }

  /** Goes back to the automatic certificate. @throws {DispatchError} `certificate_changed`, `certificate_not_stored`, `config_pinned` */
  remove(change: CertificateChange): Promise<void> {
    return this.#change(this.#decide(change), async () => {
      if (this.#options.config.holder.current["tls.cert_source"] === "") return null;
      const identity = await this.#openAutomatic();
      const withdraw = async (): Promise<void> => {};
      return { identity, source: "automatic", settings: nothingRecorded, event: "certificate.removed", withdraw };
    });
  }

  /** The identities that were in service earlier, the one replaced last first; at most five, for 90 days. */
  history(): Promise<EarlierCertificate[]> {
    return this.#acts.run(async () => {
      const { earlier } = await this.#survey();
      return earlier.map(({ sealedPassword, path, ...shown }) => shown);
    });
  }

  /** Puts an earlier identity back. @throws {DispatchError} `certificate_record_unknown`, `certificate_unreadable`, `certificate_refused` (`expired`), and as {@link remove} */
  restore(id: string, change: CertificateChange): Promise<void> {
    return this.#change(this.#decide(change), async (by) => {
      const { earlier } = await this.#survey();
      const record = earlier.find((candidate) => candidate.id === id);
      if (record === undefined) throw new DispatchError("certificate_record_unknown", { id });
      return succeed(await this.#history.reopen(record, by), "certificate.restored");
    });
  }

  /** The PFX of the identity in service, under a passphrase of the operator's. @throws {DispatchError} `passphrase_too_short` (under 8) */
  async exportPfx(passphrase: string): Promise<Uint8Array<ArrayBuffer>> {
    if ([...passphrase].length < leastPassphraseLength) {
      throw new DispatchError("passphrase_too_short", { least: leastPassphraseLength });
    }
    return await packPfx(this.#options.crypto, this.keeper.current, passphrase, { isTyped: true });
  }

  /**
   * To be called daily: renews the automatic certificate when it is due, and deletes what is older than 90 days. A recorded
   * certificate that could not be read is tried again.
   *
   * @throws when the automatic certificate could not be renewed
   */
  maintain(): Promise<void> {
    return this.#acts.run(async () => {
      const by = describeActor(serviceActor);
      await this.#tidy(by);
      if (this.#source !== "automatic") return;
      const sequence = this.keeper.nextSequence();
      const { identity, source } = await loadServed(this.#options);
      const { fingerprintSha256 } = identity.facts;
      if (source === "automatic" && fingerprintSha256 === this.#fingerprint) return;
      this.#serve({ identity, source }, sequence, by);
      if (source === "automatic") return;
      const message = "The recorded certificate can be read again, and is in service.";
      this.#options.logger.info("certificate.recovered", message, { source, fingerprintSha256 });
      const after = auditedCertificate(identity);
      this.#options.audit({ event: "certificate.recovered", actor: serviceActor, subject: source, after });
    });
  }

  get #fingerprint(): string {
    return this.keeper.current.facts.fingerprintSha256;
  }

  #install(decision: Decision, source: CertificateRecord["source"], identity: TlsIdentity): Promise<void> {
    return this.#change(decision, async (by) =>
      succeed(await this.#history.store({ identity, source, by }), "certificate.installed"),
    );
  }

  /**
   * Makes a change. It takes place when the configuration records it: what fails before that is undone, and nothing that
   * comes after it can fail. Where the database can't tell whether it did record it, all is kept for the next start.
   *
   * @param prepare stores what is to be put in service; `null` when there is nothing to change
   */
  #change(decision: Decision, prepare: (by: string) => Promise<Successor | null>): Promise<void> {
    return this.#acts.run(async () => {
      const { config, logger } = this.#options;
      const { by } = decision;
      this.#requireStillSeen(decision);
      const pinned = findPinned(config);
      if (pinned !== undefined) throw new DispatchError("config_pinned", pinned);
      const sequence = this.keeper.nextSequence();
      const successor = await prepare(by);
      if (successor === null) return;
      await record(config, successor);
      this.#serve(successor, sequence, by);
      const facts = { source: successor.source, fingerprintSha256: this.#fingerprint, by };
      logger.info(successor.event, sentences[successor.event], facts);
      await this.#tidy(by);
    });
  }

  #serve({ identity, source }: SourcedIdentity, sequence: number, by: string): void {
    this.#source = source;
    this.#changedBy = by;
    this.#changes += 1;
    this.keeper.replace(identity, sequence);
  }

  #decide({ actor, seen = this.#fingerprint }: CertificateChange): Decision {
    return { by: describeActor(actor), seen, changes: this.#changes };
  }

  #requireStillSeen({ seen, changes }: Decision): void {
    if (seen === this.#fingerprint && changes === this.#changes) return;
    throw new DispatchError("certificate_changed", { by: this.#changedBy, fingerprintSha256: this.#fingerprint });
  }

  async #openAutomatic(): Promise<TlsIdentity> {
    const { files } = this.#options;
    try {
      return await openAutomatic(this.#options);
    } catch (cause) {
      const facts = { path: files.locate("tls/automatic.pfx"), reason: explain(cause) };
      throw new DispatchError("certificate_not_stored", facts, { cause });
    }
  }

  #survey() {
    return this.#history.survey(recordedPath(this.#options.config), this.#changedBy);
  }

  /** While the environment says what is in service, nothing can be told of what the table records: all of it is kept. */
  async #tidy(by: string): Promise<HistoryPlan | null> {
    const { config } = this.#options;
    return findPinned(config) === undefined ? await this.#history.follow(recordedPath(config), by) : null;
  }
}

/** Records what is in service from now on: the moment at which a change takes place. */
async function record(config: CertificateServiceOptions["config"], successor: Successor): Promise<void> {
  try {
    await config.record(successor.settings);
  } catch (error) {
    // What may have been recorded must be there at the next start; if it was not, that start puts it away.
    if (!isDispatchError(error, "config_uncertain")) await successor.withdraw();
    throw error;
  }
}

function succeed(stored: StoredIdentity, event: Successor["event"]): Successor {
  const { identity, source, path, password, withdraw } = stored;
  const settings = { "tls.cert_source": source, "tls.cert_path": path, "tls.cert_password": password };
  return { identity, source, settings, event, withdraw };
}
