import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError } from "../../../core/error/mod.ts";
import { performOperation } from "../../../core/operations/operation_table.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch } from "../../support/memory_operation_context.ts";

test("message.send hands a composed message to the one way in", async () => {
  const { context, intake } = await createMemoryDispatch();
  const input = {
    from: "App <app@Example.ORG>",
    to: ["you@example.net, Bob <bob@example.net>", "you@example.net"],
    subject: "Grüße",
    text: "Hello\nworld",
  };
  assert.deepEqual(await performOperation(context, "message.send", input), { id: "spl_1" });
  const [{ submission, text }] = intake.accepted as [(typeof intake.accepted)[0]];
  assert.equal(submission.sender, "app@example.org");
  assert.deepEqual(submission.recipients, ["you@example.net", "bob@example.net"]);
  assert.equal(submission.origin.source, "cli");
  assert.equal(submission.maxBytes, 26_214_400);
  assert.match(text, /^From: App <app@example\.org>\r$/m);
  assert.match(text, /^Message-ID: <\w+@relay\.example\.org>\r$/m);
  assert.match(text, /^Date: Sun, 22 Nov 2026 12:00:00 \+0000\r$/m);
  assert.ok(text.endsWith("\r\nHello\r\nworld\r\n"));
});

test("message.send needs neither subject nor text", async () => {
  const { context, intake } = await createMemoryDispatch();
  await performOperation(context, "message.send", { from: "a@example.org", to: ["b@example.org"] });
  assert.equal(intake.accepted.length, 1);
});

for (const [field, input] of Object.entries({
  from: { from: "nobody", to: ["b@example.org"] },
  to: { from: "a@example.org", to: [] },
  "to ": { from: "a@example.org", to: ["b@example.org, nobody"] },
  subject: { from: "a@example.org", to: ["b@example.org"], subject: "a\r\nBcc: c@example.org" },
})) {
  test(`message.send refuses ${JSON.stringify(input)}`, async () => {
    const { context, intake } = await createMemoryDispatch();
    const { facts } = await assertRefusal(() => performOperation(context, "message.send", input), "input_invalid");
    assert.deepEqual(
      facts.violations.map(({ key }) => key),
      [field.trim()],
    );
    assert.equal(intake.accepted.length, 0);
  });
}

test("message.send refuses two senders", async () => {
  const { context } = await createMemoryDispatch();
  const input = { from: "a@example.org, b@example.org", to: ["c@example.org"] };
  await assertRefusal(() => performOperation(context, "message.send", input), "input_invalid");
});

test("message.send leaves nothing behind when the message is refused", async () => {
  const { context, intake } = await createMemoryDispatch();
  intake.refusal = new DispatchError("message_too_large", { limitBytes: 1 });
  const send = () => performOperation(context, "message.send", { from: "a@example.org", to: ["b@example.org"] });
  await assertRefusal(send, "message_too_large");
  assert.equal(intake.aborted, 1);
});
