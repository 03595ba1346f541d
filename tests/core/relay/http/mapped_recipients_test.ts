import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { MappedRecipients } from "../../../../core/relay/http/mapped_message.ts";
import { addressesOf, type RequestCapacity, splitRecipients } from "../../../../core/relay/http/mapped_recipients.ts";
import { isPlainAddress } from "../../../../core/relay/http/recipient_batches.ts";

function people(...addresses: string[]) {
  return addresses.map((address) => ({ name: "", address }));
}

/** Addresses by field, as `to: a, b · bcc: c`. */
function outline(requests: readonly MappedRecipients[]): string[] {
  return requests.map((request) =>
    (["to", "cc", "bcc"] as const)
      .filter((field) => request[field].length > 0)
      .map((field) => `${field}: ${request[field].map(({ address }) => address).join(", ")}`)
      .join(" · "),
  );
}

const placed: MappedRecipients = {
  to: people("a@x.de", "b@x.de"),
  cc: people("c@x.de"),
  bcc: people("d@x.de", "e@x.de"),
  omitted: ["noted"],
};

test("splitRecipients leaves alone what fits into one request", () => {
  for (const needsTo of [true, false]) {
    assert.deepEqual(splitRecipients(placed, { recipients: 5, needsTo }), [placed]);
  }
});

test("splitRecipients sends those alone who must not be seen, where somebody has to stand in to", () => {
  assert.deepEqual(outline(splitRecipients(placed, { recipients: 4, needsTo: true })), [
    "to: a@x.de, b@x.de · cc: c@x.de · bcc: d@x.de",
    "to: e@x.de",
  ]);
  assert.deepEqual(outline(splitRecipients({ ...placed, to: [], cc: [] }, { recipients: 4, needsTo: true })), [
    "to: d@x.de",
    "to: e@x.de",
  ]);
  assert.deepEqual(outline(splitRecipients({ ...placed, to: [], cc: [] }, { recipients: 4, needsTo: false })), [
    "bcc: d@x.de, e@x.de",
  ]);
});

test("splitRecipients says who is not mentioned to whom, and who changed places", () => {
  const requests = splitRecipients(placed, { recipients: 2, needsTo: true });
  assert.deepEqual(outline(requests), ["to: a@x.de, b@x.de", "to: c@x.de", "to: d@x.de", "to: e@x.de"]);
  assert.deepEqual(
    requests.map(({ omitted }) => omitted),
    [
      ["noted", "mention of 1 others in To or Cc"],
      ["noted", "mention of 2 others in To or Cc", "that the recipients were in Cc: they are in To"],
      ["noted", "mention of 3 others in To or Cc"],
      ["noted", "mention of 3 others in To or Cc"],
    ],
  );
});

test("splitRecipients reaches everybody once, and shows nobody who was hidden to another", () => {
  const address = fc.constantFrom("plain@x.de", '"q q"@x.de', "ü@x.de", "b@[192.0.2.1]", "c@x.de");
  const list = fc.array(address, { maxLength: 12 });
  fc.assert(
    fc.property(list, list, list, fc.integer({ min: 1, max: 6 }), fc.boolean(), (to, cc, bcc, recipients, needsTo) => {
      const numbered = [to, cc, bcc].map((each, field) =>
        people(...each.map((text, index) => text.replace(/(?<=^"?)/, `${field}${index}`))),
      ) as [ReturnType<typeof people>, ReturnType<typeof people>, ReturnType<typeof people>];
      const whole = { to: numbered[0], cc: numbered[1], bcc: numbered[2], omitted: [] };
      const capacity: RequestCapacity = { recipients, needsTo };
      const requests = splitRecipients(whole, capacity);
      assert.deepEqual(requests.flatMap(addressesOf).sort(), addressesOf(whole).sort());
      const hidden = new Set(numbered[2].map((mailbox) => mailbox.address));
      for (const request of requests) {
        const all = addressesOf(request);
        assert.ok(all.length <= recipients);
        assert.ok(all.length === 1 || all.every(isPlainAddress));
        if (needsTo) assert.notEqual(request.to.length, 0);
        const shown = [...request.to, ...request.cc].filter((mailbox) => hidden.has(mailbox.address));
        assert.ok(shown.length === 0 || all.length === 1);
      }
    }),
  );
});
