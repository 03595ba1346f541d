/** The kinds of values that operations take. Each states its rule once, as the end of a sentence. */
import { z } from "zod";
import { canonicalAddress } from "../access/cidr_list.ts";
import { parseDomain, parsePath } from "../mail/address.ts";

const instantForm = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?<zone>Z|[+-]\d{2}:\d{2})?)?$/i;

/** A whole number from `min` to `max`, or its decimal text. */
export function wholeNumber(min: number, max: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  const number = z.int({ error: rule }).min(min, { error: rule }).max(max, { error: rule });
  const text = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number);
  return z.union([z.number(), text], { error: rule }).pipe(number);
}

/** A text of 1 to `max` characters. */
export function text(max: number) {
  const rule = `must be a text of 1 to ${max} characters`;
  return z.string({ error: rule }).min(1, { error: rule }).max(max, { error: rule });
}

/** A secret text of at most `max` characters, the empty one included. What was given is never repeated. */
export function secret(max: number) {
  const isSecret = (value: unknown): boolean => typeof value === "string" && value.length <= max;
  return z.custom<string>(isSecret, { error: `must be a text of ${max} characters at most`, params: { secret: true } });
}

/** One of `choices`. */
export function oneOf<const Choices extends readonly [string, ...string[]]>(choices: Choices) {
  return z.enum(choices, { error: `must be one of ${choices.join(", ")}` });
}

/** One to 1,000 ids; one that is named twice counts once. */
export function ids(noun: string) {
  const rule = `must be 1 to 1000 ${noun} ids`;
  const list = z.array(text(64), { error: rule }).min(1, { error: rule }).max(1000, { error: rule });
  return list.transform((values) => [...new Set(values)]);
}

/** An address, as an envelope holds it. */
export const mailbox = z
  .string()
  .meta({ examples: ["you@example.org"] })
  .transform((value, refinement) => {
    const address = parsePath(value);
    if (address !== null) return address;
    refinement.addIssue({ code: "custom", message: "must be an address such as you@example.org" });
    return z.NEVER;
  });

/** A moment as it was written: where it names no zone, `timeMs` is as if it were UTC. */
export interface WrittenMoment {
  readonly timeMs: number;
  readonly hasZone: boolean;
}

/** A moment as ISO 8601, `2026-11-22` or `2026-11-22T10:30:00Z`, whose zone may be told apart from it. */
export const moment = z
  .string({ error: "must be a time such as 2026-11-22 or 2026-11-22T10:30:00Z" })
  .meta({ examples: ["2026-11-22", "2026-11-22T10:30:00Z"] })
  .transform((value, refinement) => {
    const written = parseMoment(value);
    if (written !== null) return written;
    refinement.addIssue({ code: "custom", message: "must be a time such as 2026-11-22 or 2026-11-22T10:30:00Z" });
    return z.NEVER;
  });

/** As {@link moment}; UTC where no zone is named. Becomes Unix milliseconds. */
export const instant = moment.transform(({ timeMs }) => timeMs);

/** A domain, or an address literal; becomes lower case and A-labels. */
export const domainName = parsedText(253, parseDomain, "must be a domain such as example.org", ["example.org"]);

/** An IP address; becomes the form that addresses are kept in. */
export const ipAddress = parsedText(64, canonicalAddress, "must be an IP address such as 192.0.2.1", ["192.0.2.1"]);

/** A text that `parse` makes something of; `null` refuses it. */
function parsedText(max: number, parse: (text: string) => string | null, rule: string, examples: string[]) {
  return z
    .string({ error: rule })
    .max(max, { error: rule })
    .meta({ examples })
    .transform((value, refinement) => {
      const parsed = parse(value);
      if (parsed !== null) return parsed;
      refinement.addIssue({ code: "custom", message: rule });
      return z.NEVER;
    });
}

function parseMoment(value: string): WrittenMoment | null {
  const match = instantForm.exec(value);
  if (match === null) return null;
  const hasZone = match.groups?.zone !== undefined;
  const iso = value.length === 10 || hasZone ? value : `${value}Z`;
  const timeMs = Date.parse(iso.replace(" ", "T").toUpperCase());
  // Date.parse takes 2026-02-30 for 2 March: only a date that comes back as it went in is one.
  const day = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  const isRealDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value.slice(0, 10));
  return Number.isNaN(timeMs) || !isRealDay ? null : { timeMs, hasZone };
}
