import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { until } from "../support/e2e_process.ts";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { ListenerFixture, newTlsPolicy } from "../support/smtp_listener_fixture.ts";

const header = "From: a@x.org\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\nMessage-ID: <1@x.org>\r\n";

/** Set once a test has come so far that only the end is to come: a busy machine is no slow client. */
const shortMs = 300;

describe("SmtpListener, as to time,", () => {
  let tls: TlsPolicy;
  let fixture: ListenerFixture;
  let sockets: Socket[];

  before(async () => {
    tls = await newTlsPolicy();
  });

  beforeEach(() => {
    sockets = [];
    fixture = new ListenerFixture();
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await fixture.close();
  });

  async function greet(): Promise<SmtpClient> {
    const client = await SmtpClient.greet(fixture.port);
    sockets.push(client.socket);
    return client;
  }

  function hurry(): void {
    fixture.settings.idleTimeoutMs = shortMs;
  }

  async function connectOnly(): Promise<Socket> {
    const socket = connect(fixture.port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  }

  /** Sends one byte after the other, more of them than there is time for, until the connection has ended. */
  async function trickle(socket: Socket, bytes: string): Promise<void> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    socket.on("end", over).on("close", over).on("error", over).resume();
    for (let i = 0; !isOver; i++) {
      assert.ok(i < 1000, "it goes on for too long");
      socket.write(bytes[i % bytes.length]!, "latin1");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const gone = () => until("the connection to be gone", () => fixture.places.open === 0);

  it("ends a silent session with 421, and says so once in the log", async () => {
    await fixture.open(tls);
    const client = await greet();
    hurry();
    assert.match(await client.reply(), /^421 4\.4\.2 Timeout: no command came in time$/);
    client.close();
    await gone();
    assert.equal(fixture.logger.events.filter((event) => event === "smtp.timed_out").length, 1);
  });

  it("ends a session whose command comes byte by byte", async () => {
    await fixture.open(tls);
    const client = await greet();
    hurry();
    await Promise.all([
      trickle(client.socket, "NOOP "),
      client.reply().then((reply) => assert.match(reply, /^421 4\.4\.2 /)),
    ]);
    await gone();
  });

  it("ends a session that leaves the prompt of AUTH unanswered", async () => {
    fixture.settings.allowUnsecureAuth = true;
    await fixture.open(tls);
    const client = await greet();
    assert.match(await client.command("AUTH LOGIN"), /^334 /);
    hurry();
    assert.match(await client.reply(), /^421 4\.4\.2 /);
  });

  it("ends a message that comes byte by byte, and keeps nothing of it", async () => {
    await fixture.open(tls);
    const client = await greet();
    assert.match(await client.envelope("app@x.org", ["you@x.org"]), /^354/);
    await client.write(`${header}\r\n${"x".repeat(400_000)}`);
    await until("the file", () => fixture.files.length === 1);
    hurry();
    const reply = client.reply();
    await trickle(client.socket, "x");
    assert.match(await reply, /^421 4\.4\.2 Timeout: the message came too slowly$/);
    await gone();
    await until("the file to be gone", () => fixture.files.length === 0);
    assert.equal(fixture.stored.length, 0);
  });

  it("waits as long as it takes itself to store a message", async () => {
    const { append } = fixture;
    fixture.append = async (message) => {
      hurry();
      await new Promise((resolve) => setTimeout(resolve, 4 * shortMs));
      fixture.settings.idleTimeoutMs = 60_000;
      return append(message);
    };
    await fixture.open(tls);
    const client = await greet();
    assert.match(await client.send("app@x.org", ["you@x.org"], `${header}\r\nHello\r\n`), /^250 /);
    assert.equal(fixture.stored.length, 1);
  });

  it("ends a session that never reads its answers", async () => {
    await fixture.open(tls);
    const socket = await connectOnly();
    socket.pause();
    hurry();
    // Short, with a long answer.
    const many = "EHLO x\r\n".repeat(1000);
    // Until neither the system nor the listener takes any more.
    while (fixture.places.open > 0) {
      socket.write(many);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await gone();
    assert.ok(fixture.logger.events.includes("smtp.timed_out"));
  });

  it("ends a session that has lasted too long, however busy it is", async () => {
    await fixture.open(tls, { times: { sessionMs: shortMs } });
    const client = await SmtpClient.connect(fixture.port);
    sockets.push(client.socket);
    let reply = "";
    while (!reply.startsWith("421")) {
      reply = await client.command("NOOP");
      assert.match(reply, /^(?:250|421 4\.4\.2 Timeout: the session has lasted too long$)/);
    }
  });

  for (const phase of ["silent", "byte by byte"]) {
    it(`ends a handshake behind STARTTLS that is ${phase}`, async () => {
      await fixture.open(tls, { times: { handshakeMs: shortMs } });
      const client = await greet();
      await client.command("STARTTLS");
      if (phase !== "silent") await trickle(client.socket, `\x16\x03\x01\x02\0\x01${"\0".repeat(500)}`);
      await gone();
      await until("the log to tell", () => fixture.logger.events.includes("smtp.tls_failed"));
    });

    it(`ends a handshake of SMTPS that is ${phase}, and counts it from the start`, async () => {
      await fixture.open(tls, { isImplicitTls: true, times: { handshakeMs: shortMs } });
      const socket = await connectOnly();
      await until("it to be counted", () => fixture.places.open === 1);
      if (phase !== "silent") await trickle(socket, `\x16\x03\x01\x02\0\x01${"\0".repeat(500)}`);
      await gone();
      await until("the log to tell", () => fixture.logger.events.includes("smtp.tls_failed"));
    });
  }

  it("closes one connection too many of SMTPS before any handshake", async () => {
    fixture.settings.maxPerClient = 1;
    await fixture.open(tls, { isImplicitTls: true });
    const first = await connectOnly();
    await until("it to be counted", () => fixture.places.open === 1);
    const second = await connectOnly();
    second.resume();
    await once(second, "close");
    assert.equal(fixture.places.open, 1);
    first.destroy();
    await gone();
  });

  it("keeps nothing of a refused connection, though the client keeps its side open, and says little of many", async () => {
    fixture.settings.maxPerClient = 1;
    await fixture.open(tls);
    const first = await greet();
    const texts = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = connect({ port: fixture.port, host: "127.0.0.1", allowHalfOpen: true });
        sockets.push(socket);
        const [text] = await once(socket, "data");
        return String(text);
      }),
    );
    assert.deepEqual([...new Set(texts)], ["421 4.7.0 Too many connections from your address\r\n"]);
    await until("the refused ones to be gone", () => fixture.places.open === 1);
    assert.equal(fixture.logger.events.filter((event) => event === "smtp.connection_refused").length, 5);
    assert.match(await first.command("NOOP"), /^250 /);
  });

  it("is over at once when it closes, whatever handshakes are under way", async () => {
    await fixture.open(tls, { isImplicitTls: true });
    await connectOnly();
    await until("it to be counted", () => fixture.places.open === 1);
    const startMs = performance.now();
    await fixture.listener.close(30_000);
    assert.ok(performance.now() - startMs < 10_000);
    await gone();
  });
});
