import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { until } from "../support/e2e_process.ts";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { ListenerFixture, newTlsPolicy } from "../support/smtp_listener_fixture.ts";

const text = "From: a@x.org\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\nMessage-ID: <1@x.org>\r\n\r\nHello\r\n";

const line = (address: string) => `PROXY TCP4 ${address} 127.0.0.1 40000 25\r\n`;
const signature = "0d0a0d0a000d0a515549540a";
/** From 192.0.2.7, port 40000, to 127.0.0.1, port 25. */
const binary = Buffer.from(`${signature}2111000cc00002077f0000019c400019`, "hex");
const local = Buffer.from(`${signature}20000000`, "hex");

/** The proxy sits at the address from which tests connect. */
const isTrustedProxy = (address: string) => address === "127.0.0.1";

describe("SmtpListener, behind a proxy,", () => {
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

  async function connectWith(header: Uint8Array | string): Promise<SmtpClient> {
    const client = await SmtpClient.connect(fixture.port, header);
    sockets.push(client.socket);
    return client;
  }

  async function connectOnly(): Promise<Socket> {
    const socket = connect(fixture.port, "127.0.0.1").on("error", () => {});
    sockets.push(socket);
    await once(socket, "connect");
    return socket;
  }

  async function sendOver(client: SmtpClient): Promise<void> {
    assert.match(await client.command("EHLO client.example.org"), /^250-relay\.example\.org greets \[192\.0\.2\.7\]/);
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 /);
    const [message] = fixture.stored;
    assert.equal(message?.origin.clientAddress, "192.0.2.7");
    const content = message?.content.kind === "inline" ? Buffer.from(message.content.bytes).toString() : "";
    assert.match(content, /^Received: from client\.example\.org \(\[192\.0\.2\.7\]\)/);
  }

  const missing = () => fixture.logger.events.filter((event) => event === "smtp.proxy_header_missing").length;
  const gone = () => until("the connection to be gone", () => fixture.places.open === 0);

  for (const [version, header] of [
    [1, line("192.0.2.7")],
    [2, binary],
  ] as const) {
    it(`takes the client's address from a header of version ${version}`, async () => {
      await fixture.open(tls, { isTrustedProxy });
      await sendOver(await connectWith(header));
    });

    it(`takes a header of version ${version} that comes byte by byte`, async () => {
      await fixture.open(tls, { isTrustedProxy });
      const socket = await connectOnly();
      socket.setNoDelay(true);
      const greeting = once(socket, "data");
      for (const byte of Buffer.from(header)) {
        socket.write(Uint8Array.of(byte));
        await new Promise(setImmediate);
      }
      const [chunk] = await greeting;
      assert.match(String(chunk), /^220 /);
      socket.write("EHLO client.example.org\r\n");
      const [reply] = await once(socket, "data");
      assert.match(String(reply), /greets \[192\.0\.2\.7\]/);
    });

    it(`takes a header of version ${version} before the handshake of SMTPS`, async () => {
      await fixture.open(tls, { isTrustedProxy, isImplicitTls: true });
      const socket = await connectOnly();
      // Held together until the handshake has begun, so that both come as one.
      socket.cork();
      socket.write(header);
      const secured = connectTls({ socket, rejectUnauthorized: false });
      process.nextTick(() => socket.uncork());
      sockets.push(secured);
      const [greeting] = await once(secured, "data");
      assert.match(String(greeting), /^220 relay\.example\.org/);
      secured.write("EHLO client.example.org\r\n");
      const [reply] = await once(secured, "data");
      assert.match(String(reply), /greets \[192\.0\.2\.7\]/);
    });
  }

  it("counts each client for itself, and the proxy not at all", async () => {
    fixture.settings.maxPerClient = 1;
    await fixture.open(tls, { isTrustedProxy });
    for (const host of [1, 2, 3]) assert.match((await connectWith(line(`192.0.2.${host}`))).greeting, /^220 /);
    assert.match(
      (await connectWith(line("192.0.2.3"))).greeting,
      /^421 4\.7\.0 Too many connections from your address$/,
    );
    for (let check = 0; check < 3; check++) assert.match((await connectWith(local)).greeting, /^220 /);
    for (const socket of sockets) socket.destroy();
    await gone();
  });

  it("counts what has no header yet among all", async () => {
    fixture.settings.max = 1;
    await fixture.open(tls, { isTrustedProxy });
    const socket = await connectOnly();
    await until("it to be counted", () => fixture.places.open === 1);
    const second = await connectOnly();
    const [reply] = await once(second, "data");
    assert.match(String(reply), /^421 4\.7\.0 Too many connections, try again later/);
    socket.destroy();
    await gone();
    assert.match((await connectWith(line("192.0.2.7"))).greeting, /^220 /);
  });

  for (const [name, header] of [
    ["LOCAL", local],
    ["UNKNOWN", "PROXY UNKNOWN\r\n"],
  ] as const) {
    it(`takes ${name} for the proxy itself`, async () => {
      await fixture.open(tls, { isTrustedProxy });
      const client = await connectWith(header);
      assert.match(await client.command("EHLO proxy.example.org"), /greets \[127\.0\.0\.1\]/);
      assert.equal(missing(), 0);
    });
  }

  it("closes a connection of a trusted proxy that begins with something else, and says so in the log", async () => {
    await fixture.open(tls, { isTrustedProxy });
    const socket = await connectOnly();
    socket.resume().write("EHLO client.example.org\r\n");
    await once(socket, "close");
    assert.equal(socket.bytesRead, 0);
    await gone();
    assert.equal(missing(), 1);
  });

  it("closes a connection of a trusted proxy whose header does not come in time", async () => {
    await fixture.open(tls, { isTrustedProxy, times: { handshakeMs: 300 } });
    const socket = await connectOnly();
    socket.write("PROXY TCP4 192.0.2.7");
    await once(socket.resume(), "close");
    await gone();
    assert.equal(missing(), 1);
  });

  it("says nothing of a proxy that connects and leaves", async () => {
    await fixture.open(tls, { isTrustedProxy });
    const socket = await connectOnly();
    await until("it to be counted", () => fixture.places.open === 1);
    socket.end();
    await gone();
    assert.equal(missing(), 0);
  });

  it("asks the service's own connections for no header", async () => {
    await fixture.open(tls, { isTrustedProxy, isOwn: () => true });
    assert.match((await connectWith("")).greeting, /^220 /);
    assert.equal(fixture.places.open, 0);
  });

  it("takes the header of an address that is not trusted for a command", async () => {
    await fixture.open(tls);
    const client = await connectWith(line("192.0.2.7"));
    assert.match(await client.reply(), /^500 5\.5\.2 /);
    assert.match(await client.command("EHLO client.example.org"), /greets \[127\.0\.0\.1\]/);
  });

  it("is over at once when it closes, whoever has sent no header yet", async () => {
    await fixture.open(tls, { isTrustedProxy });
    await connectOnly();
    await until("it to be counted", () => fixture.places.open === 1);
    const startMs = performance.now();
    await fixture.listener.close(30_000);
    assert.ok(performance.now() - startMs < 10_000);
    await gone();
  });
});
