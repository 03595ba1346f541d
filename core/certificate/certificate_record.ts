/** The identities that were put in service by an operator, as they are remembered. Types only. */

/** One identity: the one that `tls.cert_path` names is in service, the others are history. */
export interface CertificateRecord {
  /** `crt_` + 32 hex digits. */
  readonly id: string;
  readonly source: "generated" | "uploaded";
  /** PFX file, relative to the data directory: `tls/<id>.pfx`. */
  readonly path: string;
  /** Its password, sealed for the place `certificate/<id>`. */
  readonly sealedPassword: string;
  readonly fingerprintSha256: string;
  readonly subject: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** When it was put in service last, and by whom, as `describeActor` says it. */
  readonly installedAtMs: number;
  readonly installedBy: string;
  /** When another took its place, and who did that; `null` while it is in service, `0` before it ever was. */
  readonly replacedAtMs: number | null;
  readonly replacedBy: string | null;
}

/** Where the records are stored. */
export interface CertificateRecordStore {
  list(): Promise<CertificateRecord[]>;
  /** Adds or replaces the record with this id. */
  put(record: CertificateRecord): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}
