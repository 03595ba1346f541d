/** How much work files can ask for before anything is known about them. */
import { damaged, type Obstacle, unsupported } from "./obstacle.ts";

/** For one key, by WebCrypto; GnuTLS and NSS, the most thorough of the common tools, write 600,000. */
const MAX_ITERATIONS = 1_000_000;
/** For one key, by JavaScript, which takes most of a second for so many. */
const MAX_SLOW_ITERATIONS = 700_000;
/** For a passphrase to be known as wrong where no MAC tells: all of it is then done for each of its forms. */
const MAX_UNPROVEN_ITERATIONS = 200_000;
/** For all that is given at once: GnuTLS encrypts each certificate apart, and this is a chain of six. */
const MAX_ITERATIONS_IN_ALL = 5_000_000;

/** Something whose key takes many iterations to derive. */
interface Costly {
  readonly iterations: number;
  /** Whether WebCrypto has the derivation. */
  readonly isFast: boolean;
}

/** What is left of the work that one upload may ask for. */
export class IterationBudget {
  #left = MAX_ITERATIONS_IN_ALL;

  /** Takes off what `parts` ask for. @throws {Obstacle} `unsupported` when it is more than is left */
  spend(parts: readonly (Costly | null)[]): void {
    const sum = sumIterations(parts);
    if (sum > this.#left) throw tooMany(sum);
    this.#left -= sum;
  }
}

/**
 * Returns the iterations that a structure asks for.
 *
 * @param isFast whether WebCrypto has the derivation
 * @throws {Obstacle} `unsupported` above 1,000,000, or 700,000 where it has not; `damaged`
 */
export function readIterations(value: number, isFast: boolean): number {
  // The ASN.1 library returns numbers that do not fit as text.
  const iterations = Number(value);
  if (!(iterations >= 1)) throw damaged("its iteration count is not positive");
  if (iterations > (isFast ? MAX_ITERATIONS : MAX_SLOW_ITERATIONS)) throw tooMany(iterations);
  return iterations;
}

/** Refuses what takes long although no MAC tells a wrong passphrase; no tool writes that. @throws {Obstacle} `unsupported` */
export function refuseUnproven(parts: readonly (Costly | null)[]): void {
  const sum = sumIterations(parts.filter((part) => part?.isFast === false));
  if (sum > MAX_UNPROVEN_ITERATIONS) throw tooMany(sum);
}

function sumIterations(parts: readonly (Costly | null)[]): number {
  return parts.reduce((total, part) => total + (part?.iterations ?? 0), 0);
}

function tooMany(iterations: number): Obstacle {
  return unsupported(`${iterations} iterations of key derivation, more than are worked through here`);
}
