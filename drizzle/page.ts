/** A page of rows, newest first, and where the next one starts. */

/**
 * Reads the first `limit` rows; `next` is the event id of the last of them, or `null` when there are no more.
 *
 * @param rows one more than `limit`, where there are so many
 */
export function pageOf<Row extends { readonly eventId: string }, Event>(
  rows: readonly Row[],
  limit: number,
  read: (row: Row) => Event,
): { rows: Event[]; next: string | null } {
  const page = rows.slice(0, limit);
  return { rows: page.map(read), next: rows.length > limit ? (page.at(-1)?.eventId ?? null) : null };
}
