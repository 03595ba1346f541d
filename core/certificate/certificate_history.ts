/**
 * The identities that an operator put in service, now and earlier: a PFX file each under `tls/`, and a record that holds
 * its sealed password. Touches the files and the records that it is given.
 */
import { serviceActor } from "../access/actor.ts";
import type { Clock, Files, Logger } from "../capabilities.ts";
import { DispatchError } from "../error/mod.ts";
import type { RecordAudit } from "../history/audit_event.ts";
import type { SecretBox } from "../secret/mod.ts";
import type { CertificateRecord, CertificateRecordStore } from "./certificate_record.ts";
import { explain, loadRecorded } from "./certificate_store.ts";
import { finding } from "./finding.ts";
import {
  type DropReason,
  type EarlierRecord,
  type HistoryPlan,
  maxEarlier,
  maxEarlierDays,
  planHistory,
} from "./history_plan.ts";
import type { TlsIdentity } from "./identity.ts";
import { randomPassword } from "./password.ts";
import { packPfx } from "./pfx_pack.ts";

/** What a history works with. */
export interface CertificateHistoryOptions {
  readonly crypto: Crypto;
  readonly files: Files;
  readonly box: SecretBox;
  readonly records: CertificateRecordStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
  readonly uniqueId: (prefix: string) => string;
}

/** Who puts an identity in service, and what it is. */
export interface StoreRequest {
  readonly identity: TlsIdentity;
  readonly source: CertificateRecord["source"];
  readonly by: string;
}

/** An identity that is stored and can be recorded in the configuration. */
export interface StoredIdentity {
  readonly identity: TlsIdentity;
  readonly source: CertificateRecord["source"];
  readonly path: string;
  readonly password: string;
  /** Takes back what was stored, because it is not put in service after all. What fails is logged, and made up for later. */
  withdraw(): Promise<void>;
}

const droppedBecause: Readonly<Record<DropReason, string>> = {
  never_in_service: "it was never put in service",
  file_missing: "its file is missing",
  too_many: `${maxEarlier} that were replaced later are kept`,
  too_old: `it was replaced more than ${maxEarlierDays} days ago`,
};

/** Remembers identities. Calls must not overlap. */
export class CertificateHistory {
  readonly #options: CertificateHistoryOptions;

  constructor(options: CertificateHistoryOptions) {
    this.#options = options;
  }

  /**
   * Stores an identity under a new id and a new random password.
   *
   * Its record comes first, marked as never in service, so that no crash leaves a file that nothing tells of.
   *
   * @throws {DispatchError} `certificate_not_stored`; whatever is thrown, nothing is left behind
   */
  async store({ identity, source, by }: StoreRequest): Promise<StoredIdentity> {
    const { crypto, files, box, records, clock, uniqueId } = this.#options;
    const id = uniqueId("crt_");
    const path = `tls/${id}.pfx`;
    const password = randomPassword(crypto);
    const pfx = await packPfx(crypto, identity, password);
    const sealedPassword = await box.seal(placeOf(id), password);
    const installed = { installedAtMs: clock.nowMs(), installedBy: by, replacedAtMs: 0, replacedBy: by };
    const record = { id, source, path, sealedPassword, ...describe(identity), ...installed };
    const withdraw = (): Promise<void> => this.#attempt("be taken back", record, () => this.#drop(record));
    try {
      await records.put(record);
      await writeFile(files, path, pfx);
    } catch (error) {
      await withdraw();
      throw error;
    }
    return { identity, source, path, password, withdraw };
  }

  /**
   * Opens an earlier identity, so that it can be recorded in the configuration again.
   *
   * @throws {DispatchError} `certificate_unreadable`, and `certificate_refused` when it has expired
   */
  async reopen(record: EarlierRecord, by: string): Promise<StoredIdentity> {
    const { crypto, files, records, clock } = this.#options;
    const { source, path } = record;
    const password = await this.#openPassword(record);
    const identity = await loadRecorded(crypto, files, path, password);
    const nowMs = clock.nowMs();
    const { notAfter } = identity.facts;
    if (Date.parse(notAfter) <= nowMs) {
      throw new DispatchError("certificate_refused", { findings: [finding("expired", { notAfter })] });
    }
    const withdraw = (): Promise<void> => this.#attempt("be taken back", record, () => records.put(record));
    try {
      await records.put({ ...record, installedAtMs: nowMs, installedBy: by });
    } catch (error) {
      await withdraw();
      throw error;
    }
    return { identity, source, path, password, withdraw };
  }

