import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { findTool, run, until } from "../support/e2e_process.ts";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { ListenerFixture, newTlsPolicy, storedText } from "../support/smtp_listener_fixture.ts";

const header = "From: a@x.org\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\nMessage-ID: <1@x.org>\r\n";
const text = `${header}\r\nHello\r\n`;

/** SHA-256 of the certificate that the server has shown. */
function shownTo(client: SmtpClient): string {
  return (client.socket as TLSSocket).getPeerCertificate().fingerprint256;
}

describe("SmtpListener, as to TLS,", () => {
  let tls: TlsPolicy;
  let other: TlsPolicy;
  let fixture: ListenerFixture;
  let clients: SmtpClient[];

  before(async () => {
    tls = await newTlsPolicy();
    other = await newTlsPolicy();
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

  async function secure(pipelined = ""): Promise<SmtpClient> {
    const client = await SmtpClient.greet(fixture.port);
    const secured = await client.startTls(pipelined);
    clients.push(secured);
    return secured;
  }

  it("takes a message over STARTTLS and notes version and cipher", async () => {
    const client = await secure();
    await client.command("EHLO client.example.org");
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 /);
    const { content, origin } = fixture.stored[0]!;
    assert.equal(origin.tls?.version, "TLSv1.3");
    // The name of the standard (RFC 8446), whichever suite the runtimes prefer.
    assert.match(origin.tls.cipher, /^TLS_(?:AES_(?:128|256)_GCM|CHACHA20_POLY1305)_SHA(?:256|384)$/);
    const whole =
      content.kind === "inline"
        ? Buffer.from(content.bytes)
            .toString()
            .replaceAll(/\r\n\s+/g, " ")
        : "";
    assert.match(whole, /^Received: .* with ESMTPS \(TLSv1\.3:TLS_\w+\) id spl_/);
    assert.equal(storedText(fixture.stored[0]), text);
  });

  it("offers no STARTTLS inside TLS, and forgets what was said before", async () => {
    const client = await secure();
    assert.match(await client.command("MAIL FROM:<app@x.org>"), /^503 /);
    assert.doesNotMatch(await client.command("EHLO client.example.org"), /STARTTLS/);
    assert.match(await client.command("STARTTLS"), /^50[23] 5\.5\.1 /);
  });

  it("drops commands that were pipelined behind STARTTLS", async () => {
    const client = await secure("EHLO evil.example\r\nMAIL FROM:<evil@x.org>\r\nRSET\r\nNOOP\r\n");
    assert.match(await client.command("NOOP"), /^250 2\.0\.0 OK$/);
    assert.match(await client.command("MAIL FROM:<app@x.org>"), /^503 /);
    await client.command("EHLO client.example.org");
    assert.match(await client.command("RCPT TO:<you@x.org>"), /^503 /);
  });

  it("counts a client that has used STARTTLS no longer than it stays", async () => {
    for (let i = 0; i < 3; i++) {
      const client = await secure();
      await client.command("EHLO client.example.org");
      assert.equal(fixture.places.open, 1);
      client.close();
      await until("the connection to be gone", () => fixture.places.open === 0);
    }
  });

  it("shows a new certificate from the next handshake on, and leaves open sessions alone", async () => {
    const early = await secure();
    await early.command("EHLO client.example.org");
    assert.match(await early.envelope("app@x.org", ["you@x.org"]), /^354/);
    await early.write(header);
    const plain = await SmtpClient.greet(fixture.port);
    clients.push(plain);

    fixture.listener.swap(other);

    const late = await secure();
    const upgraded = await plain.startTls();
    clients.push(upgraded);
    assert.notEqual(shownTo(late), shownTo(early));
    assert.equal(shownTo(upgraded), shownTo(late));
    await early.write("\r\nHello\r\n");
    assert.match(await early.command("."), /^250 2\.6\.0 /);
    assert.match(await early.send("app@x.org", ["you@x.org"], text), /^250 /);
    assert.equal(fixture.stored.length, 2);
  });

  it("loses no connection over many changes", async () => {
    let isOver = false;
    const swapping = (async () => {
      for (let i = 0; i < 20; i++) {
        fixture.listener.swap(i % 2 === 0 ? other : tls);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      isOver = true;
    })();
    let sent = 0;
    while (!isOver) {
      const client = await secure();
      await client.command("EHLO client.example.org");
      assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 /);
      client.close();
      sent++;
    }
    await swapping;
    assert.equal(fixture.stored.length, sent);
  });

  it("raises the floor with the next handshake", async () => {
    fixture.listener.swap(await newTlsPolicy("TLSv1.3"));
    const client = await SmtpClient.greet(fixture.port);
    clients.push(client);
    await client.command("STARTTLS");
    client.socket.removeAllListeners();
    const socket = connectTls({ socket: client.socket, rejectUnauthorized: false, maxVersion: "TLSv1.2" });
    const outcome = await Promise.race([
      once(socket, "secureConnect").then(() => "secure"),
      new Promise((resolve) => socket.once("error", () => resolve("refused"))),
      once(socket, "close").then(() => "refused"),
    ]);
    assert.equal(outcome, "refused");
  });

  it("keeps nothing of a handshake that fails, and says so in the log", async () => {
    const client = await SmtpClient.greet(fixture.port);
    await client.command("STARTTLS");
    client.socket.write("this is no handshake\r\n");
    await until("the connection to be gone", () => fixture.places.open === 0);
    await until("the log to tell", () => fixture.logger.events.includes("smtp.tls_failed"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(fixture.logger.events.filter((event) => event === "smtp.tls_failed").length, 1);
  });

  it("speaks TLS from the first byte where that is set", async () => {
    await fixture.listener.close(1);
    await fixture.open(tls, { isImplicitTls: true });
    const socket = connectTls({ port: fixture.port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    const [chunk] = await once(socket, "data");
    assert.match(String(chunk), /^220 relay\.example\.org ESMTP/);
    fixture.listener.swap(other);
    const second = connectTls({ port: fixture.port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(second, "secureConnect");
    assert.notEqual(second.getPeerCertificate().fingerprint256, socket.getPeerCertificate().fingerprint256);
    socket.write("NOOP\r\n");
    const [reply] = await once(socket, "data");
    assert.match(String(reply), /^250 /);
    socket.destroy();
    second.destroy();
  });

  if (findTool("openssl") === null)
    console.log("left out: SmtpListener against openssl s_client, which is not installed");
  else {
    const openssl = (...options: string[]) =>
      run(["openssl", "s_client", "-connect", `127.0.0.1:${fixture.port}`, "-starttls", "smtp", ...options], {
        input: "QUIT\r\n",
        timeoutMs: 10_000,
      });

    for (const version of ["tls1_2", "tls1_3"]) {
      it(`speaks ${version} with openssl`, async () => {
        const { stdout } = await openssl(`-${version}`, "-quiet");
        assert.match(stdout, /221 2\.0\.0 /);
      });
    }

    for (const version of ["tls1", "tls1_1"]) {
      it(`refuses ${version} of openssl, and says so in the log`, async () => {
        // Level 0 has openssl itself offer it.
        const { code, stderr, stdout } = await openssl(`-${version}`, "-cipher", "DEFAULT@SECLEVEL=0");
        assert.notEqual(code, 0);
        assert.match(stderr, /alert protocol version|tlsv1 alert|unsupported protocol/i);
        assert.match(stdout, /no peer certificate available/);
        await until("the log to tell", () => fixture.logger.events.includes("smtp.tls_failed"));
      });
    }
  }
});
