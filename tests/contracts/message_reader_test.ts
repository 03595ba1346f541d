/** Reading a stranger's message in a thread of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openMessageReader } from "../../runtime-node/message_reader.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const file =
  "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj";

test("openMessageReader reads messages and attachments, many at a time", async () => {
  const reader = openMessageReader();
  const [message, attachment, none] = await Promise.all([
    reader.read(bytesOf("Subject: Hello\r\n\r\nWorld")),
    reader.attachment(bytesOf(file), 0),
    reader.attachment(bytesOf(file), 1),
  ]);
  assert.equal(message.text?.trim(), "World");
  assert.deepEqual([attachment?.fileName, attachment?.bytes], ["a.pdf", bytesOf("abc")]);
  assert.equal(none, null);
});

test("openMessageReader rejects with the reason what can't be read, and reads the next", async () => {
  const reader = openMessageReader();
  const nested = Array.from(
    { length: 300 },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}`,
  );
  await assert.rejects(reader.read(bytesOf(nested.join("\r\n"))), /16 deep/);
  assert.equal((await reader.read(bytesOf("\r\nnext"))).text?.trim(), "next");
});
