/** The shape of one entry in a table of errors. */

/** Plain facts about one occurrence: what it happened to. Never a secret, never message content. */
export type ErrorFacts = Readonly<Record<string, unknown>>;

/** All that is known about one kind of error. */
export interface ErrorDefinition<Facts extends ErrorFacts> {
  /** HTTP status that an API answers with. */
  readonly status: number;
  /** Exit code of the command line: 1 refused or failed (default), 2 wrong usage. */
  readonly exitCode?: 1 | 2;
  /** `true` where it keeps somebody out who has no right to come in: then the audit log is told. */
  readonly isDenial?: true;
  /** One sentence for the operator: what happened, to what. */
  readonly message: (facts: Facts) => string;
  /** One sentence: what to do about it. */
  readonly remedy?: (facts: Facts) => string;
}

/** Returns `definition` as it is; exists so that an entry states the type of its facts. */
export function defineError<Facts extends ErrorFacts>(definition: ErrorDefinition<Facts>): ErrorDefinition<Facts> {
  return definition;
}
