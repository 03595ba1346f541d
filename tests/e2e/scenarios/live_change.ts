/** Settings that change beside a running service take effect at once, without a dropped connection. */
import assert from "node:assert/strict";
import { pickPort } from "../../support/e2e_ports.ts";
import { until } from "../../support/e2e_process.ts";
import { SmtpClient } from "../../support/e2e_smtp_client.ts";
import type { Scenario } from "../scenario.ts";

const short = "Subject: short\r\n\r\nbody\r\n";

function refusesConnections(port: number): Promise<boolean> {
  return SmtpClient.connect(port).then(
    (client) => {
      client.close();
      return false;
    },
    () => true,
  );
}

/** Live changes. */
export const liveChange: readonly Scenario[] = [
  {
    name: "listener.ports rebinds: the new port is up, the old one closes, an open session goes on; a port that can't be bound is refused, and the listener goes on as it was",
    async play(stage) {
      const [oldPort, newPort] = [stage.ports.smtp, await pickPort()];
      delete stage.environment.DISPATCH_LISTENER_PORTS;
      await stage.json("config", "set", "listener.ports", `[${oldPort}]`);
      await stage.start();
      const session = await SmtpClient.greet(oldPort);
      assert.match(await session.envelope("a@example.org", ["you@example.org"]), /^354/);
      await stage.json("config", "set", "listener.ports", `[${newPort}]`);
      (await SmtpClient.greet(newPort)).close();
      await until("the old port to close", () => refusesConnections(oldPort));
      await session.write(short);
      assert.match(await session.command("."), /^250 /);
      session.close();
      const refused = await stage.cli(["config", "set", "listener.ports", `[${stage.ports.http}]`]);
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, new RegExp(`\\b${stage.ports.http}\\b`));
      const { value } = await stage.json<{ value: number[] }>("config", "get", "listener.ports");
      assert.deepEqual(value, [newPort]);
      (await SmtpClient.greet(newPort)).close();
    },
  },
  {
    name: "listener.server_name is what clients are greeted with, and listener.connection_timeout_seconds the time they have",
    isGuest: true,
    async play(stage) {
      await stage.configure("listener.server_name", "mail.example.org");
      const sender = await stage.greet();
      const reply = await sender.send("a@example.org", ["you@example.org"], short);
      const id = /spl_[0-9a-f]{32}/.exec(reply)?.[0] as string;
      const shown = await stage.cli(["queue", "show", id, "--content"]);
      assert.match(shown.stdout, /^Received: [^\n]*(?:\n\s[^\n]*)*\bby mail\.example\.org\b/);
      await stage.configure("listener.connection_timeout_seconds", 1);
      const idle = await SmtpClient.connect(stage.ports.smtp);
      stage.onClose(() => idle.close());
      assert.match(idle.greeting, /^220 mail\.example\.org /);
      assert.match(await idle.reply(), /^421 /);
    },
  },
  {
    name: "a setting that the environment pins can't be changed",
    isGuest: true,
    async play(stage) {
      const refused = await stage.cli(["config", "set", "listener.ports", "[2525]"]);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /DISPATCH_LISTENER_PORTS/);
    },
  },
  {
    name: "listener.max_message_bytes is advertised, and enforced on what is declared and on what is streamed",
    isGuest: true,
    async play(stage) {
      await stage.configure("listener.max_message_bytes", 5000);
      const client = await stage.greet();
      assert.match(await client.command("EHLO client.example.org"), /^250[- ]SIZE 5000$/m);
      assert.match(await client.command("MAIL FROM:<a@example.org> SIZE=6000"), /^552 5\.3\.4/);
      const large = `Subject: large\r\n\r\n${"x".repeat(6000)}\r\n`;
      assert.match(await client.send("a@example.org", ["you@example.org"], large), /^552 5\.3\.4/);
      assert.match(await client.send("a@example.org", ["you@example.org"], short), /^250 /);
    },
  },
  {
    name: "listener.allowed_cidrs refuses at MAIL FROM and names the setting",
    isGuest: true,
    async play(stage) {
      await stage.configure("listener.allowed_cidrs", ["10.0.0.0/8"]);
      const client = await stage.greet();
      const reply = await client.command("MAIL FROM:<stranger@example.org>");
      assert.match(reply, /^550 5\.7\.1/);
      assert.match(reply, /listener\.allowed_cidrs/);
      const row = await until("the refusal's row", async () => {
        const { rows } = await stage.perform("log.search", { event: "denied" });
        return rows.find(({ sender }) => sender === "stranger@example.org");
      });
      assert.equal(row.clientAddress, "127.0.0.1");
      assert.match(row.error ?? "", /add 127\.0\.0\.1 to listener\.allowed_cidrs/);
      await stage.perform("config.unset", { key: "listener.allowed_cidrs" });
      const welcome = await stage.greet();
      assert.match(await welcome.command("MAIL FROM:<a@example.org>"), /^250 /);
    },
  },
  {
    name: "listener.max_recipients, max_connections_per_client and the hop limit have their replies",
    isGuest: true,
    async play(stage) {
      await stage.configure("listener.max_recipients", 2);
      await stage.configure("listener.max_connections_per_client", 2);
      const client = await stage.greet();
      const addresses = ["one@example.org", "two@example.org", "three@example.org"];
      assert.match(await client.envelope("a@example.org", addresses), /^452 4\.5\.3/);
      const second = await stage.greet();
      assert.match(await SmtpClient.connect(stage.ports.smtp).then((third) => third.greeting), /^421 /);
      const looping = `${"Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\r\n".repeat(31)}${short}`;
      assert.match(await second.send("a@example.org", ["you@example.org"], looping), /^554 5\.4\.6/);
    },
  },
  {
    name: "one session can send a hundred messages, and refuse commands in between",
    isGuest: true,
    async play(stage) {
      const client = await stage.greet();
      for (let sent = 0; sent < 100; sent++) {
        assert.match(await client.send("a@example.org", ["you@example.org"], short), /^250 /);
        assert.match(await client.command("NOOP"), /^250 /);
      }
      assert.match(await client.command("BOGUS"), /^50[02] /);
      assert.match(await client.send("a@example.org", ["you@example.org"], short), /^250 /);
    },
  },
  {
    name: "the greeting comes at once",
    isGuest: true,
    async play(stage) {
      const startedMs = performance.now();
      for (let greeted = 0; greeted < 20; greeted++) (await SmtpClient.connect(stage.ports.smtp)).close();
      assert.ok(performance.now() - startedMs < 1000, `${performance.now() - startedMs} ms for 20 greetings`);
    },
  },
];
