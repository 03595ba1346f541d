import assert from "node:assert/strict";
import { test } from "node:test";
import { AttachmentNames } from "../../../core/mail/attachment_names.ts";
import { parseHeaderSection } from "../../../core/mail/header_section.ts";

const bytesOf = (...lines: string[]) => new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(""));

/** The names in a message with that header section, whose body comes in chunks of `size` bytes. */
function namesIn(header: readonly string[], body: readonly string[], size = 1_000_000): Promise<string[]> {
  const names = new AttachmentNames(parseHeaderSection(bytesOf(...header)));
  const bytes = bytesOf("", ...body);
  for (let at = 0; at < bytes.length; at += size) names.push(bytes.subarray(at, at + size));
  return names.read();
}

const mixed = ["MIME-Version: 1.0", "Content-Type: multipart/mixed;", ' boundary="=_b 1"'];
const file = (...head: string[]) => ["--=_b 1", ...head, "", "AAAA"];
const attachment = (name: string) => file("Content-Type: application/pdf", `Content-Disposition: attachment; ${name}`);

const message = [
  ...["--=_b 1", 'Content-Type: multipart/related; boundary="in"', ""],
  ...[
    "--in",
    'Content-Type: text/html; name="body.html"',
    "",
    "-- ",
    "--other",
    'Content-Type: x/y; name="quoted"',
    "",
  ],
  ...["--in", "Content-Type: image/png;", ' name="logo.png"', "Content-ID: <logo>", "", "AAAA", "--in--", ""],
  ...attachment('filename="r\\"1.pdf"'),
  ...attachment("filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf"),
  ...attachment('filename="=?utf-8?Q?=C3=9Cbersicht.pdf?="'),
  ...file("Content-Type: message/rfc822; name=inner.eml"),
  ...["Content-Type: multipart/mixed; boundary=deep", "", "--deep", "Content-Type: x/y; name=deep.bin", "", "--deep--"],
  ...file("Content-Type: text/plain; name=notes.txt"),
  ...["--=_b 1--", "--=_b 2", "Content-Type: x/y; name=epilogue", ""],
];
const expected = ["logo.png", 'r"1.pdf', "Grüße.pdf", "Übersicht.pdf", "inner.eml", "notes.txt"];

for (const size of [1, 2, 7, 64, 1_000_000]) {
  test(`AttachmentNames finds the files of a message that comes ${size} bytes at a time`, async () => {
    assert.deepEqual(await namesIn(mixed, message, size), expected);
  });
}

test("AttachmentNames knows a message that is a file, and one that ends in what a part says of itself", async () => {
  assert.deepEqual(await namesIn(["Content-Type: application/pdf; name=scan.pdf"], ["AAAA"]), ["scan.pdf"]);
  assert.deepEqual(await namesIn(mixed, ["--=_b 1", "Content-Type: application/pdf; name=cut.pdf"]), ["cut.pdf"]);
});

test("AttachmentNames finds none in a text, whatever stands in it", async () => {
  assert.deepEqual(await namesIn(["Content-Type: text/plain; name=a.txt"], message), []);
  assert.deepEqual(await namesIn(["Subject: x"], message), []);
  assert.deepEqual(await namesIn(["Content-Type: multipart/mixed"], message), []);
});

test("AttachmentNames tells of 100 files, and reads no more than the beginning of endless fields", async () => {
  const many = Array.from({ length: 200 }, (_, index) => attachment(`filename=${index}`)).flat();
  assert.deepEqual(
    await namesIn(mixed, many),
    Array.from({ length: 100 }, (_, index) => String(index)),
  );
  const endless = ["--=_b 1", "X: y", ...Array<string>(4000).fill(" zzzzzzzz"), "Content-Type: x/y; name=far", ""];
  assert.deepEqual(await namesIn(mixed, endless), []);
});
