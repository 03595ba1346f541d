/** How much work a file can ask for before anything is known about it. Pure. */
import { damaged, unsupported } from "./obstacle.ts";

/** For one key; GnuTLS and NSS, the most thorough of the common tools, write 600,000. */
export const maxIterations = 2_000_000;
/** For all keys of one file: GnuTLS encrypts each certificate apart, and this is a chain of six. */
export const maxIterationsOfFile = 5_000_000;

/** Returns the iterations that a structure asks for. @throws {Obstacle} `unsupported` above the bound; `damaged` */
export function readIterations(value: number): number {
  // The ASN.1 library returns numbers that do not fit as text.
  const iterations = Number(value);
  if (!(iterations >= 1)) throw damaged("its iteration count is not positive");
  if (iterations > maxIterations) throw tooMany(iterations);
  return iterations;
}

/** Adds up what the parts of a file ask for. @throws {Obstacle} `unsupported` above the bound */
export function boundIterations(parts: readonly { readonly iterations: number }[]): void {
  const sum = parts.reduce((total, { iterations }) => total + iterations, 0);
  if (sum > maxIterationsOfFile) throw tooMany(sum);
}

function tooMany(iterations: number) {
  return unsupported(`${iterations} iterations of key derivation, more than are worked through here`);
}
