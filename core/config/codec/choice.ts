/** Settings that are one of a few words. */
import type { ReadResult, SettingCodec } from "../setting_codec.ts";
import { parseJson } from "./text_form.ts";

/** One of `choices`, spelt exactly so. */
export function choiceCodec<const T extends string>(choices: readonly T[]): SettingCodec<T> {
  const rule = `must be ${choices.map((choice) => JSON.stringify(choice)).join(" or ")}`;
  const fromJson = (json: unknown): ReadResult<T> => {
    const value = choices.find((choice) => choice === json);
    return value === undefined ? { rule } : { value };
  };
  return {
    kind: "choice",
    rule,
    choices,
    fromJson,
    fromText: (text) => {
      const json = parseJson(text);
      return fromJson(typeof json === "string" ? json : text.trim());
    },
    toText: (value) => value,
  };
}
