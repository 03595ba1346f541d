/** What Postfix keeps of a message on the wire is what Dispatch keeps of it, but for the trace fields of the two. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { PostfixQueue, whyNoPostfix } from "../support/postfix_queue.ts";
import { ListenerFixture, newTlsPolicy, storedText } from "../support/smtp_listener_fixture.ts";

const header = "From: a@x.org\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\nMessage-ID: <1@x.org>\r\n";
const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte))
  .join("")
  .replace("\n", "")
  .replace("\r", "");

/** Content as it is on the wire, well-formed, up to the dot that ends it. */
const contents: Readonly<Record<string, string>> = {
  "lines of dots": `${header}\r\n..\r\n...\r\n....\r\n`,
  "dots that nobody has doubled": `${header}\r\n.y\r\n. .\r\n.\t\r\n.x.\r\n`,
  "dots anywhere else": `${header}\r\na.\r\n .\r\nb..c\r\n\t..\r\n`,
  "a dot on the first line": `.${header}\r\nHello\r\n`,
  "a dot before each field": `${header.replaceAll(/^(?=\w)/gm, ".")}\r\nHello\r\n`,
  "empty lines": `${header}\r\n\r\n\r\n\r\nHello\r\n\r\n\r\n`,
  "spaces at the ends of lines": `${header}\r\n \r\nHello \t \r\n\t\r\n`,
  "every byte": `${header}\r\n${bytes}\r\n`,
  "a line of 100,000 bytes": `${header}\r\n${"x.".repeat(50_000)}\r\nend\r\n`,
  "folded fields": `${header}Subject: a\r\n b\r\n\t.c\r\nX-Empty:\r\n\r\nHello\r\n`,
  "no body": header,
  "no more than an empty line after the header": `${header}\r\n`,
};

const missing = whyNoPostfix();
if (missing !== null) console.log(`left out: what Postfix keeps of a message is compared (${missing})`);

describe("SmtpListener", () => {
  const fixture = new ListenerFixture();
  let postfix: PostfixQueue | undefined;

  before(async () => {
    await fixture.open(await newTlsPolicy());
    if (missing === null) postfix = await PostfixQueue.start();
  });

  after(async () => {
    await postfix?.close();
    await fixture.close();
  });

  async function keep(wire: string): Promise<string> {
    const client = await SmtpClient.greet(fixture.port);
    assert.match(await client.send("app@x.org", ["you@x.org"], Buffer.from(wire, "latin1")), /^250 /);
    client.close();
    return storedText(fixture.stored.pop());
  }

  it("keeps well-formed content but for the first dot of a line", async () => {
    for (const wire of Object.values(contents)) {
      assert.equal(await keep(wire), `\r\n${wire}`.replaceAll("\r\n.", "\r\n").slice(2));
    }
  });

  for (const [what, wire] of Object.entries(missing === null ? contents : {})) {
    it(`keeps ${what} as Postfix does`, async () => {
      const queued = (await postfix!.send(wire)).replace(/^Received: .*\n(?:[ \t].*\n)*/, "");
      assert.equal(await keep(wire), queued.replaceAll("\n", "\r\n"));
    });
  }
});
