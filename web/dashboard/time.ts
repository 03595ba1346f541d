/** Moments and spans, as the pages write them. */
import { html } from "hono/html";
import type { Markup } from "./markup.ts";

/** A day: `2026-11-22`. */
export function day(iso: string): Markup {
  return html`<time datetime="${iso}">${iso.slice(0, 10)}</time>`;
}

/** A moment to the minute: `2026-11-22 10:30 UTC`. */
export function instant(iso: string): Markup {
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

/** Whole days in words: `1 day`, `90 days`. */
export function inDays(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}

/** A span in its greatest unit: `3 days`, `5 hours`, `12 minutes`. */
export function inWords(seconds: number): string {
  const units: readonly [string, number][] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ["second", 1];
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
