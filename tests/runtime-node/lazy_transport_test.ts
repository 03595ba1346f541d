import assert from "node:assert/strict";
import { test } from "node:test";
import type { Transport } from "../../core/relay/transport.ts";
import { lazyTransport } from "../../runtime-node/lazy_transport.ts";
import { sampleRelay } from "../support/sample_relay.ts";

const report = { outcomes: [], providerMessageId: null, retryAfterSeconds: null };
const working: Transport = { send: async () => report };

function send(transport: Transport) {
  const entry = { id: "spl_1", sender: "a@example.org", sizeBytes: 0, tags: [] };
  const content = { kind: "inline", bytes: new Uint8Array() } as const;
  const message = { entry, recipients: ["b@example.org"], content };
  return transport.send(sampleRelay("a"), message, new AbortController().signal);
}

test("lazyTransport makes its transport with the first message, and once for many", async () => {
  let made = 0;
  const transport = lazyTransport(async () => {
    made += 1;
    return working;
  });
  assert.equal(made, 0);
  assert.deepEqual(await Promise.all([send(transport), send(transport)]), [report, report]);
  assert.equal(made, 1);
});

test("lazyTransport tries again with the next message what could not be made", async () => {
  let tries = 0;
  const transport = lazyTransport(async () => {
    tries += 1;
    if (tries === 1) throw new Error("out of memory");
    return working;
  });
  await assert.rejects(send(transport), /out of memory/);
  assert.deepEqual(await send(transport), report);
});
