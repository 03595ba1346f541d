import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { RelayServer } from "../../runtime-node/smtp_server.ts";

test("RelayServer turns away who was connected before it was dismissed, and is heard of only then", async () => {
  const relay = new RelayServer({ name: "relay.example.org" }, () => ({ refusal: null, leave: () => {} }));
  const door = createServer((socket) => relay.connect(socket)).listen(0, "127.0.0.1");
  await once(door, "listening");
  try {
    relay.dismiss();
    const client = connect((door.address() as AddressInfo).port, "127.0.0.1");
    assert.equal(await text(client), "421 4.3.2 Service shutting down\r\n");
  } finally {
    door.close();
  }
});
