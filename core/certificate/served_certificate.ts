/** What a listener really serves, as a client that connects to it sees it. Types only. */

/** A listener, and the certificate that it showed. */
export interface ServedCertificate {
  /** `smtp`, `smtps`, `https`, `dashboard`. */
  readonly listener: string;
  readonly port: number;
  /** Of the certificate that it showed; `null` when it showed none within the time it has. */
  readonly fingerprintSha256: string | null;
  /** Whether that is the certificate in service. */
  readonly current: boolean;
  /** Why it showed none, as the end of a sentence; `null` when it showed one. */
  readonly reason: string | null;
  /** When it was asked: ISO 8601, UTC. */
  readonly checkedAt: string;
}
