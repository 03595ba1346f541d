import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { ListenerFixture, newTlsPolicy, storedText } from "../support/smtp_listener_fixture.ts";

const header = "From: a@x.org\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\nMessage-ID: <1@x.org>\r\n";
const smuggled = "MAIL FROM:<evil@x.org>\r\nRCPT TO:<victim@x.org>\r\nDATA\r\nSubject: smuggled\r\n\r\nevil\r\n";

describe("SmtpListener, as to content,", () => {
  let tls: TlsPolicy;
  let fixture: ListenerFixture;
  let client: SmtpClient;

  before(async () => {
    tls = await newTlsPolicy();
  });

  beforeEach(async () => {
    fixture = new ListenerFixture();
    await fixture.open(tls);
    client = await SmtpClient.greet(fixture.port);
  });

  afterEach(async () => {
    client.close();
    await fixture.close();
  });

  async function begin(): Promise<void> {
    assert.match(await client.envelope("app@x.org", ["you@x.org"]), /^354/);
  }

  /** Sends a message as it is, one character as one byte. */
  async function send(content: string): Promise<string> {
    await begin();
    await client.write(Buffer.from(content, "latin1"));
    await client.write("\r\n.\r\n");
    return client.reply();
  }

  it("stores every byte of a well-formed message as it came", async () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => (byte === 0x0d || byte === 0x0a ? 0x20 : byte));
    const content = `${header}X-Fold: a\r\n\t b  \r\n\r\n${String.fromCharCode(...bytes)}\r\n\r\n \r\nend`;
    assert.match(await send(content), /^250 /);
    assert.equal(storedText(fixture.stored[0]), `${content}\r\n`);
  });

  it("takes the doubled dot at the start of a line for one", async () => {
    await send(`${header}\r\n..\r\n...\r\n..x\r\n.. \r\na..\r\nend`);
    assert.equal(storedText(fixture.stored[0]), `${header}\r\n.\r\n..\r\n.x\r\n. \r\na..\r\nend\r\n`);
  });

  it("takes a doubled dot on the very first line for one", async () => {
    await send(`..first\r\nend`);
    assert.match(storedText(fixture.stored[0]), /\r\n\r\n\.first\r\nend\r\n$/);
  });

  it("takes a message without a line", async () => {
    await begin();
    assert.match(await client.command("."), /^250 /);
    assert.match(storedText(fixture.stored[0]), /^Date: .*\r\nMessage-ID: .*\r\n$/);
  });

  it("stores the same however the bytes are cut", async () => {
    const content = `${header}\r\n..one\r\n..\r\n\r\n...\r\ntwo\r\n.\r\n`;
    await begin();
    for (const byte of Buffer.from(content)) {
      client.socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.match(await client.reply(), /^250 /);
    assert.equal(storedText(fixture.stored[0]), `${header}\r\n.one\r\n.\r\n\r\n..\r\ntwo\r\n`);
  });

  it("makes CRLF of each bare CR and LF", async () => {
    assert.match(await send(`${header}\r\none\ntwo\rthree\r\r\nfour\n\nfive`), /^250 /);
    assert.equal(storedText(fixture.stored[0]), `${header}\r\none\r\ntwo\r\nthree\r\n\r\nfour\r\n\r\nfive\r\n`);
  });

  it("refuses a message with a bare newline where that is set, and takes the next", async () => {
    fixture.settings.bareNewlines = "reject";
    for (const newline of ["\n", "\r"]) {
      assert.match(await send(`${header}\r\none${newline}two`), /^554 5\.6\.0 /);
    }
    assert.equal(fixture.stored.length, 0);
    assert.match(await send(`${header}\r\none`), /^250 /);
  });

  // Sequences by which servers have ended a message: https://sec-consult.com/blog/detail/smtp-smuggling-spoofing-e-mails-worldwide/
  const falseEnds = [
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r\n.\r",
    "\r.\r\n",
    "\r.\r",
    "\r.\n",
    "\n.\r",
    "\r\n.\r\r\n",
    "\r\r\n.\n",
    "\r\n\0.\r\n",
    "\r\n.\0\r\n",
    "\n\n.\r\n",
  ];
  for (const mode of ["normalize", "reject"] as const) {
    for (const end of falseEnds) {
      it(`does not take ${JSON.stringify(end)} for the end of a message (${mode})`, async () => {
        fixture.settings.bareNewlines = mode;
        await begin();
        await client.write(Buffer.from(`${header}\r\nfirst${end}${smuggled}`, "latin1"));
        await client.write(".\r\n");
        assert.match(await client.reply(), mode === "normalize" ? /^250 / : /^(?:250|554) /);
        // Nothing more comes than the answer to NOOP: the smuggled commands were content.
        assert.match(await client.command("NOOP"), /^250 2\.0\.0 OK$/);
        assert.ok(fixture.stored.every(({ sender }) => sender === "app@x.org"));
        assert.ok(fixture.stored.length <= 1);
        if (mode === "normalize") assert.ok(storedText(fixture.stored[0]).includes("MAIL FROM:<evil@x.org>\r\n"));
        assert.doesNotMatch(fixture.stored.map(storedText).join(""), /\r(?!\n)|(?<!\r)\n/);
      });
    }
  }
});
