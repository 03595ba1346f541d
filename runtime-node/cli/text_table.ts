/** Aligned columns for people. */
import { display } from "./printable.ts";

/**
 * Prints `rows` under `headings`, columns two spaces apart; `nothing` when there are no rows.
 *
 * The last column is not padded, so that no line ends in spaces.
 */
export function textTable(headings: readonly string[], rows: readonly (readonly unknown[])[], nothing: string): string {
  if (rows.length === 0) return nothing;
  const lines = [headings, ...rows.map((row) => row.map(display))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column] ?? ""))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => pad(cell, widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Prints one line for each fact, names aligned; facts that are `undefined` are left out. */
export function factLines(facts: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${`${name}:`.padEnd(width + 1)}  ${display(value)}`).join("\n");
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(width - lengthOf(cell));
}

function lengthOf(cell: string): number {
  return [...cell].length;
}
