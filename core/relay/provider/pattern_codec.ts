/** Settings of providers that are text of one form, such as keys and regions. */
import { typedTextCodec } from "../../config/codec/typed_text.ts";
import type { SettingCodec } from "../../config/setting_codec.ts";

/** Text that `form` fits as a whole. @param rule what it has to be, as the end of a sentence */
export function patternCodec(form: RegExp, rule: string): SettingCodec<string> {
  return typedTextCodec("text", rule, (text) => {
    const value = text.trim();
    return form.test(value) ? { value } : { rule };
  });
}

/**
 * A key, a token or an id that goes into the header of a request: 1 to 4096 visible ASCII characters. What does not go
 * there is refused when it is set, and not at each delivery, with a message that quotes it.
 */
export function credentialCodec(): SettingCodec<string> {
  return patternCodec(/^[!-~]{1,4096}$/, "must be 1 to 4096 ASCII characters without spaces");
}
