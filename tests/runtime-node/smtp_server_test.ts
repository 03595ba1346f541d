import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { RefusalLines } from "../../core/history/refusal_lines.ts";
import { ClientPlaces } from "../../core/ingest/client_places.ts";
import { fixedTimes } from "../../core/ingest/session_clock.ts";
import { RelayServer } from "../../runtime-node/smtp_server.ts";
import { recordingLogger } from "../support/spool_fixture.ts";

test("RelayServer turns away who was connected before it was dismissed, and is heard of only then", async () => {
  const places = new ClientPlaces(
    () => ({ max: 1, maxPerClient: 1 }),
    () => true,
  );
  const relay = new RelayServer(
    { name: "relay.example.org" },
    {
      places,
      isOwn: () => false,
      isTrustedProxy: () => false,
      times: () => ({ ...fixedTimes, idleMs: 60_000, maxMessageBytes: 1_000_000 }),
      lines: new RefusalLines(recordingLogger(), Date.now),
    },
  );
  const door = createServer((socket) => relay.server.emit("connection", socket)).listen(0, "127.0.0.1");
  await once(door, "listening");
  try {
    relay.dismiss();
    const client = connect((door.address() as AddressInfo).port, "127.0.0.1");
    assert.equal(await text(client), "421 4.3.2 Service shutting down\r\n");
    assert.equal(places.open, 0);
  } finally {
    door.close();
  }
});
