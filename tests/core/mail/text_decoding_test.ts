import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeCharset, joinFlowedLines } from "../../../core/mail/text_decoding.ts";
import { bytesOf } from "./message_text.ts";

function decode(bytes: string, charset: string): string {
  return decodeCharset(new Uint8Array(bytesOf(bytes)), charset);
}

test("decodeCharset reads text of known charsets, and of some under other names", () => {
  const cases: [bytes: string, charset: string, text: string][] = [
    ["Z\xfcrich", "ISO-8859-1", "Zürich"],
    ["\x80", "cp1252", "€"],
    ["\x93\xfa\x96\x7b", "cp932", "日本"],
    ["\xc8\xd5\xb1\xbe", "gb2312", "日本"],
    ["\xc3\xbc", "utf8", "ü"],
    ["\xfc", "UTF-8", "ü"],
    ["\xc3\xbc", "us-ascii", "ü"],
    ["\xfc", "us-ascii", "ü"],
    ["\xfc", "", "ü"],
    ["\xfc", "no-such-charset", "ü"],
    ["x", "?=\r\n", "x"],
  ];
  for (const [bytes, charset, text] of cases) assert.equal(decode(bytes, charset), text, charset);
});

// The examples of RFC 3676, sections 4.2, 4.4, 4.5 and 5.
test("joinFlowedLines joins what was broken, and nothing else", () => {
  const cases: [flowed: string, isSpaceExtra: boolean, text: string][] = [
    ["one \ntwo\nthree", false, "one two\nthree"],
    ["one \ntwo", true, "onetwo"],
    [" From here", false, "From here"],
    [" >not quoted", false, ">not quoted"],
    ["> a \n> b\n>> c \nd", false, "> a b\n>> c \nd"],
    ["bye\n-- \nAnn", false, "bye\n-- \nAnn"],
    ["", false, ""],
    ["a\n\nb", false, "a\n\nb"],
  ];
  for (const [flowed, isSpaceExtra, text] of cases) assert.equal(joinFlowedLines(flowed, isSpaceExtra), text, flowed);
});
