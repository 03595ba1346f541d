/** Settings whose values are text of some form, which is the same in JSON as it is typed. */
import type { ReadResult, SettingCodec, SettingKind } from "../setting_codec.ts";

/** Text as `read` has it. @param rule what it has to be, as the end of a sentence */
export function typedTextCodec(
  kind: SettingKind,
  rule: string,
  read: (text: string) => ReadResult<string>,
): SettingCodec<string> {
  return {
    kind,
    rule,
    fromJson: (json) => (typeof json === "string" ? read(json) : { rule }),
    fromText: read,
    toText: (value) => value,
  };
}
