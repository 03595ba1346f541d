/** A passphrase as bytes: what was typed reaches the ciphers in more ways than one. Pure. */
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** The passphrase as one convention has it, for both families of ciphers. */
export interface PassphraseForm {
  /** For the ciphers of PKCS#12: UTF-16, big endian, with two zero bytes at the end (RFC 7292 appendix B.1). */
  readonly bmp: Uint8Array<ArrayBuffer>;
  /** For all others: UTF-8 (RFC 8018 section 3, RFC 9579 section 5). */
  readonly text: Uint8Array<ArrayBuffer>;
}

/**
 * Returns the forms to try, the most likely first. `null`, when none was typed, stands for the empty one: a file without
 * a passphrase often has that.
 */
export function passphraseForms(passphrase: string | null): PassphraseForm[] {
  const typed = passphrase ?? "";
  const utf8 = utf8ToBytes(typed);
  const bmp = toBmp(typed);
  // In a PFX, NSS takes the form of PKCS#12 for ciphers that are not of PKCS#12, too.
  const forms = [
    { bmp, text: utf8 },
    { bmp, text: bmp },
  ];
  // With an empty passphrase some programs leave out even the two zero bytes.
  if (typed === "") return [...forms, { bmp: new Uint8Array(0), text: utf8 }];
  if (utf8.length === typed.length) return forms;
  // OpenSSL before 1.1.0 took each byte for a character; and in a terminal of Latin-1 every version does.
  forms.push({ bmp: toBmp(String.fromCharCode(...utf8)), text: utf8 });
  if (/^[\0-\xff]*$/.test(typed)) forms.push({ bmp, text: toLatin1(typed) });
  return forms;
}

function toBmp(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((text.length + 1) * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index));
  return bytes;
}

function toLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
