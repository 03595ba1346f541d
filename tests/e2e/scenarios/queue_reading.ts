/** What an operator reads of a message in the local inbox, and what is done with all of them at once. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReadableMessage } from "../../../core/mail/readable_message.ts";
import { until } from "../../support/e2e_process.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

const html = '<p onclick="x()">See <img src="cid:logo.png"><img src="https://example.org/pixel.gif"></p>';

/** Hands a letter in, and returns its id once the local inbox has it. */
async function capture(stage: Stage): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${stage.ports.http}/api/v1/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${await stage.createKey()}`, "content-type": "application/json" },
    body: JSON.stringify({
      from: "Büro <app@example.org>",
      to: ["you@example.org"],
      subject: "Grüße",
      text: "plain \u001b[2J text",
      html,
      attachments: [
        { filename: "logo.png", content: "AQID", contentType: "image/png", contentId: "logo.png" },
        { filename: "Übersicht.csv", content: btoa("a;b\r\n1;2\r\n"), contentType: "text/csv" },
      ],
    }),
  });
  const { id } = (await response.json()) as { id: string };
  await until("the message to be captured", async () => {
    const captured = await stage.perform("queue.list", { state: "captured" });
    return captured.some((entry) => entry.id === id);
  });
  return id;
}

/** Reading and clearing the local inbox. */
export const queueReading: readonly Scenario[] = [
  {
    name: "a captured message is read without loading or running anything of it, its files are saved, and the inbox is cleared",
    isGuest: true,
    async play(stage) {
      const id = await capture(stage);
      const message = await stage.json<ReadableMessage>("queue", "read", id);
      assert.equal(message.headers.find(({ name }) => name === "Subject")?.value, "Grüße");
      assert.equal(message.html?.trim(), '<p>See <img src="cid:logo.png"><img></p>');
      const csv = message.attachments.find(({ fileName }) => fileName === "Übersicht.csv");
      assert.equal(csv?.sizeBytes, 10);
      const { stdout } = await stage.cli(["queue", "read", id]);
      assert.match(stdout, /plain \\u\{1b\}\[2J text/);
      await stage.json("queue", "attachment", id, String(csv.index), "--out", "saved.csv");
      assert.equal(await readFile(join(stage.folder, "saved.csv"), "utf8"), "a;b\r\n1;2\r\n");
      const none = await stage.cli(["queue", "attachment", id, "7"]);
      assert.deepEqual([none.code, none.stdout], [1, ""]);
      const { done } = await stage.json<{ done: number }>("queue", "delete-all", "captured");
      assert.ok(done >= 1);
      assert.deepEqual(await stage.perform("queue.list", { state: "captured" }), []);
    },
  },
];