  /** What is remembered while the configuration records `recordedPath`, as {@link follow} would leave it. */
  async survey(recordedPath: string, by: string): Promise<HistoryPlan> {
    const { files, records, clock } = this.#options;
    const found = await records.list();
    const missing = new Set<string>();
    for (const { id, path } of found) if (await isMissing(files, path)) missing.add(id);
    return planHistory({ records: found, missing, recordedPath }, { nowMs: clock.nowMs(), by });
  }

  /**
   * Brings records and files into line with the configuration, and deletes what is past its time.
   *
   * Never fails: what can't be done is logged, and done the next time.
   *
   * @param by who went back to the automatic certificate, if that is what has been done
   * @returns what is remembered now; `null` when the records can't be read
   */
  async follow(recordedPath: string, by: string): Promise<HistoryPlan | null> {
    const { records, logger } = this.#options;
    try {
      const plan = await this.survey(recordedPath, by);
      const { changed, dropped } = plan;
      for (const record of changed) await this.#attempt("be brought up to date", record, () => records.put(record));
      for (const { record, reason } of dropped) {
        await this.#attempt("be deleted", record, () => this.#forget(record, reason));
      }
      return plan;
    } catch (error) {
      logger.error("certificate.history_failed", "The history of certificates can't be read.", { error });
      return null;
    }
  }

  /** The file goes first: without its record there would be no second try. */
  async #drop({ id, path }: CertificateRecord): Promise<void> {
    await this.#options.files.remove(path);
    await this.#options.records.remove([id]);
  }

  async #forget(record: CertificateRecord, reason: DropReason): Promise<void> {
    await this.#drop(record);
    const message = `An earlier certificate was deleted: ${droppedBecause[reason]}.`;
    this.#options.logger.info("certificate.forgotten", message, { ...naming(record), reason });
    const { id: subject, fingerprintSha256 } = record;
    const before = { fingerprintSha256, subject: record.subject };
    this.#options.audit({ event: "certificate.forgotten", actor: serviceActor, subject, before, reason });
  }

  async #attempt(what: string, record: CertificateRecord, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const message = `The record of a certificate could not ${what}; that is tried again within a day.`;
      this.#options.logger.error("certificate.history_failed", message, { ...naming(record), error });
    }
  }

  async #openPassword({ id, path, sealedPassword }: CertificateRecord): Promise<string> {
    try {
      return await this.#options.box.open(placeOf(id), sealedPassword);
    } catch (cause) {
      const facts = { path: this.#options.files.locate(path), reason: explain(cause) };
      throw new DispatchError("certificate_unreadable", facts, { cause });
    }
  }
}

function placeOf(id: string): string {
  return `certificate/${id}`;
}

function naming({ id, fingerprintSha256 }: CertificateRecord) {
  return { id, fingerprintSha256 };
}

function describe({ facts }: TlsIdentity) {
  const { fingerprintSha256, subject, dnsNames, ipAddresses, notBefore, notAfter } = facts;
  return { fingerprintSha256, subject, dnsNames, ipAddresses, notBefore, notAfter };
}

async function isMissing(files: Files, path: string): Promise<boolean> {
  try {
    return (await files.read(path)) === null;
  } catch {
    // A file that can't be read is there; whoever wants it back is told why it is not to be had.
    return false;
  }
}

async function writeFile(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await files.writeAtomically(path, bytes);
  } catch (cause) {
    const facts = { path: files.locate(path), reason: explain(cause) };
    throw new DispatchError("certificate_not_stored", facts, { cause });
  }
}
