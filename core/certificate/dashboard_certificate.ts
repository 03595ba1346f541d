/** The dashboard's own certificate: from the files that the environment names, else self-signed and kept. */
import { serviceActor } from "../access/actor.ts";
import type { Clock, DecryptTripleDes, Logger } from "../capabilities.ts";
import { isDispatchError } from "../error/mod.ts";
import type { RecordAudit } from "../history/audit_event.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import { auditedCertificate } from "./audited_certificate.ts";
import type { SelfSignedStore } from "./certificate_store.ts";
import { checkMaterial, type TryServing } from "./check_material.ts";
import type { Finding } from "./finding.ts";
import type { TlsIdentity } from "./identity.ts";
import { CertificateKeeper } from "./keeper.ts";
import type { Material } from "./material.ts";
import { automaticNames, type NameSources } from "./names.ts";
import { openSelfSigned } from "./self_signed_identity.ts";

/** The files that the environment names. */
export interface CertificatePair {
  readonly paths: { readonly certPath: string; readonly keyPath: string };
  /** Reads them as they are now. @throws {DispatchError} when they can't be read */
  read(): Promise<Material>;
}

/** What the certificate rests on. */
export interface DashboardCertificateOptions extends SelfSignedStore {
  readonly decryptTripleDes: DecryptTripleDes;
  readonly tryServing: TryServing;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
  /** What the host is called at this moment. */
  readonly names: () => NameSources;
  /** `null` when the environment names no files. */
  readonly pair: CertificatePair | null;
}

/** See the file's first line. Mail does not depend on it: trouble with the files is told, and something is served. */
export class DashboardCertificate {
  /** Holds the identity in service; the listener follows it. */
  readonly keeper: CertificateKeeper;
  readonly #options: DashboardCertificateOptions;
  #source: "self_signed" | "files";
  #problem: string | null;
  readonly #refreshes = new Mutex();

  private constructor(options: DashboardCertificateOptions, { identity, problem }: ReadPair, selfSigned: TlsIdentity) {
    this.#options = options;
    this.#source = identity === null ? "self_signed" : "files";
    this.#problem = problem;
    this.keeper = new CertificateKeeper(identity ?? selfSigned, (error) =>
      options.logger.error("certificate.listener_failed", "The dashboard did not take its new certificate.", { error }),
    );
    if (problem !== null) this.#report(problem);
  }

  /** Loads the identity in service. Files that can't be served give way to a self-signed certificate. */
  static async open(options: DashboardCertificateOptions): Promise<DashboardCertificate> {
    const read = await readPair(options);
    return new DashboardCertificate(options, read, read.identity ?? (await openOwn(options)));
  }

  /** Where the identity in service comes from. */
  get source(): "self_signed" | "files" {
    return this.#source;
  }

  /** The files that the environment names, or `null`. */
  get files(): CertificatePair["paths"] | null {
    return this.#options.pair?.paths ?? null;
  }

  /** Why the files as they are can't be served; the last good certificate is. `null` when all is well. */
  get problem(): string | null {
    return this.#problem;
  }

  /** To be called when the files may have changed, and daily: serves what they hold now, or renews the self-signed one. */
  refresh(): Promise<void> {
    return this.#refreshes.run(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    const sequence = this.keeper.nextSequence();
    const { identity, problem } = await readPair(this.#options);
    const hadProblem = this.#problem;
    this.#problem = problem;
    if (problem !== null && problem !== hadProblem) this.#report(problem);
    if (identity !== null) this.#serveFiles(identity, sequence, hadProblem !== null);
    else if (this.#source === "self_signed") this.#serve(await openOwn(this.#options), sequence);
  }

  #serveFiles(identity: TlsIdentity, sequence: number, hadProblem: boolean): void {
    this.#source = "files";
    const isNew = this.#serve(identity, sequence);
    if (!isNew && !hadProblem) return;
    const { fingerprintSha256, notAfter } = identity.facts;
    const facts = { ...this.files, fingerprintSha256, notAfter };
    this.#options.logger.info(
      "certificate.dashboard_loaded",
      "The dashboard serves the certificate of its files.",
      facts,
    );
    const after = auditedCertificate(identity);
    this.#options.audit({ event: "certificate.dashboard_loaded", actor: serviceActor, subject: "dashboard", after });
  }

  /** @returns whether it is another one than before */
  #serve(identity: TlsIdentity, sequence: number): boolean {
    return identity.certPem !== this.keeper.current.certPem && this.keeper.replace(identity, sequence);
  }

  #report(problem: string): void {
    const { fingerprintSha256 } = this.keeper.current.facts;
    const served =
      this.#source === "files" ? "The last good one stays in service." : "A self-signed one is served instead.";
    const message = `The dashboard's certificate can't be served: ${problem} ${served}`;
    this.#options.logger.error("certificate.dashboard_problem", message, { ...this.files, fingerprintSha256 });
    const event = "certificate.dashboard_problem";
    this.#options.audit({ event, actor: serviceActor, subject: this.files?.certPath ?? null, reason: problem });
  }
}

/** What the files came to: an identity, or why there is none; neither where no files are named. */
interface ReadPair {
  readonly identity: TlsIdentity | null;
  readonly problem: string | null;
}

async function readPair(options: DashboardCertificateOptions): Promise<ReadPair> {
  const { pair, names, clock } = options;
  if (pair === null) return { identity: null, problem: null };
  try {
    const { serverName } = names();
    const checked = await checkMaterial(await pair.read(), { ...options, serverName, nowMs: clock.nowMs() });
    return { identity: checked.identity, problem: checked.identity === null ? describe(checked.findings) : null };
  } catch (error) {
    if (!isDispatchError(error)) throw error;
    return { identity: null, problem: error.message };
  }
}

/** Nobody is there to type a passphrase, or to be asked for other files. */
const remedies: Partial<Record<Finding["code"], string>> = {
  key_encrypted: "Nobody can type it here: store the key without one (openssl pkey -in KEY -out KEY).",
};

function describe(findings: readonly Finding[]): string {
  return findings
    .filter(({ severity }) => severity === "error")
    .map(
      ({ code, file, message, remedy }) => `${file === null ? "" : `${file}: `}${message} ${remedies[code] ?? remedy}`,
    )
    .join(" ");
}

function openOwn(options: DashboardCertificateOptions): Promise<TlsIdentity> {
  const names = automaticNames(options.names());
  return openSelfSigned(options, { slot: "dashboard", names, nowMs: options.clock.nowMs() });
}
