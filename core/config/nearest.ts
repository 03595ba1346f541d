/** The known name that comes nearest to a mistyped one. */
import { distance } from "fastest-levenshtein";

/**
 * Returns the one of `candidates` that is the fewest edits away from `name`, case aside; the first of equals.
 *
 * @throws {RangeError} when there are no candidates
 */
export function nearestName(name: string, candidates: readonly string[]): string {
  const typed = name.toLowerCase();
  let nearest: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = distance(typed, candidate.toLowerCase());
    if (edits < fewest) [nearest, fewest] = [candidate, edits];
  }
  if (nearest === undefined) throw new RangeError("Cannot find the nearest name as candidates: current value is []");
  return nearest;
}
