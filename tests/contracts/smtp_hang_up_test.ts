/** A sender that is gone after any byte of a session leaves nothing behind but messages that it had sent as a whole. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import type { SqliteSpool } from "../../core/spool/mod.ts";
import { until } from "../support/e2e_process.ts";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { ListenerFixture, newTlsPolicy } from "../support/smtp_listener_fixture.ts";
import { SpoolFixture } from "../support/spool_fixture.ts";

const commands = "EHLO client.example.org\r\nMAIL FROM:<app@x.org>\r\nRCPT TO:<you@x.org>\r\nDATA\r\n";
const small = "Subject: Hello\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\n\r\n..dots.\r\n\r\nend\r\n";
/** Over the size up to which a message is a row. */
const large = `${small}${"x".repeat(1000)}\r\n`.repeat(300);
const end = ".\r\n";

type Ending = "closes" | "resets";
const atOnce = 20;

describe("SmtpListener", () => {
  const place = new SpoolFixture();
  const fixture = new ListenerFixture();
  let spool: SqliteSpool;

  before(async () => {
    spool = place.open();
    fixture.append = (message) => spool.append(message);
    await fixture.open(await newTlsPolicy(), { largeFiles: place.largeFiles });
  });

  after(async () => {
    await fixture.close();
    await spool.close();
    place.remove();
  });

  /** Sends `text` behind the greeting, in one write, and leaves. */
  async function leaveAfter(text: string, ending: Ending): Promise<void> {
    const socket = connect(fixture.port, "127.0.0.1");
    // Who resets a connection may be reset.
    socket.on("error", () => undefined);
    await once(socket, "data");
    await new Promise((resolve) => socket.write(text, resolve));
    const isClosed = once(socket.resume(), "close");
    if (ending === "resets") socket.resetAndDestroy();
    else socket.end();
    await isClosed;
  }

  async function sendWhole(): Promise<void> {
    const client = await SmtpClient.greet(fixture.port);
    await client.envelope("app@x.org", ["you@x.org"]);
    assert.match(await client.command(`${small}.`), /^250 /);
    client.close();
  }

  /** Leaves after each of the lengths, and returns how many messages have come of it. */
  async function leaveAtEach(session: string, lengths: readonly number[], ending: Ending): Promise<number> {
    const { queued } = await spool.counts();
    for (let at = 0; at < lengths.length; at += atOnce) {
      await Promise.all(lengths.slice(at, at + atOnce).map((length) => leaveAfter(session.slice(0, length), ending)));
    }
    await until("the connections to be gone", () => fixture.places.open === 0);
    // What had come as a whole may still be on its way to the disk: a message of a client that stays comes after it.
    await sendWhole();
    return (await spool.counts()).queued - queued - 1;
  }

  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
  /** Every length to the end of the header section, some in between, every length from the last line on. */
  const sampled = (length: number) => upTo(length).filter((at) => at < 220 || at > length - 12 || at % 16_381 === 0);

  for (const ending of ["closes", "resets"] as const) {
    it(`keeps nothing of a message whose sender ${ending} the connection after any byte before its end`, async () => {
      const session = commands + small + end;
      assert.equal(await leaveAtEach(session, upTo(session.length), ending), 0);
      assert.deepEqual(await place.largeFiles.list(), []);
    });

    it(`keeps nothing of a large one either when the sender ${ending} the connection`, async () => {
      const session = commands + large + end;
      assert.equal(await leaveAtEach(session, sampled(session.length), ending), 0);
      await until("the files of messages without an end to be gone", async () => {
        return (await place.largeFiles.list()).length === 0;
      });
    });
  }

  it("keeps each message whose sender leaves after its last byte, before the answer or in the next command", async () => {
    const whole = `${commands}${small}${end}`;
    const session = `${whole}MAIL FROM:<app@x.org>\r\nRCPT TO:<you@x.org>\r\nDATA\r\nnot\r\nwhole\r\n.\r`;
    const lengths = upTo(session.length + 1).filter((length) => length >= whole.length);
    assert.equal(await leaveAtEach(session, lengths, "closes"), lengths.length);
  });
});
