/** Settings that are a list of whole numbers. */
import type { ReadResult, SettingCodec } from "../setting_codec.ts";
import { type IntegerBounds, isIntegerWithin } from "./integer.ts";
import { parseJson, splitList } from "./text_form.ts";

/** Bounds of a list of numbers. */
export interface IntegerListBounds extends IntegerBounds {
  /** Fewest items, 0 by default; at most 100 are ever taken. */
  readonly minItems?: 0 | 1;
  /** Refuses a number that stands in the list twice. Default `false`. */
  readonly unique?: boolean;
}

const maxItems = 100;

/** A list of whole numbers from `min` to `max`; as text a JSON array or a comma list, `""` being the empty one. */
export function integerListCodec(bounds: IntegerListBounds): SettingCodec<readonly number[]> {
  const { min, max, minItems = 0, unique = false } = bounds;
  const once = unique ? ", none twice" : "";
  const rule = `must be a list of ${minItems} to ${maxItems} whole numbers from ${min} to ${max}${once}`;
  const fromJson = (json: unknown): ReadResult<readonly number[]> => {
    if (!Array.isArray(json) || json.length < minItems || json.length > maxItems) return { rule };
    if (!json.every((item) => isIntegerWithin(item, bounds))) return { rule };
    return unique && new Set(json).size < json.length ? { rule } : { value: json };
  };
  return {
    kind: "integer_list",
    rule,
    min,
    max,
    fromJson,
    fromText: (text) => fromJson(text.trimStart().startsWith("[") ? parseJson(text) : splitList(text).map(parseJson)),
    toText: (value) => JSON.stringify(value),
  };
}
