/** Recipients in groups, for providers that take so many in one request. */

/** `recipients` in order, `size` in each group but the last. @param size 1 or more */
export function batchesOf<T>(recipients: readonly T[], size: number): T[][] {
  const count = Math.ceil(recipients.length / size);
  return Array.from({ length: count }, (_, index) => recipients.slice(index * size, (index + 1) * size));
}
