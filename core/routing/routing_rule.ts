/** A routing rule: which mail goes over which relay. */

/** One rule. Rules are tried in the order of their list; the first that fits a recipient wins. */
export interface RoutingRule {
  /** `rul_` + 32 hex digits of a UUIDv7. */
  readonly id: string;
  /** Unique; 1–64 characters, as a relay's. */
  readonly name: string;
  /**
   * Patterns of domains, at least one: `example.org` (that domain alone), `*.example.org` (all below it), `*` (all). The
   * null sender has no domain, so that `*` alone fits it.
   */
  readonly senders: readonly string[];
  readonly recipients: readonly string[];
  /** Name of the relay. A rule whose relay is gone or disabled is skipped. */
  readonly relay: string;
}
