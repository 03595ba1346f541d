/** What protected things are opened with, and how a passphrase is tried on them. */
import type { Ciphers } from "./cbc_cipher.ts";
import type { IterationBudget } from "./iteration_budget.ts";
import { Obstacle, wrongPassphrase } from "./obstacle.ts";
import type { PassphraseForm } from "./passphrase_form.ts";

/** All that is needed to open the protected things in one upload. */
export interface Opening {
  readonly ciphers: Ciphers;
  /** To be tried in this order. */
  readonly forms: readonly PassphraseForm[];
  readonly budget: IterationBudget;
}

/**
 * Returns what the first candidate that fits opens: a form of the passphrase, or what was derived of it.
 *
 * @throws {Obstacle} `wrong_passphrase` when none does; and what `open` throws
 */
export async function openWithFirst<Candidate, T>(
  candidates: readonly Candidate[],
  open: (candidate: Candidate) => Promise<T>,
): Promise<T> {
  for (const candidate of candidates) {
    try {
      return await open(candidate);
    } catch (error) {
      if (!(error instanceof Obstacle) || error.kind !== "wrong_passphrase") throw error;
    }
  }
  throw wrongPassphrase();
}
