/** Settings that are on or off. */
import type { ReadResult, SettingCodec } from "../setting_codec.ts";

const words = new Map([
  ["true", true],
  ["on", true],
  ["yes", true],
  ["1", true],
  ["false", false],
  ["off", false],
  ["no", false],
  ["0", false],
]);

/** `true` or `false`; as text also `on`, `yes`, `1` and `off`, `no`, `0`, in any case. */
export function booleanCodec(): SettingCodec<boolean> {
  const rule = "must be true or false";
  const checked = (value: unknown): ReadResult<boolean> => (typeof value === "boolean" ? { value } : { rule });
  return {
    kind: "boolean",
    rule,
    fromJson: checked,
    fromText: (text) => checked(words.get(text.trim().toLowerCase())),
    toText: String,
  };
}
