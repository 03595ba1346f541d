/** Choosing by several criteria, the first of which counts the most. Pure. */

/** Returns `items` with the best first: those with the smallest first fault, of these the smallest second one, and so on. */
export function rankByFaults<T>(items: readonly T[], faultsOf: (item: T) => readonly number[]): T[] {
  return items
    .map((item) => ({ item, faults: faultsOf(item) }))
    .sort((one, other) => compare(one.faults, other.faults))
    .map(({ item }) => item);
}

function compare(one: readonly number[], other: readonly number[]): number {
  return one.map((fault, index) => fault - other[index]!).find((difference) => difference !== 0) ?? 0;
}
