/** What an HTTP listener does about clients that are slow, idle, too many, or ask for more than they read. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionLimits } from "../../core/ingest/connection_limits.ts";
import type { AdmitConnection, HttpHandler, HttpListener, HttpTimeouts } from "../../core/ingest/http_listener.ts";
import { until } from "../support/e2e_process.ts";
import { RawClient, readOutcome } from "../support/http_client.ts";

/** Requests that two servers can take for different ones (RFC 9112 section 11.2): what follows the lines of a `Host`. */
const ambiguous: Readonly<Record<string, string>> = {
  "a length beside chunks": "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "chunks beside a length": "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
  "two lengths": "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
  "a list of lengths": "Content-Length: 3, 3\r\n\r\nabc",
  "a length with a sign": "Content-Length: +3\r\n\r\nabc",
  "an unknown coding": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
  "a coding after chunks": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
  "two codings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
  "a space before the colon": "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc",
  "a folded line": "X: b\r\n Content-Length: 3\r\n\r\n",
  "a bare LF": "X: b\nContent-Length: 3\r\n\r\nabc",
  "a bare CR": "X: b\rContent-Length: 3\r\n\r\nabc",
  "a NUL": "X: b\0c\r\n\r\n",
  "a chunk's size in C": "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
  "chunks that end in LF": "Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
  "a chunk longer than its size": "Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n",
  "a chunk's extension with LF": "Transfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n",
};

/** Where the tests of one kind of listener play. */
export interface HttpStage {
  readonly isTls: boolean;
  open(handler: HttpHandler, timeouts?: HttpTimeouts, admit?: AdmitConnection): Promise<HttpListener>;
  connect(listener: HttpListener): Promise<RawClient>;
  check(name: string, run: () => Promise<void>): void;
}

