/** A statement that is built once and then filled with one row after another. */
import { is, Param, Placeholder, type Query } from "drizzle-orm";
import type { SqlValue } from "../core/capabilities.ts";
import type { SqlQuery } from "./driver.ts";

/**
 * Returns what makes a statement of a row; each parameter of `query` is a placeholder for a property of the row.
 *
 * drizzle's own `fillPlaceholders` looks at what each parameter is for each row, which takes as long as SQLite takes to
 * store it.
 */
export function bindStatement<Row extends object>({ sql, params }: Query): (row: Row) => SqlQuery {
  const slots = params.map(slotOf);
  return (row) => ({
    sql,
    params: slots.map(({ name, encode }) => encode((row as Record<string, unknown>)[name])),
    method: "run",
  });
}

function slotOf(param: unknown): { readonly name: string; readonly encode: (value: unknown) => SqlValue } {
  if (!is(param, Param) || !is(param.value, Placeholder))
    throw new TypeError(`Cannot use a fixed value as parameter: current value is ${String(param)}`);
  const { encoder } = param;
  return { name: param.value.name, encode: (value) => encoder.mapToDriverValue(value) as SqlValue };
}
