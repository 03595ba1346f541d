/** The figures of the benchmark, the marks that they have to reach, and how they are shown. */

/** One line of the result. */
export interface Figure {
  readonly name: string;
  readonly unit: "messages/s" | "MiB" | "ms" | "connections";
  readonly dispatch: number;
  /** What Dispatch is compared with: Postfix, or itself with a spool that discards. `null`: with nothing. */
  readonly beside: {
    readonly name: string;
    readonly value: number;
    /** How often `dispatch` holds `value`. */
    readonly ratio: number;
  } | null;
  /** The least that the ratio may be, or the most that `dispatch` may be; `null`: shown for comparison alone. */
  readonly mark: { readonly leastRatio: number } | { readonly most: number } | null;
}

/** The middle one of an odd number of measurements. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/**
 * The figure for rates that were measured in turns.
 *
 * The ratio is the median of the ratios within each turn: machines change their pace from minute to minute, and what was
 * measured side by side has met the same.
 */
export function compareTurns(
  name: string,
  own: readonly number[],
  other: { readonly name: string; readonly values: readonly number[] },
  mark: Figure["mark"],
): Figure {
  return {
    name,
    unit: "messages/s",
    dispatch: median(own),
    beside: {
      name: other.name,
      value: median(other.values),
      ratio: median(own.map((rate, turn) => rate / (other.values[turn] as number))),
    },
    mark,
  };
}

/** Tells whether the figure reaches its mark. */
export function reachesMark(figure: Figure): boolean {
  if (figure.mark === null) return true;
  if ("most" in figure.mark) return figure.dispatch <= figure.mark.most;
  return figure.beside !== null && figure.beside.ratio >= figure.mark.leastRatio;
}

function describeMark({ mark, unit }: Figure): string {
  if (mark === null) return "";
  return "most" in mark ? `≤ ${mark.most} ${unit}` : `≥ ${mark.leastRatio}×`;
}

/** The figures as a table for people. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${format(figure.dispatch)} ${figure.unit}`,
    figure.beside === null ? "" : `${figure.beside.name} ${format(figure.beside.value)}`,
    figure.beside === null ? "" : `${figure.beside.ratio.toFixed(2)}×`,
    describeMark(figure),
    reachesMark(figure) ? "" : "MISSED",
  ]);
  const table = [["figure", "Dispatch", "beside", "ratio", "mark", ""], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

function format(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 });
}