const mebibyte = 1024 * 1024;
const head = (length: number) => `POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
const get = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** An idle connection from another address of this host. */
async function connectFrom(localAddress: string, port: number): Promise<Socket> {
  const socket = connectTcp({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => {});
  socket.resume();
  await Promise.race([once(socket, "connect"), once(socket, "close")]);
  return socket;
}

/** Runs the suite on one stage. */
export function hostileHttpSuite({ isTls, open, connect, check }: HttpStage): void {
  check("refuses what another server could take for other requests, and closes the connection", async () => {
    const listener = await open(async (request) => new Response(await readOutcome(request)));
    await Promise.all(
      Object.entries(ambiguous).map(async ([name, rest]) => {
        const client = await connect(listener);
        client.send(`POST /x HTTP/1.1\r\nHost: localhost\r\n${rest}`);
        assert.equal(await client.isClosedWithin(10_000), true, name);
        assert.match(client.received, /^HTTP\/1\.1 400 /, name);
        assert.doesNotMatch(client.received, /whole/, name);
      }),
    );
  });

  check("drops a client that does not finish its headers", async () => {
    const listener = await open(() => new Response(), { headersMs: 200, bodyMs: 5000 });
    const client = await connect(listener);
    client.send("GET /x HTTP/1.1\r\nHost:");
    assert.equal(await client.isClosedWithin(3000), true);
  });

  check("drops a connection that stays idle after an answer", async () => {
    const listener = await open(() => new Response("done"), { headersMs: 200, bodyMs: 5000 });
    const client = await connect(listener);
    client.send(get);
    await client.expect(/done$/);
    assert.equal(await client.isClosedWithin(3000), true);
  });

  check("answers a body that takes too long with 408", async () => {
    const listener = await open(async (request) => new Response(await readOutcome(request)), {
      headersMs: 5000,
      bodyMs: 200,
    });
    const client = await connect(listener);
    client.send(`${head(1000)}abc`);
    assert.match(await client.expect(/\}$/), /^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/);
    assert.equal(await client.isClosedWithin(2000), true);
  });

  for (const [phase, start, trickle] of [
    ["headers", "GET /x HTTP/1.1\r\nX: ", "a"],
    ["a body", head(1000), "a"],
  ] as const) {
    check(`drops a client that sends ${phase} a byte at a time, however steadily`, async () => {
      const listener = await open(async (request) => new Response(await readOutcome(request)), {
        headersMs: 300,
        bodyMs: 300,
      });
      const client = await connect(listener);
      client.send(start);
      const dripping = setInterval(() => client.send(trickle), 20);
      assert.equal(await client.isClosedWithin(10_000), true);
      clearInterval(dripping);
      assert.equal(client.received === "" || /^HTTP\/1\.1 408 /.test(client.received), true, client.received);
    });
  }

  check("drops a client that does not read its answer", async () => {
    const large = new Uint8Array(32 * mebibyte);
    const listener = await open(() => new Response(large), { headersMs: 5000, bodyMs: 300 });
    const client = await connect(listener);
    client.socket.pause();
    client.send(get);
    await until("the connection to be dropped", () => listener.connections() === 0);
    client.socket.destroy();
  });

  check("answers requests that come before the answers to earlier ones, in order", async () => {
    let count = 0;
    const listener = await open(() => new Response(`answer ${++count};`));
    const client = await connect(listener);
    client.send(get.repeat(50));
    await client.expect(/answer 50;$/);
    assert.deepEqual(
      Array.from(client.received.matchAll(/answer (\d+);/g), ([, n]) => Number(n)),
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
  });

  check("answers few of the requests of a client that reads no answer", async () => {
    let count = 0;
    const listener = await open(() => {
      count++;
      return new Response("x".repeat(1000));
    });
    const client = await connect(listener);
    client.socket.pause();
    await client.flood(100_000 * get.length, 500, Buffer.from(get.repeat(1000)));
    assert.ok(count < 20_000, `${count} answers`);
    client.socket.destroy();
  });

  check("drops a client that neither reads an early answer nor sends the rest of its body", async () => {
    const large = new Uint8Array(32 * mebibyte);
    const listener = await open(() => new Response(large), { headersMs: 300, bodyMs: 300 });
    const client = await connect(listener);
    client.socket.pause();
    client.send(`${head(1000)}abc`);
    await until("the connection to be dropped", () => listener.connections() === 0);
    client.socket.destroy();
  });

  check("lets a client read its answer in its own time", async () => {
    const listener = await open(() => new Response("x".repeat(8 * mebibyte)), { headersMs: 20_000, bodyMs: 20_000 });
    const client = await connect(listener);
    client.socket.pause();
    client.send(get);
    await sleep(300);
    client.socket.resume();
    await until("the whole answer", () => client.received.length > 8 * mebibyte);
  });

  check(
    "turns away connections that are too many, counts them until they have gone, and has places again",
    async () => {
      const limits = new ConnectionLimits(() => ({ max: 2, maxPerClient: 2 }));
      const listener = await open(
        () => new Response("done"),
        undefined,
        (address) => limits.enter(address),
      );
      const admitted = [await connect(listener), await connect(listener)];
      // Bun takes connections that have come together in any order.
      await until("both to be counted", () => limits.open === 2);
      const refused = await RawClient.connect(listener.port, false);
      refused.send(get);
      assert.equal(await refused.isClosedWithin(10_000), true);
      if (isTls) assert.equal(refused.received, "");
      else
        assert.match(
          refused.received,
          /^HTTP\/1\.1 503 [\s\S]*retry-after: 10\r\n[\s\S]*"code":"too_many_connections"/,
        );
      admitted[0]!.send(get);
      await admitted[0]!.expect(/done$/);
      admitted[1]!.socket.destroy();
      await until("a place", () => limits.open === 1);
      const next = await connect(listener);
      next.send(get);
      await next.expect(/done$/);
      for (const client of [...admitted, next]) client.socket.destroy();
      await until("all to be gone", () => limits.open === 0);
    },
  );

  check(
    "serves a client while another address keeps knocking with idle connections, and keeps few of them",
    async () => {
      const limits = new ConnectionLimits(() => ({ max: 100, maxPerClient: 20 }));
      const listener = await open(
        () => new Response("done"),
        undefined,
        (address) => limits.enter(address),
      );
      const idle = await Promise.all(Array.from({ length: 400 }, () => connectFrom("127.0.0.2", listener.port)));
      const client = await connect(listener);
      client.send(get);
      await client.expect(/done$/);
      await until("the refused ones to be gone", () => limits.open <= 21);
      for (const socket of [...idle, client.socket]) socket.destroy();
    },
  );
}
