/** The operational log, one line an event, on a stream: for people or as JSON. */
import type { LogFacts, Logger } from "../core/capabilities.ts";

/** Levels from the least to the most urgent. */
export const logLevels = ["debug", "info", "warn", "error"] as const;

/** How a logger writes. */
export interface StreamLoggerOptions {
  /** Nothing less urgent is written. */
  readonly level: (typeof logLevels)[number];
  readonly format: "pretty" | "json";
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}

type Format = (level: string, event: string, message: string, facts: LogFacts, nowMs: number) => string;

/** A {@link Logger} that writes lines. Control characters never reach a line as they are. */
export function streamLogger({ level, format, write, nowMs }: StreamLoggerOptions): Logger {
  const formatLine = formats[format];
  const lowest = logLevels.indexOf(level);
  const at = (name: (typeof logLevels)[number]): Logger["info"] => {
    if (logLevels.indexOf(name) < lowest) return () => {};
    return (event, message, facts = {}) => write(`${formatLine(name, event, message, facts, nowMs())}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

const formats: Readonly<Record<StreamLoggerOptions["format"], Format>> = {
  json: (level, event, message, facts, nowMs) =>
    printableText(JSON.stringify({ time: new Date(nowMs).toISOString(), level, event, message, ...printable(facts) })),
  pretty(level, event, message, facts, nowMs) {
    const details = Object.entries(printable(facts)).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const words = [new Date(nowMs).toISOString(), level.toUpperCase().padEnd(5), message, `(${event})`];
    return printableText([...words, ...details].join(" "));
  },
};

/** Facts as plain data; an error among them is its message. */
function printable(facts: LogFacts): Record<string, unknown> {
  const entries = Object.entries(facts).map(([name, value]) => [name, value instanceof Error ? value.message : value]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Text as JSON would have it, with the control characters that JSON lets through. */
function printableText(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => {
    const written = JSON.stringify(char).slice(1, -1);
    return written === char ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}` : written;
  });
}
