import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import { HttpTransport } from "../../core/relay/http/http_transport.ts";
import type { DeliveryReport } from "../../core/relay/outcome.ts";
import { ses } from "../../core/relay/provider/ses.ts";
import { directFetch } from "../../runtime-node/direct_fetch.ts";
import { until } from "../support/e2e_process.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { MemoryLargeFiles } from "../support/memory_large_files.ts";
import { sampleMime } from "../support/sample_mime.ts";
import { sampleRelay } from "../support/sample_relay.ts";
import { sesKey } from "../support/ses_fake.ts";

const body = '{"MessageId":"1"}';
const success = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe("the runtime's fetch, as providers are asked with it", () => {
  let server: Server;
  let clock: ManualClock;
  let stop: AbortController;
  /** Heads of the requests that came. */
  let requests: string[];
  let sockets: Socket[];
  let answer: (socket: Socket) => void;

  beforeEach(async () => {
    requests = [];
    sockets = [];
    clock = new ManualClock();
    stop = new AbortController();
    server = createServer(readRequests).listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });

  /** Calls `answer` whenever a whole request has arrived. */
  function readRequests(socket: Socket): void {
    sockets.push(socket);
    let text = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const head = /^[\s\S]*?\r\n\r\n/.exec(text)?.[0];
      const length = Number(/content-length: (\d+)/i.exec(head ?? "")?.[1]);
      if (head === undefined || text.length < head.length + length) return;
      requests.push(head);
      text = "";
      answer(socket);
    });
  }

  function send(fetch = directFetch()): Promise<DeliveryReport> {
    const transport = new HttpTransport({
      fetch,
      largeFiles: new MemoryLargeFiles(),
      clock,
      crypto,
      tokens: { token: () => Promise.reject(new TypeError("no tokens here")), discard: () => {} },
      findProvider: () => ses,
    });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const settings = {
      access_key_id: sesKey.accessKeyId,
      secret_access_key: sesKey.secretAccessKey,
      region: "eu-central-1",
      endpoint,
    };
    const entry = { id: "spl_1", sender: "app@example.org", sizeBytes: sampleMime.byteLength, tags: [] };
    const message = { entry, recipients: ["ann@example.net"], content: { kind: "inline", bytes: sampleMime } } as const;
    return transport.send(sampleRelay("ses", { provider: "ses", settings }), message, stop.signal);
  }

  async function resultOf(sent: Promise<DeliveryReport>): Promise<string | undefined> {
    return (await sent).outcomes[0]?.result;
  }

  /** The client has let go of every connection. */
  const closed = () => until("the connections to close", () => sockets.every((socket) => socket.destroyed));

  it("keeps connections and reuses them, and sends no cookie", async () => {
    answer = (socket) => socket.write(success.replace("\r\n", "\r\nSet-Cookie: seen=1\r\n"));
    const fetch = directFetch();
    for (let count = 0; count < 8; count++) assert.equal(await resultOf(send(fetch)), "delivered");
    assert.equal(requests.length, 8);
    assert.ok(sockets.length < 8, `${sockets.length} connections`);
    assert.ok(!requests.some((head) => /^cookie:/im.test(head)));
    // Not every server takes a body of a length that it is not told.
    assert.ok(requests.every((head) => /^content-length: \d+\r$/im.test(head)));
  });

  it("follows no redirect", async () => {
    answer = (socket) => socket.write("HTTP/1.1 307 Elsewhere\r\nLocation: /stolen\r\nContent-Length: 0\r\n\r\n");
    assert.equal(await resultOf(send()), "temporary");
    assert.equal(requests.length, 1);
  });

  it("takes no proxy from the environment, and says so", async () => {
    answer = (socket) => socket.write(success);
    const said: string[] = [];
    const say = (event: string) => void said.push(event);
    process.env.HTTP_PROXY = "http://127.0.0.1:9";
    process.env.https_proxy = "http://127.0.0.1:9";
    assert.equal(await resultOf(send(directFetch({ debug: say, info: say, warn: say, error: say }))), "delivered");
    assert.equal(process.env.HTTP_PROXY, undefined);
    assert.deepEqual(said, ["relay.proxy_ignored"]);
  });

  it("gives up on a server that does not answer, after a minute", async () => {
    const asked = new Promise<void>((resolve) => {
      answer = () => resolve();
    });
    const sent = send();
    await asked;
    clock.advance(60_000);
    assert.equal(await resultOf(sent), "temporary");
    await closed();
  });

  it("gives up on a server that stops in its answer, after a minute", async () => {
    const asked = new Promise<void>((resolve) => {
      answer = (socket) => socket.write(success.slice(0, -1), () => resolve());
    });
    const sent = send();
    await asked;
    clock.advance(60_000);
    assert.equal(await resultOf(sent), "temporary");
    await closed();
  });

  it("breaks off when the service stops", async () => {
    const asked = new Promise<void>((resolve) => {
      answer = () => resolve();
    });
    const sent = send();
    await asked;
    stop.abort();
    assert.equal(await resultOf(sent), "temporary");
    await closed();
  });

  it("takes nothing for delivered that ends at any byte, and asks once", async () => {
    let length = 0;
    answer = (socket) => socket.end(success.slice(0, length));
    for (length = 0; length < success.length; length++) assert.equal(await resultOf(send()), "temporary", `${length}`);
    assert.equal(requests.length, success.length);
  });

  it("takes garbage for temporary", async () => {
    for (const garbage of ["\0".repeat(1000), "220 mail.example.org ESMTP\r\n", "HTTP/1.1 200 OK\r\nX\0: 1\r\n\r\n"]) {
      answer = (socket) => socket.end(garbage);
      assert.equal(await resultOf(send()), "temporary", JSON.stringify(garbage.slice(0, 40)));
    }
  });

  for (const [part, start] of [
    ["body", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"],
    ["head", "HTTP/1.1 200 OK\r\nX-Endless: "],
  ] as const) {
    it(`takes no more of an endless ${part} than it needs`, async () => {
      const block = Buffer.alloc(65_536, "x");
      answer = (socket) => {
        socket.write(start);
        const more = () => {
          while (!socket.destroyed && socket.write(block));
        };
        socket.on("drain", more);
        more();
      };
      assert.equal(await resultOf(send()), "temporary");
      await closed();
      const bytes = sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
      assert.ok(bytes < 64 * 1024 * 1024, `${bytes} bytes were taken`);
    });
  }
});
