/** From a client to the smart host: what arrives is what was sent. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { delicateMessage } from "../../support/e2e_delicate_message.ts";
import { PostfixSink } from "../../support/e2e_postfix_sink.ts";
import { run, until } from "../../support/e2e_process.ts";
import { Sink } from "../../support/e2e_sink.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

const traceHeader = /^Received: .*(?:\r?\n[ \t].*)*\r?\n/;

async function startSink(stage: Stage): Promise<Sink> {
  const sink = await Sink.start();
  stage.onClose(() => sink.close());
  await stage.relayTo(sink.port);
  return sink;
}

async function hasMessage(sink: Sink): Promise<Buffer> {
  return (await until("the message to arrive", () => sink.messages[0], 40_000)).content;
}

/** Byte exactness. */
export const delivery: readonly Scenario[] = [
  {
    name: "a message from swaks over STARTTLS arrives at smtp-sink byte for byte",
    tools: ["swaks", "smtp-sink"],
    isGuest: true,
    async play(stage) {
      const sink = await PostfixSink.start();
      stage.onClose(() => sink.close());
      await stage.relayTo(sink.port);
      await writeFile(join(stage.folder, "message.eml"), delicateMessage);
      const envelope = ["--from", "a@example.org", "--to", "you@example.org"];
      const server = ["--server", `127.0.0.1:${stage.ports.smtp}`, "--tls"];
      const sent = await run(["swaks", ...envelope, ...server, "--data", `@${stage.folder}/message.eml`]);
      assert.equal(sent.code, 0, sent.stdout);
      assert.match(sent.stdout, /TLS started with cipher TLSv1\.[23]/);
      assert.match(sent.stdout, /250 .*spl_[0-9a-f]{32}/);
      const [arrived] = await until("the message at smtp-sink", async () => {
        const messages = await sink.messages();
        return messages.length > 0 && messages;
      });
      assert.deepEqual([arrived?.sender, arrived?.recipients], ["<a@example.org>", ["<you@example.org>"]]);
      const trace = traceHeader.exec(arrived?.content ?? "")?.[0] ?? "";
      assert.match(trace, /with ESMTPS/);
      assert.equal(
        Buffer.from(arrived?.content.slice(trace.length) ?? "", "latin1").toString(),
        `${delicateMessage}\n`,
      );
    },
  },
  {
    name: "a message of 20 MiB is streamed to disk and arrives byte for byte",
    isGuest: true,
    async play(stage) {
      const sink = await startSink(stage);
      const head = "From: a@example.org\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <l@example.org>\r\n\r\n";
      const lines = randomBytes(10 * 1024 * 1024)
        .toString("hex")
        .replace(/.{76}/g, "$&\r\n");
      const client = await stage.greet();
      assert.match(await client.send("a@example.org", ["you@example.org"], `${head}${lines}\r\n`), /^250 /);
      const arrived = await hasMessage(sink);
      const digest = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
      const trace = traceHeader.exec(arrived.subarray(0, 2000).toString("latin1"))?.[0] ?? "";
      assert.equal(digest(arrived.subarray(trace.length)), digest(`${head}${lines}\r\n`));
      await until("the large file to be removed", async () => {
        return (await readdir(join(stage.dataDirectory, "spool/large"))).length === 0;
      });
    },
  },
  {
    name: "Date and Message-ID are added where they are missing",
    isGuest: true,
    async play(stage) {
      const sink = await startSink(stage);
      const client = await stage.greet();
      await client.send("", ["you@example.org"], "Subject: bare\r\n\r\nbody\r\n");
      const arrived = (await hasMessage(sink)).toString();
      assert.match(arrived, /^Date: \w{3}, \d+ \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\r$/m);
      assert.match(arrived, /^Message-ID: <[^<>@\s]+@[^<>@\s]+>\r$/m);
      assert.ok(arrived.endsWith("\r\n\r\nbody\r\n"));
      assert.equal(sink.messages[0]?.sender, "");
    },
  },
  {
    name: "a bare newline never leaves the relay: it becomes CRLF, or the message is refused",
    isGuest: true,
    async play(stage) {
      const sink = await startSink(stage);
      const smuggled = "Subject: s\r\n\r\nfirst\n.\nMAIL FROM:<evil@example.org>\rlast\r\n";
      const client = await stage.greet();
      assert.match(await client.send("a@example.org", ["you@example.org"], smuggled), /^250 /);
      const arrived = (await hasMessage(sink)).toString("latin1");
      assert.doesNotMatch(arrived, /\r(?!\n)|(?<!\r)\n/);
      assert.ok(arrived.endsWith("first\r\n.\r\nMAIL FROM:<evil@example.org>\r\nlast\r\n"), arrived);
      await stage.configure("listener.bare_newlines", "reject");
      assert.match(await client.send("a@example.org", ["you@example.org"], smuggled), /^5\d\d /);
      assert.equal(sink.messages.length, 1);
    },
  },
  {
    name: "a fresh install captures mail in the local inbox and delivers nothing",
    isGuest: true,
    async play(stage) {
      const client = await stage.greet();
      const reply = await client.send("a@example.org", ["you@example.org"], "Subject: kept\r\n\r\nbody\r\n");
      const id = /spl_[0-9a-f]{32}/.exec(reply)?.[0] as string;
      await until("the message to be captured", async () => {
        const entries = await stage.perform("queue.list", {});
        return entries.some((entry) => entry.id === id && entry.state === "captured");
      });
    },
  },
  {
    name: "commands that were pipelined after STARTTLS are dropped",
    isGuest: true,
    async play(stage) {
      const plain = await stage.greet();
      const client = await plain.startTls("MAIL FROM:<evil@example.org>\r\nNOOP\r\n");
      assert.match(await client.command("EHLO client.example.org"), /^250-/);
      assert.match(await client.command("RCPT TO:<you@example.org>"), /^503 /);
    },
  },
];
