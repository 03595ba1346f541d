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
 * Returns what the first form of the passphrase that fits opens.
 *
 * @throws {Obstacle} `wrong_passphrase` when none does; and what `open` throws
 */
export async function openWithFirst<T>(
  forms: readonly PassphraseForm[],
  open: (form: PassphraseForm) => Promise<T>,
): Promise<T> {
  for (const form of forms) {
    try {
      return await open(form);
    } catch (error) {
      if (!(error instanceof Obstacle) || error.kind !== "wrong_passphrase") throw error;
    }
  }
  throw wrongPassphrase();
}
