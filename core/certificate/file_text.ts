/** What a file is before it is read: text in one of its encodings, or what its first bytes say. Pure. */

/** First bytes of kinds of files that people take for certificates, and what the kind is called. */
const signatures: readonly (readonly [signature: string, what: string])[] = [
  ["feedfeed", "a Java keystore (JKS)"],
  ["cececece", "a Java keystore (JCEKS)"],
  ["504b0304", "a ZIP archive"],
  ["1f8b", "a GZIP archive"],
  ["25504446", "a PDF document"],
];

/** What texts without PEM blocks have in them. */
const marks: readonly (readonly [mark: RegExp, what: string])[] = [
  [/^\s*<(!doctype|html|\?xml)/i, "a web page"],
  [/^PuTTY-User-Key-File-/, "a PuTTY key"],
  [/^(ssh-|ecdsa-sha2-)/, "an SSH public key"],
  [/^\s*$/, "empty"],
  [
    /\bBEGIN [A-Z0-9 ]{0,40}(CERTIFICATE|PRIVATE KEY)/,
    "text whose BEGIN line does not have five hyphens on both sides",
  ],
];

/** Returns the text of a file: UTF-16 with its mark, as Windows saves it, or else UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isBigEndian = first === 0xfe && second === 0xff;
  if (!isBigEndian && !(first === 0xff && second === 0xfe)) return new TextDecoder().decode(bytes);
  // Not every runtime decodes big endian.
  const littleEndian = isBigEndian ? bytes.map((_, index) => bytes[index ^ 1] ?? 0) : bytes;
  return new TextDecoder("utf-16le").decode(littleEndian);
}

/** Says what a file is that holds neither PEM nor DER, with its article. */
export function describeForeign(bytes: Uint8Array, text: string): string {
  const hex = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const bySignature = signatures.find(([signature]) => hex.startsWith(signature));
  const byMark = marks.find(([mark]) => mark.test(text));
  const isBinary = /[\0-\x08\x0e-\x1f\ufffd]/.test(text.slice(0, 1024));
  return (bySignature ?? byMark)?.[1] ?? (isBinary ? "binary data of an unknown kind" : "text without any PEM block");
}
