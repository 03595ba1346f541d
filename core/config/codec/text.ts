/** Settings that are a piece of text. */
import type { ReadResult, SettingCodec } from "../setting_codec.ts";
import { parseJson } from "./text_form.ts";

/** Text of `minLength` (default 0) to 1024 characters on one line. As text it is taken as it is, or as a JSON string. */
export function textCodec({ minLength = 0 }: { readonly minLength?: 0 | 1 } = {}): SettingCodec<string> {
  const maxLength = 1024;
  const rule = `must be ${minLength === 0 ? "" : "non-empty "}text of at most ${maxLength} characters without control characters`;
  const fromJson = (json: unknown): ReadResult<string> =>
    typeof json === "string" && json.length >= minLength && json.length <= maxLength && !/\p{Cc}/u.test(json)
      ? { value: json }
      : { rule };
  return {
    kind: "text",
    rule,
    fromJson,
    fromText: (text) => {
      const json = parseJson(text);
      return fromJson(typeof json === "string" ? json : text);
    },
    // A text that is itself a JSON string has to be quoted once more to come back as it was.
    toText: (value) => (typeof parseJson(value) === "string" ? JSON.stringify(value) : value),
  };
}
