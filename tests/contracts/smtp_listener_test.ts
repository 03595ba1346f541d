import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTo, createServer } from "node:net";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import type { LargeFiles } from "../../core/capabilities.ts";
import { DispatchError, isDispatchError } from "../../core/error/mod.ts";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { until } from "../support/e2e_process.ts";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { ListenerFixture, newTlsPolicy, storedText } from "../support/smtp_listener_fixture.ts";

const header = "From: a@x.org\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\nMessage-ID: <1@x.org>\r\n";
const text = `${header}\r\nHello\r\n`;

describe("SmtpListener", () => {
  let tls: TlsPolicy;
  let fixture: ListenerFixture;
  let clients: SmtpClient[];

  before(async () => {
    tls = await newTlsPolicy();
  });

  beforeEach(async () => {
    clients = [];
    fixture = new ListenerFixture();
    await fixture.open(tls);
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await fixture.close();
  });

  async function connect(): Promise<SmtpClient> {
    const client = await SmtpClient.connect(fixture.port);
    clients.push(client);
    return client;
  }

  async function greet(): Promise<SmtpClient> {
    const client = await connect();
    await client.command("EHLO client.example.org");
    return client;
  }

  async function begin(): Promise<SmtpClient> {
    const client = await greet();
    assert.match(await client.envelope("app@x.org", ["you@x.org"]), /^354/);
    return client;
  }

  it("greets at once, with its name and no status code", async () => {
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const startMs = performance.now();
      const client = await connect();
      times.push(performance.now() - startMs);
      assert.equal(client.greeting, "220 relay.example.org ESMTP Dispatch");
      client.close();
    }
    times.sort((a, b) => a - b);
    // The library alone takes 100 ms.
    assert.ok(times[10]! < 20, `median ${times[10]} ms`);
  });

  it("offers what it has, and no AUTH outside TLS", async () => {
    const client = await connect();
    const [greeting, ...extensions] = (await client.command("EHLO client.example.org")).split("\n");
    assert.equal(greeting, "250-relay.example.org greets [127.0.0.1]");
    assert.deepEqual(extensions.map((line) => line.slice(4)).sort(), [
      "8BITMIME",
      "DSN",
      "ENHANCEDSTATUSCODES",
      "PIPELINING",
      "SIZE 1000000",
      "SMTPUTF8",
      "STARTTLS",
    ]);
    assert.match(await client.command("AUTH PLAIN AGEAYg=="), /^538 5\.7\.11 /);
  });

  it("takes a message and answers with its id", async () => {
    const client = await greet();
    const reply = await client.send("app@x.org", ["you@x.org", "me@x.org"], text);
    const [message] = fixture.stored;
    assert.equal(reply, `250 2.6.0 Queued as ${message?.id}`);
    assert.equal(message?.sender, "app@x.org");
    assert.deepEqual(
      message?.recipients.map(({ address }) => address),
      ["you@x.org", "me@x.org"],
    );
    assert.equal(storedText(message), text);
    assert.equal(message?.origin.clientAddress, "127.0.0.1");
    assert.equal(message?.origin.tls, null);
  });

  it("takes more than ten commands from a client that never signs in", async () => {
    const client = await greet();
    for (let i = 0; i < 30; i++) assert.match(await client.command("NOOP"), /^250 /);
    for (let i = 0; i < 12; i++) assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 /);
  });

  it("keeps the null sender", async () => {
    const client = await greet();
    assert.match(await client.send("", ["you@x.org"], text), /^250 /);
    assert.equal(fixture.stored[0]?.sender, "");
  });

  it("takes a recipient with UTF-8 in its local part", async () => {
    const client = await greet();
    assert.match(await client.command("MAIL FROM:<app@x.org> SMTPUTF8"), /^250 2\.1\.0 /);
    assert.match(await client.command("RCPT TO:<jürgen@bücher.example>"), /^250 2\.1\.5 /);
    await client.command("DATA");
    await client.write(text);
    assert.match(await client.command("."), /^250 /);
    assert.equal(fixture.stored[0]?.recipients[0]?.address, "jürgen@xn--bcher-kva.example");
  });

  it("keeps a recipient that is named twice once", async () => {
    const client = await greet();
    await client.send("app@x.org", ["you@x.org", "you@X.org"], text);
    assert.equal(fixture.stored[0]?.recipients.length, 1);
  });

  it("answers pipelined commands in order, a message after a message", async () => {
    const client = await greet();
    const one = `MAIL FROM:<app@x.org>\r\nRCPT TO:<you@x.org>\r\nDATA\r\n`;
    await client.write(`${one}`);
    for (const code of ["250", "250", "354"]) assert.match(await client.reply(), new RegExp(`^${code}`));
    await client.write(`${text}.\r\n${one}`);
    for (const code of ["250 2.6.0", "250", "250", "354"]) assert.match(await client.reply(), new RegExp(`^${code}`));
    await client.write(`${text}.\r\nQUIT\r\n`);
    assert.match(await client.reply(), /^250 2\.6\.0/);
    assert.match(await client.reply(), /^221 2\.0\.0/);
    assert.equal(fixture.stored.length, 2);
  });

  it("refuses a client that may not send at MAIL FROM, saying where to add it, and greets it before", async () => {
    fixture.settings.isAllowed = false;
    const client = await greet();
    const reply = await client.command("MAIL FROM:<app@x.org>");
    assert.match(reply, /^550 5\.7\.1 /);
    assert.ok(reply.includes("127.0.0.1") && reply.includes("listener.allowed_cidrs"));
    assert.match(await client.command("RCPT TO:<you@x.org>"), /^503 5\.5\.1 /);
  });

  it("refuses addresses that are none with their own codes", async () => {
    const client = await greet();
    assert.match(await client.command("MAIL FROM:<no address>"), /^501 5\.1\.7 /);
    assert.match(await client.command("MAIL FROM:<app@x.org>"), /^250 /);
    assert.match(await client.command("RCPT TO:<@>"), /^501 5\.1\.3 /);
    assert.match(await client.command("RCPT TO:<>"), /^501 5\.1\.3 /);
  });

  it("answers 421 to one connection too many, in all and from one address", async () => {
    fixture.settings.maxPerClient = 2;
    for (let i = 0; i < 2; i++) await connect();
    const third = await connect();
    assert.match(third.greeting, /^421 4\.7\.0 Too many connections from your address$/);
    fixture.settings.max = 2;
    assert.match((await connect()).greeting, /^421 4\.7\.0 Too many connections, try again later$/);
    for (const client of clients) client.close();
    await until("the connections to be gone", () => fixture.places.open === 0);
    assert.match((await connect()).greeting, /^220 /);
  });

  it("answers 452 4.3.1 when the disk is nearly full", async () => {
    const client = await greet();
    fixture.settings.freeBytes = 100;
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^452 4\.3\.1 /);
    fixture.settings.freeBytes = 2 ** 40;
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 /);
  });

  it("answers 452 4.5.3 to one recipient too many, and delivers to the others", async () => {
    const client = await greet();
    await client.command("MAIL FROM:<app@x.org>");
    for (const name of ["a", "b", "c"]) assert.match(await client.command(`RCPT TO:<${name}@x.org>`), /^250 /);
    assert.match(await client.command("RCPT TO:<d@x.org>"), /^452 4\.5\.3 /);
    await client.command("DATA");
    await client.write(text);
    assert.match(await client.command("."), /^250 /);
    assert.equal(fixture.stored[0]?.recipients.length, 3);
  });

  it("answers 552 5.3.4 to a message that is declared too large", async () => {
    const client = await greet();
    assert.match(await client.command("MAIL FROM:<app@x.org> SIZE=1000001"), /^552 5\.3\.4 /);
    assert.match(await client.command("MAIL FROM:<app@x.org> SIZE=1000000"), /^250 /);
  });

  it("answers 552 5.3.4 to a message that turns out too large, keeps nothing, and goes on", async () => {
    const client = await begin();
    for (let i = 0; i < 30; i++) await client.write(`${"x".repeat(62)}\r\n`.repeat(1000));
    assert.match(await client.command("."), /^552 5\.3\.4 /);
    assert.deepEqual(fixture.files, []);
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 /);
  });

  it("answers 554 5.4.6 to a message that goes round in a loop", async () => {
    const client = await greet();
    const loop = "Received: by a.example\r\n".repeat(31);
    assert.match(await client.send("app@x.org", ["you@x.org"], loop + text), /^554 5\.4\.6 /);
  });

  it("answers 451 4.3.0 when the spool can't store, and goes on", async () => {
    const { append } = fixture;
    fixture.append = () => Promise.reject(new DispatchError("spool_unavailable", { reason: "disk full" }));
    const client = await greet();
    const reply = await client.send("app@x.org", ["you@x.org"], text);
    assert.match(reply, /^451 4\.3\.0 /);
    assert.doesNotMatch(reply, /disk full/);
    fixture.append = append;
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 /);
  });

  it("answers 451 4.3.0 to what it did not foresee, and says so in the log", async () => {
    fixture.append = () => Promise.reject(new TypeError("a bug"));
    const client = await greet();
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^451 4\.3\.0 /);
    assert.ok(fixture.logger.events.includes("smtp.internal_error"));
  });

  it("takes new settings from the next command on", async () => {
    const client = await greet();
    fixture.settings.maxMessageBytes = 5000;
    assert.match(await client.command("EHLO client.example.org"), /SIZE 5000/);
    fixture.settings.serverName = "new.example.org";
    assert.match((await connect()).greeting, /^220 new\.example\.org /);
  });

  it("ends a session that is silent for too long with 421", async () => {
    fixture.settings.idleTimeoutMs = 100;
    const client = await greet();
    assert.match(await client.reply(), /^421 4\.4\.2 /);
  });

  const stages = ["after the greeting", "after EHLO", "after MAIL", "after RCPT", "after DATA", "in the content"];
  for (const [stage, name] of stages.entries()) {
    it(`keeps nothing of a client that leaves ${name}`, async () => {
      const client = await connect();
      const lines = ["EHLO c.example", "MAIL FROM:<app@x.org>", "RCPT TO:<you@x.org>", "DATA"];
      for (const line of lines.slice(0, stage)) await client.command(line);
      if (stage === 5) {
        await client.write(`${header}\r\n${"x".repeat(400_000)}`);
        await until("the file", () => fixture.files.length === 1);
      }
      client.close();
      await until("the connection to be gone", () => fixture.places.open === 0);
      await until("the file to be gone", () => fixture.files.length === 0);
      assert.equal(fixture.stored.length, 0);
      assert.match((await connect()).greeting, /^220 /);
    });
  }

  it("reads no faster than it can store, and takes the message whole all the same", async () => {
    fixture.settings.maxMessageBytes = 50_000_000;
    let isHeld = true;
    let written = 0;
    const slow: LargeFiles = {
      ...fixture.largeFiles,
      async create(name) {
        const writer = await fixture.largeFiles.create(name);
        return {
          commit: () => writer.commit(),
          abort: () => writer.abort(),
          async write(chunk) {
            await until("the disk", () => !isHeld);
            written += chunk.byteLength;
            await writer.write(chunk);
          },
        };
      },
    };
    await fixture.listener.close(1);
    await fixture.open(tls, { largeFiles: slow });
    const client = await begin();
    await client.write(`${header}\r\n`);
    const body = Buffer.from(`${"x".repeat(62)}\r\n`.repeat(500_000));
    client.socket.write(body);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(written, 0);
    // What left this process is in buffers of the system or of the listener: both are small beside the message.
    assert.ok(
      client.socket.bytesWritten - client.socket.writableLength < 16_000_000,
      `${client.socket.writableLength}`,
    );
    isHeld = false;
    assert.match(await client.command("."), /^250 /);
    assert.ok(written > body.length);
  });

  it("answers, and says so in the log, when the file of a refused message can't be removed", async () => {
    const stubborn: LargeFiles = {
      ...fixture.largeFiles,
      async create(name) {
        const writer = await fixture.largeFiles.create(name);
        const abort = async () => {
          await writer.abort();
          throw new Error("EIO: i/o error");
        };
        return { write: (chunk) => writer.write(chunk), commit: () => writer.commit(), abort };
      },
    };
    await fixture.listener.close(1);
    await fixture.open(tls, { largeFiles: stubborn });
    const client = await begin();
    for (let i = 0; i < 20; i++) await client.write(`${"x".repeat(62)}\r\n`.repeat(1000));
    assert.match(await client.command("."), /^552 5\.3\.4 /);
    assert.ok(fixture.logger.events.includes("smtp.file_left"));
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 /);
  });

  it("says that a port is in use", async () => {
    const second = new ListenerFixture();
    await assert.rejects(
      second.open(tls, { port: fixture.port }),
      (error) => isDispatchError(error, "listener_unbindable") && error.message.includes("it is in use"),
    );
    await second.close();
    assert.match((await connect()).greeting, /^220 /);
  });

  it("ends idle clients with 421 when it closes, and takes no new ones", async () => {
    const idle = await greet();
    const closed = fixture.listener.close(5000);
    assert.match(await idle.reply(), /^421 4\.3\.2 /);
    idle.close();
    await closed;
    const socket = connectTo(fixture.port, "127.0.0.1");
    const [error] = await once(socket, "error");
    assert.equal((error as NodeJS.ErrnoException).code, "ECONNREFUSED");
  });

  it("lets a message that is arriving finish when it closes", async () => {
    const client = await begin();
    await client.write(header);
    const closed = fixture.listener.close(5000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await client.write("\r\nHello\r\n");
    assert.match(await client.command("."), /^250 2\.6\.0 /);
    assert.equal(fixture.stored.length, 1);
    // The client would keep the connection, but it is not waited for.
    assert.match(await client.reply(), /^421 4\.3\.2 /);
    client.close();
    await closed;
  });

  it("waits no longer than it may for a message that does not finish", async () => {
    const client = await begin();
    const startMs = performance.now();
    await fixture.listener.close(200);
    assert.ok(performance.now() - startMs < 3000);
    assert.match(await client.reply(), /^421 /);
    assert.equal(fixture.stored.length, 0);
  });

  it("waits not at all where it may not", async () => {
    await begin();
    const startMs = performance.now();
    await fixture.listener.close(0);
    assert.ok(performance.now() - startMs < 3000);
  });

  it("serves IPv6 and IPv4", async () => {
    const probe = createServer().listen(0, "::1");
    const hasIpv6 = await Promise.race([
      once(probe, "listening").then(() => true),
      once(probe, "error").then(() => false),
    ]);
    probe.close();
    for (const host of hasIpv6 ? ["::1", "127.0.0.1"] : ["127.0.0.1"]) {
      const socket = connectTo(fixture.port, host);
      const [chunk] = await once(socket, "data");
      assert.match(String(chunk), /^220 /);
      socket.destroy();
    }
  });
});
