import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadableMessage } from "../../../core/mail/readable_message.ts";
import type { ExportedFile } from "../../../core/operations/certificate_export.ts";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";
import { sampleEntry } from "../../support/memory_queue.ts";

async function withMessage(mime: string, sizeBytes = mime.length) {
  const dispatch = await createMemoryDispatch();
  dispatch.queue.entries.set("spl_1", sampleEntry({ id: "spl_1", state: "failed", sizeBytes }));
  dispatch.queue.contents.set("spl_1", new TextEncoder().encode(mime));
  return dispatch.context;
}

const withFile = (name: string) =>
  `Content-Type: application/pdf; name="${name}"\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj`;

test("queue.read shows a message that waits, failed or was captured", async () => {
  const context = await withMessage("Subject: Hello\r\n\r\nWorld");
  const message = (await performOperation(context, "queue.read", { id: "spl_1" })) as ReadableMessage;
  assert.deepEqual(message.headers, [{ name: "Subject", value: "Hello" }]);
  assert.equal(message.text?.trim(), "World");
});

test("queue.attachment gives a file under a name that is one, whatever the message says", async () => {
  for (const [given, expected] of [
    ["Übersicht 2.pdf", "Übersicht 2.pdf"],
    ["../../etc/passwd", "__.._etc_passwd"],
    ["a\\b:c*d?.pdf", "a_b_c_d_.pdf"],
    [`${"x".repeat(300)}.pdf`, `${"x".repeat(96)}.pdf`],
    [`x${"𠮷".repeat(110)}.gz`, `x${"𠮷".repeat(96)}.gz`],
  ] as const) {
    const context = await withMessage(withFile(given.replaceAll("\\", "\\\\")));
    const file = (await performOperation(context, "queue.attachment", { id: "spl_1", index: "0" })) as ExportedFile;
    assert.deepEqual([file.fileName, file.mediaType, file.content], [expected, "application/octet-stream", "YWJj"]);
  }
});

test("queue.attachment refuses a number that none has", async () => {
  const context = await withMessage(withFile("a.pdf"));
  await assertRefusal(
    () => performOperation(context, "queue.attachment", { id: "spl_1", index: 1 }),
    "attachment_unknown",
  );
});

test("queue.read refuses a message that is gone", async () => {
  const context = await withMessage("");
  await assertRefusal(() => performOperation(context, "queue.read", { id: "spl_2" }), "queue_entry_unknown");
});

test("queue.read refuses a message too large to be taken apart, without loading it", async () => {
  const context = await withMessage("Subject: x\r\n\r\n", 40_000_000);
  const reading = { ...context, readContent: () => assert.fail("It was loaded.") };
  const { facts } = await assertRefusal(
    () => performOperation(reading, "queue.read", { id: "spl_1" }),
    "message_too_large_to_read",
  );
  assert.equal(facts.sizeBytes, 40_000_000);
});

test("queue.read says why a message can't be taken apart", async () => {
  const context = await withMessage("");
  const reader = { ...context.reader, read: () => Promise.reject(new Error("nested\r\ntoo deeply.")) };
  const { message } = await assertRefusal(
    () => performOperation({ ...context, reader }, "queue.read", { id: "spl_1" }),
    "message_not_readable",
  );
  assert.equal(message, "Message spl_1 can't be taken apart: nested too deeply.");
});
