import assert from "node:assert/strict";
import { test } from "node:test";
import { findProvider } from "../../../core/relay/provider_table.ts";
import type { StoredRelay } from "../../../core/relay/relay_store.ts";
import { readyRelay } from "../../../core/relay/stored_relay.ts";
import { sampleRelay } from "../../support/sample_relay.ts";

const box = { open: async (_place: string, sealed: string) => sealed };
const limitOfMailgun = findProvider("mailgun")!.maxMessageBytes!;

/** A relay as it is stored. */
function stored(provider: string, maxMessageBytes: number | null): StoredRelay {
  const { carrier: _, ...relay } = sampleRelay("a", { provider, maxMessageBytes });
  return relay;
}

for (const [provider, own, limit] of [
  ["smtp", null, null],
  ["smtp", 4096, 4096],
  ["mailgun", null, limitOfMailgun],
  ["mailgun", 4096, 4096],
  ["mailgun", limitOfMailgun + 1, limitOfMailgun],
] as const) {
  test(`readyRelay has ${provider} take ${limit} bytes where the operator says ${own}`, async () => {
    assert.equal((await readyRelay(box, stored(provider, own))).maxMessageBytes, limit);
  });
}

for (const [provider, carrier] of [
  ["local", "local"],
  ["smtp", "smtp"],
  ["ses", "http"],
  ["pigeon", null],
] as const) {
  test(`readyRelay says how messages leave over ${provider}`, async () => {
    assert.equal((await readyRelay(box, stored(provider, null))).carrier, carrier);
  });
}
