/** Settings that are one whole number. */
import type { ReadResult, SettingCodec } from "../setting_codec.ts";
import { parseJson } from "./text_form.ts";

/** Inclusive bounds of a number. */
export interface IntegerBounds {
  readonly min: number;
  readonly max: number;
}

/** Tells whether `value` is a whole number within `bounds`. */
export function isIntegerWithin(value: unknown, { min, max }: IntegerBounds): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
}

/** A whole number from `min` to `max`. */
export function integerCodec(bounds: IntegerBounds): SettingCodec<number> {
  const rule = `must be a whole number from ${bounds.min} to ${bounds.max}`;
  const fromJson = (json: unknown): ReadResult<number> => (isIntegerWithin(json, bounds) ? { value: json } : { rule });
  return {
    kind: "integer",
    rule,
    ...bounds,
    fromJson,
    fromText: (text) => fromJson(parseJson(text)),
    toText: String,
  };
}
