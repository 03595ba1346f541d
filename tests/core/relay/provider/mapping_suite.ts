/** What must come of a message over each provider that takes no MIME: all of it, or a word on what is missing. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { richMime, richRecipients } from "../../../support/rich_mime.ts";
import { type SeenMessage, seenOf } from "../../../support/seen_message.ts";
import { bytesOf } from "../../mail/message_text.ts";
import { type Attempted, attempt, type ProviderSubject } from "./provider_suite.ts";

/** A provider whose fake tells, as `parsed`, the messages that come of a request. */
export interface MappingSubject {
  readonly subject: ProviderSubject;
  /** Changes to what recipients see that its documentation makes unavoidable. Default: none. */
  readonly asSent?: (seen: SeenMessage) => SeenMessage;
  /** What the message log is told about the rich message. Default: nothing. */
  readonly omitted?: readonly string[];
  /** A header by which a message could tell the provider what to do. Default: none is known. */
  readonly command?: string;
}

const ann = "ann@example.net";
const unnamed = ["eve@example.net", "dan@example.net"];

/** The messages that an attempt led to. */
export function seenIn({ fake }: Attempted): SeenMessage[] {
  return fake.deliveries.flatMap(({ parsed }) => parsed as SeenMessage[]);
}

/** Registers the tests of one provider. */
export function testMapping({ subject, asSent = (seen) => seen, omitted = [], command }: MappingSubject): void {
  describe(`mapping for ${subject.provider.name}`, () => {
    it("says all that the message says, field by field", async () => {
      const recipients = [...richRecipients, ...unnamed.slice(0, 1)];
      const attempted = await attempt(subject, { answers: ["success"], mime: richMime, recipients });
      const [first] = seenIn(attempted);
      assert.deepEqual(first, asSent(await seenOf(richMime, recipients)));
      assert.deepEqual(attempted.report.omitted ?? [], omitted);
    });

    it("says who is left out because he is no recipient of the attempt", async () => {
      const attempted = await attempt(subject, { answers: ["success"], mime: richMime, recipients: [ann] });
      const { to, cc } = seenIn(attempted)[0]!;
      assert.deepEqual(
        [...to, ...cc].map(({ address }) => address),
        [ann],
      );
      const words = attempted.report.omitted?.join() ?? "";
      for (const address of richRecipients.slice(1)) assert.ok(words.includes(address), words);
    });

    it("shows nobody to another whom the header section does not name", async () => {
      const attempted = await attempt(subject, { answers: ["success"], mime: richMime, recipients: unnamed });
      const reached = attempted.fake.deliveries.flatMap(({ recipients }) => recipients);
      assert.deepEqual([...reached].sort(), [...unnamed].sort());
      for (const { to, cc } of seenIn(attempted)) assert.ok(to.length + cc.length <= 1);
    });

    it("refuses a signed message for good, with the reason", async () => {
      const text = "From: a@example.org\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n";
      const { fake, report } = await attempt(subject, { answers: ["success"], mime: bytesOf(text) });
      assert.equal(report.outcomes[0]?.result, "permanent");
      assert.match(report.outcomes[0]?.response ?? "", /signed.*SMTP/);
      assert.equal(fake.deliveries.length, 0);
    });

    it("tells that it has no way to say that there is no sender", async () => {
      const { report } = await attempt(subject, { answers: ["success"], sender: "" });
      assert.ok(report.omitted?.includes("null sender"));
    });

    if (command !== undefined) {
      it("does not let the message tell the provider what to do", async () => {
        const text = `From: a@example.org\r\n${command}: x\r\nX-Other: y\r\n\r\nx\r\n`;
        const attempted = await attempt(subject, { answers: ["success"], mime: bytesOf(text) });
        assert.deepEqual(seenIn(attempted)[0]?.headers, [["x-other", "y"]]);
        assert.ok(attempted.report.omitted?.includes(`header ${command}`));
      });
    }

    it("delivers a scan without subject and text, and says what stands in", async () => {
      const text = `From: scanner@example.org\r\nTo: ${ann}\r\nContent-Type: application/pdf; name=scan.pdf\r\n\r\n%PDF\r\n`;
      const attempted = await attempt(subject, { answers: ["success"], mime: bytesOf(text) });
      assert.equal(attempted.report.outcomes[0]?.result, "delivered");
      assert.deepEqual(seenIn(attempted)[0]?.files[0]?.content, [...bytesOf("%PDF\r\n")]);
      assert.match(attempted.report.omitted?.join() ?? "", /no text/);
    });

    it("drops no empty file without a word", async () => {
      const part = "--b\r\nContent-Disposition: attachment; filename=empty.txt\r\n\r\n\r\n";
      const text = `From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n${part}--b--\r\n`;
      const attempted = await attempt(subject, { answers: ["success"], mime: bytesOf(text) });
      assert.deepEqual(seenIn(attempted)[0]?.files, []);
      assert.match(attempted.report.omitted?.join() ?? "", /empty\.txt/);
    });

    it("sends an address that is hard to read in a request of its own", async () => {
      const odd = "jürgen@example.net";
      const { fake } = await attempt(subject, { answers: ["success"], recipients: [ann, odd, ...unnamed] });
      assert.ok(fake.deliveries.some(({ recipients }) => recipients.length === 1 && recipients[0] === odd));
    });
  });
}
