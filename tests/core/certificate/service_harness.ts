/** A certificate service on storage in memory, which can be made to fail, or to stop as if the process had died. */
import type { Logger } from "../../../core/capabilities.ts";
import type { CertificateRecord } from "../../../core/certificate/certificate_record.ts";
import { CertificateService, packPfx, type TlsIdentity } from "../../../core/certificate/mod.ts";
import type { ConfigService, SettingRow } from "../../../core/config/mod.ts";
import type { AuditEntry } from "../../../core/history/audit_event.ts";
import { SecretBox } from "../../../core/secret/mod.ts";
import { MemoryCertificateRecords } from "../../support/memory_certificate_records.ts";
import { MemoryConfigStore, openMemoryConfig } from "../../support/memory_config_store.ts";
import { MemoryFiles } from "./memory_files.ts";

export const DAY_MS = 86_400_000;
export const dashboard = { kind: "dashboard", address: "10.0.0.5", name: null } as const;
export const admin = { kind: "admin_api", address: "10.0.0.6", name: null } as const;

/** A line of the log. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What can be told of a state from outside: who is served, and what is stored. */
export interface Snapshot {
  readonly certPem: string;
  readonly source: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly records: ReadonlyMap<string, CertificateRecord>;
  readonly rows: ReadonlyMap<string, SettingRow>;
}

export class ServiceHarness {
  readonly files = new MemoryFiles();
  readonly records = new MemoryCertificateRecords();
  readonly store = new MemoryConfigStore();
  readonly lines: LogLine[] = [];
  /** What the audit log was told, in turn. */
  readonly audited: AuditEntry[] = [];
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  /** What the listeners' TLS library says of every identity. */
  refusal: string | null = null;
  service!: CertificateService;
  config!: ConfigService;
  box!: SecretBox;
  #lastId = 0;

  /** Starts the service anew on what is stored. */
  async open(environment: Record<string, string> = {}): Promise<CertificateService> {
    this.box = await SecretBox.fromKey(crypto, new Uint8Array(32).fill(7));
    this.config = await openMemoryConfig(this.store, { environment });
    this.service = await CertificateService.open({
      crypto,
      decryptTripleDes: async () => {
        throw new TypeError("Cannot decrypt: no test needs it");
      },
      tryServing: () => this.refusal,
      files: this.files,
      box: this.box,
      records: this.records,
      config: this.config,
      clock: { nowMs: () => this.nowMs, after: () => () => {} },
      logger: this.#logger(),
      audit: (entry) => void this.audited.push(entry),
      hostNames: () => ({ hostName: "relay1", addresses: ["10.0.0.1"] }),
      uniqueId: (prefix) => prefix + (++this.#lastId).toString(16).padStart(32, "0"),
    });
    return this.service;
  }

  /** Another process on a copy of what is stored. */
  async reopen(): Promise<ServiceHarness> {
    const next = new ServiceHarness();
    for (const [path, bytes] of this.files.contents) next.files.contents.set(path, bytes);
    for (const [id, record] of this.records.rows) next.records.rows.set(id, record);
    for (const [key, row] of this.store.rows) next.store.rows.set(key, row);
    next.nowMs = this.nowMs;
    next.#lastId = this.#lastId;
    await next.open();
    return next;
  }

  /** Puts a generated certificate in service, and returns its identity. */
  async generate(name: string, days?: number): Promise<TlsIdentity> {
    this.nowMs += 1000;
    await this.service.generate({ names: [name], days }, { actor: dashboard });
    return this.service.keeper.current;
  }

  /** The name that the certificate in service is for first. */
  get served(): string | undefined {
    return this.service.keeper.current.facts.dnsNames[0];
  }

  get fingerprint(): string {
    return this.service.keeper.current.facts.fingerprintSha256;
  }

  /** Names of what is stored under `tls/` but the automatic identity. */
  get pfxFiles(): string[] {
    return [...this.files.contents.keys()].filter((path) => /^tls\/crt_/.test(path)).sort();
  }

  get events(): string[] {
    return this.lines.map(({ event }) => event);
  }

  snapshot(): Snapshot {
    const { keeper, source } = this.service;
    return {
      certPem: keeper.current.certPem,
      source,
      files: new Map(this.files.contents),
      records: new Map(this.records.rows),
      rows: new Map(this.store.rows),
    };
  }

  #logger(): Logger {
    const record =
      (level: LogLine["level"]): Logger["info"] =>
      (event, message, facts = {}) =>
        void this.lines.push({ level, event, message, facts });
    return { debug: record("debug"), info: record("info"), warn: record("warn"), error: record("error") };
  }
}

/** An upload of `identity`, as one PFX. */
export async function pfxOf(identity: TlsIdentity, passphrase = "correct horse") {
  const bytes = await packPfx(crypto, identity, passphrase);
  return { files: [{ name: "mail.pfx", bytes }], passphrase };
}

/** An upload of `identity`, as two PEM files. */
export function pemOf({ certPem, keyPem }: TlsIdentity) {
  const file = (name: string, text: string) => ({ name, bytes: new TextEncoder().encode(text) });
  return { files: [file("fullchain.pem", certPem), file("privkey.pem", keyPem)], passphrase: null };
}

/** Lets storage do `left` more steps; from then on none comes to an end, as when the process dies. */
export class DyingStorage {
  readonly died: Promise<void>;
  #left: number;
  #die!: () => void;

  constructor({ files, records, store }: ServiceHarness, left: number) {
    this.#left = left;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
    this.#limit(files, "writeAtomically");
    this.#limit(files, "remove");
    this.#limit(records, "put");
    this.#limit(records, "remove");
    this.#limit(store, "write");
  }

  #limit<Name extends string>(owner: { [K in Name]: (...parameters: never[]) => Promise<void> }, name: Name): void {
    const act = owner[name].bind(owner) as (...parameters: never[]) => Promise<void>;
    owner[name] = async (...parameters: never[]) => {
      if (this.#left === 0) {
        this.#die();
        await new Promise(() => {});
      }
      this.#left -= 1;
      await act(...parameters);
    };
  }
}
