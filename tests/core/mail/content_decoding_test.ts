import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeContent } from "../../../core/mail/content_decoding.ts";
import { encodeBase64, encodeQuotedPrintable } from "../../../core/mail/content_transfer.ts";
import { joinBytes } from "../../support/join_bytes.ts";
import { bytesOf, textOf } from "./message_text.ts";

function decode(text: string, encoding: string): string {
  return textOf([decodeContent(new Uint8Array(bytesOf(text)), encoding)]);
}

test("decodeContent reads back what was encoded", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.deepEqual(decodeContent(joinBytes([...encodeBase64(bytes)]), "Base64"), bytes);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
      const expected = new TextEncoder().encode(text.replace(/\r\n|\r|\n/g, "\r\n"));
      assert.deepEqual(decodeContent(joinBytes([...encodeQuotedPrintable(text)]), "quoted-printable "), expected);
    }),
  );
});

test("decodeContent reads base64 as it is met", () => {
  const cases: [encoded: string, decoded: string][] = [
    ["", ""],
    ["QQ==", "A"],
    ["QQ", "A"],
    ["QU\r\nJD\r\n", "ABC"],
    ["QQ==\r\nQg==", "AB"],
    ["!Q-U*J D", "ABC"],
    ["Q", ""],
  ];
  for (const [encoded, decoded] of cases) assert.equal(decode(encoded, "base64"), decoded, encoded);
});

// Python 3.11's `quopri.decodestring` agrees, but for white space at the end of a line: it keeps what RFC 2045 section 6.7
// has deleted.
test("decodeContent reads quoted-printable as it is met", () => {
  const cases: [encoded: string, decoded: string][] = [
    ["=41=6a", "Aj"],
    ["a=\r\nb", "ab"],
    ["a= \t\r\nb", "ab"],
    ["a=\nb", "ab"],
    ["a \t\r\nb", "a\r\nb"],
    ["a=20\r\n", "a \r\n"],
    ["a=0D=0Ab", "a\r\nb"],
    ["a=XYb", "a=XYb"],
    ["a=", "a"],
    ["=\xe4", "=\xe4"],
  ];
  for (const [encoded, decoded] of cases) assert.equal(decode(encoded, "quoted-printable"), decoded, encoded);
});

test("decodeContent leaves all other content as it is", () => {
  for (const encoding of ["", "7bit", "8bit", "binary", "x-uuencode"]) {
    assert.equal(decode("a=41\r\n\x80\0", encoding), "a=41\r\n\x80\0");
  }
});
