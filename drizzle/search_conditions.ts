/** What searches of the logs are made of. */
import { type like, or, type SQL, sql } from "drizzle-orm";

type TextColumn = Parameters<typeof like>[0];

/** The condition for a value that may not be given. */
export function given<T>(value: T | undefined, condition: (value: T) => SQL | undefined): SQL | undefined {
  return value === undefined ? undefined : condition(value);
}

/** Whether one of `columns` contains `part`, see {@link contains}. */
export function anyContains(columns: readonly TextColumn[], part: string): SQL | undefined {
  return or(...columns.map((column) => contains(column, part)));
}

/** Whether `column` contains `part`; letters are compared without regard to case in ASCII only. */
export function contains(column: TextColumn, part: string): SQL {
  return sql`${column} LIKE ${`%${part.replaceAll(/[\\%_]/g, "\\$&")}%`} ESCAPE '\\'`;
}

/** `part` as it stands in JSON, in which a quote or a backslash has a backslash before it. */
export function asInJson(part: string): string {
  return JSON.stringify(part).slice(1, -1);
}
