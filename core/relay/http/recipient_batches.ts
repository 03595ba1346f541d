/** Recipients in groups, for providers that take so many in one request. */

const atom = "[\\w!#$%&'*+/=?^`{|}~-]+";
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

/**
 * An address that no API has trouble with: atoms with single dots between them, at most 64 characters, and a host name
 * with a dot whose last label is no number.
 */
const plainAddress = new RegExp(`^(?=[^@]{1,64}@.{1,253}$)${atom}(?:\\.${atom})*@(?:${label}\\.)+(?!\\d+$)${label}$`);

/** Tells whether no API has trouble with `address`. */
export function isPlainAddress(address: string): boolean {
  return plainAddress.test(address);
}

/** `recipients` in order, `size` in each group but the last. @param size 1 or more */
export function batchesOf<T>(recipients: readonly T[], size: number): T[][] {
  const count = Math.ceil(recipients.length / size);
  return Array.from({ length: count }, (_, index) => recipients.slice(index * size, (index + 1) * size));
}

/**
 * `addresses` in groups of `size` at most. One that not every API can read (quoted, not ASCII, an address literal, two
 * dots in a row) is alone: APIs refuse a whole request for one of its addresses.
 */
export function addressBatches(addresses: readonly string[], size: number): string[][] {
  const plain = addresses.filter(isPlainAddress);
  const others = addresses.filter((address) => !isPlainAddress(address));
  return [...batchesOf(plain, size), ...batchesOf(others, 1)];
}
