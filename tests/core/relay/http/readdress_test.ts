import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import PostalMime from "postal-mime";
import { addressesOf, placeRecipients } from "../../../../core/relay/http/mapped_recipients.ts";
import { openMessage, readdress } from "../../../../core/relay/http/readdress.ts";

const people = ["ann", "bob", "cyn", "dan", "eve"].map((name) => `${name}@example.net`);

/** One person, as header sections write people. */
const mention = fc.constantFrom(...people).chain((address) =>
  fc.constantFrom(
    address,
    address.toUpperCase(),
    `<${address}>`,
    `"Last, First" <${address}>`,
    `=?utf-8?q?J=C3=BC?= <${address}>`,
    `Some One\r\n <${address}>`,
    `${address} (comment, with a comma)`,
    `Team: ${address};`,
    // Nobody's address.
    "undisclosed-recipients:;",
    `"${address}"@elsewhere.example`,
    `${address} ${address}`,
    "Ann",
  ),
);

const addressField = fc
  .tuple(
    fc.constantFrom("To", "to", "Cc", "CC", "Bcc", "Resent-To", "Resent-Bcc"),
    fc.array(mention, { minLength: 1, maxLength: 3 }),
  )
  .map(([name, mentions]) => `${name}: ${mentions.join(",\r\n\t")}`);

const otherField = fc.constantFrom(
  "Subject: x",
  "X-To: eve@example.net",
  "X-Folded: a\r\n\tTo: eve@example.net",
  "no field",
);

const addressed = /^(?:to|cc|bcc|resent-to|resent-bcc):/i;

test("readdress has a message reach the recipients of the attempt and nobody else, and leaves all other bytes", async () => {
  const anyFields = fc.array(fc.oneof(addressField, otherField), { minLength: 1, maxLength: 8 });
  const anyRecipients = fc.subarray(people, { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(anyFields, anyRecipients, async (fields, recipients) => {
      const text = ["From: a@example.org", ...fields, "", "To: body@example.net", ""].join("\r\n");
      const opened = openMessage(new TextEncoder().encode(text));
      const placed = placeRecipients(opened.section, recipients);
      assert.deepEqual(addressesOf(placed).toSorted(), recipients.toSorted());
      const sent = new TextDecoder().decode(readdress(opened, placed));
      const { to = [], cc = [], bcc = [] } = await PostalMime.parse(sent);
      const reached = [...to, ...cc, ...bcc].flatMap((entry) => entry.group ?? [entry]);
      const addresses = reached.flatMap(({ address = "" }) => (address === "" ? [] : [address.toLowerCase()]));
      assert.deepEqual(addresses.toSorted(), recipients.toSorted(), sent);
      assert.doesNotMatch(sent, /^Resent-/m);
      const rest = (message: string) => linesOf(message).filter((line) => !addressed.test(line));
      assert.deepEqual(rest(sent), rest(text));
    }),
    { numRuns: 500 },
  );
});

test("readdress takes a header section full of addressees in its stride", () => {
  const text = `${"To: ann@example.net, stranger@example.net\r\n".repeat(6000)}\r\nbody\r\n`;
  const opened = openMessage(new TextEncoder().encode(text));
  const sent = readdress(opened, placeRecipients(opened.section, ["ann@example.net", "hidden@example.net"]));
  assert.equal(new TextDecoder().decode(sent), "Bcc: hidden@example.net\r\nTo: ann@example.net\r\n\r\nbody\r\n");
});

/** Fields with their folded lines, and the lines of the body. */
function linesOf(message: string): string[] {
  const end = message.indexOf("\r\n\r\n");
  return [...message.slice(0, end).split(/\r\n(?![ \t])/), message.slice(end)];
}
