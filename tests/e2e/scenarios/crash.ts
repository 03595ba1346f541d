/** What was acknowledged is never lost: not by a kill, not by a stop. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../support/e2e_process.ts";
import { Sink } from "../../support/e2e_sink.ts";
import { SmtpClient } from "../../support/e2e_smtp_client.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

const loadSize = 2000;
const smtpSenders = 10;
const httpSenders = 6;

/** Two thousand messages, each known by its subject, that several senders take one after the other. */
class Load {
  readonly acknowledged = new Set<string>();
  #next = 0;
  #isOver = false;

  /** The subject of the next message, or `null` when all are acknowledged. Unanswered ones come round again. */
  take(): string | null {
    for (let looked = 0; looked < loadSize && !this.#isOver; looked++) {
      const subject = `load-${this.#next++ % loadSize}`;
      if (!this.acknowledged.has(subject)) return subject;
    }
    return null;
  }

  /** Has all senders come to an end. */
  end(): void {
    this.#isOver = true;
  }

  /** Sends over one kept SMTP connection, and over a new one when it breaks, until there is nothing left. */
  async sendOverSmtp(port: number): Promise<void> {
    for (let client: SmtpClient | null = null; ; ) {
      const subject = this.take();
      if (subject === null) return client?.close();
      try {
        client ??= await SmtpClient.greet(port);
        const content = `Subject: ${subject}\r\n\r\n${"body ".repeat(200)}\r\n`;
        const reply = await client.send("a@example.org", ["you@example.org"], content);
        if (reply.startsWith("250")) this.acknowledged.add(subject);
      } catch {
        // The service is down: that is what this load is for.
        client?.close();
        client = null;
        await sleep(50);
      }
    }
  }

  /** The same over HTTP. */
  async sendOverHttp(port: number, key: string): Promise<void> {
    for (let subject = this.take(); subject !== null; subject = this.take()) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/api/v1/messages`, {
          method: "POST",
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          body: JSON.stringify({ from: "a@example.org", to: ["you@example.org"], subject, text: "body ".repeat(200) }),
        });
        await response.arrayBuffer();
        if (response.status === 202) this.acknowledged.add(subject);
      } catch {
        await sleep(50);
      }
    }
  }
}

function startSenders(load: Load, stage: Stage, key: string): Promise<unknown> {
  return Promise.all([
    ...Array.from({ length: smtpSenders }, () => load.sendOverSmtp(stage.ports.smtp)),
    ...Array.from({ length: httpSenders }, () => load.sendOverHttp(stage.ports.http, key)),
  ]);
}

function subjectsIn(sink: Sink): Set<string> {
  return new Set(
    sink.messages.map(({ content }) => /^Subject: (load-\d+)/m.exec(content.toString("latin1"))?.[1] ?? ""),
  );
}

/** Crashes and stops. */
export const crash: readonly Scenario[] = [
  {
    name: "every message that was acknowledged before a kill -9 under load arrives after it",
    timeoutMs: 120_000,
    async play(stage) {
      stage.environment.DISPATCH_API_RATE_LIMIT_PER_KEY = "0";
      const sink = await Sink.start();
      stage.onClose(() => sink.close());
      const service = await stage.start();
      await stage.relayTo(sink.port);
      const key = await stage.createKey();
      const load = new Load();
      stage.onClose(() => load.end());
      const senders = startSenders(load, stage, key);
      await until("a third of the load", () => load.acknowledged.size > loadSize / 3, 60_000);
      await service.kill();
      const beforeKill = new Set(load.acknowledged);
      assert.ok(beforeKill.size < loadSize, "the load was over before the kill");
      await stage.start();
      await senders;
      assert.equal(load.acknowledged.size, loadSize);
      await until("all that was acknowledged", () => subjectsIn(sink).size >= loadSize, 60_000);
      const arrived = subjectsIn(sink);
      assert.deepEqual(
        [...load.acknowledged].filter((subject) => !arrived.has(subject)),
        [],
      );
      const sentTwice = sink.messages.length - arrived.size;
      // What was under way at the kill may come again, and nothing else.
      assert.ok(sentTwice <= 200, `${sentTwice} messages arrived twice`);
    },
  },
  {
    name: "SIGTERM lets a message in the middle of DATA finish, and takes no new connection",
    async play(stage) {
      const service = await stage.start();
      const client = await SmtpClient.greet(stage.ports.smtp);
      assert.match(await client.envelope("a@example.org", ["you@example.org"]), /^354/);
      await client.write("Subject: half\r\n\r\nfirst half\r\n");
      service.signal("SIGTERM");
      await until("the port to close", () =>
        SmtpClient.connect(stage.ports.smtp).then(
          () => false,
          () => true,
        ),
      );
      await client.write("second half\r\n");
      const reply = await client.command(".");
      assert.match(reply, /^250 /);
      client.close();
      assert.deepEqual(await service.exited(), { code: 0, signal: null });
      const entries = await stage.json<{ id: string }[]>("queue", "list");
      assert.ok(reply.includes(entries[0]?.id ?? "nothing was stored"));
    },
  },
  {
    name: "mail is taken and waits while the smart host is away, and goes out when it is back",
    async play(stage) {
      stage.environment.DISPATCH_SPOOL_RETRY_DELAYS_SECONDS = "[1]";
      stage.environment.DISPATCH_SPOOL_MAX_RETRIES = "30";
      const away = await Sink.start();
      const { port } = away;
      await away.close();
      const service = await stage.start();
      await stage.relayTo(port);
      const client = await SmtpClient.greet(stage.ports.smtp);
      assert.match(await client.send("a@example.org", ["you@example.org"], "Subject: load-1\r\n\r\nx\r\n"), /^250 /);
      await until("an attempt", async () => {
        const [entry] = await stage.perform("queue.list", {});
        return entry?.state === "retrying" && entry.lastError !== null;
      });
      await service.kill();
      const back = await Sink.start({}, port);
      stage.onClose(() => back.close());
      await stage.start();
      await until("the message at the smart host", () => subjectsIn(back).has("load-1"));
    },
  },
];
