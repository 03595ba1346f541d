/** What every HTTP listener keeps to, with TLS and without. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isDispatchError } from "../../core/error/mod.ts";
import { ConnectionLimits } from "../../core/ingest/connection_limits.ts";
import type {
  AdmitConnection,
  HttpHandler,
  HttpListener,
  HttpListenerOptions,
} from "../../core/ingest/http_listener.ts";
import { until } from "../support/e2e_process.ts";
import { RawClient } from "../support/http_client.ts";

/** A kind of listener under test. */
export interface ListenerKind {
  readonly name: string;
  readonly isTls: boolean;
  open(options: Omit<HttpListenerOptions, "name">): Promise<HttpListener>;
}

const mebibyte = 1024 * 1024;
const head = (length: number) => `POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
const get = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** Reads the body to its end; says how it ended. */
async function readOutcome(request: Request): Promise<string> {
  try {
    let length = 0;
    for await (const chunk of request.body!) length += chunk.byteLength;
    return `whole ${length}`;
  } catch {
    return "broken";
  }
}

/** An idle connection from another address of this host. */
async function connectFrom(localAddress: string, port: number): Promise<Socket> {
  const socket = connectTcp({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => {});
  socket.resume();
  await Promise.race([once(socket, "connect"), once(socket, "close")]);
  return socket;
}

/** Runs the suite against one kind of listener. */
export function httpListenerSuite(kind: ListenerKind): void {
  const opened: HttpListener[] = [];
  const open = async (handler: HttpHandler, timeouts?: HttpListenerOptions["timeouts"], admit?: AdmitConnection) => {
    const given = { ...(timeouts && { timeouts }), ...(admit && { admit }) };
    const listener = await kind.open({ port: 0, handler, ...given });
    opened.push(listener);
    return listener;
  };
  const connect = (listener: HttpListener) => RawClient.connect(listener.port, kind.isTls);
  const check = (name: string, run: () => Promise<void>) => test(`${kind.name} ${name}`, run);
  after(() => Promise.all(opened.map((listener) => listener.close(0))));

  check("tells the handler the client's address", async () => {
    const listener = await open((_, connection) => Response.json(connection));
    const client = await connect(listener);
    client.send(get);
    assert.match(await client.expect(/\}$/), /"clientAddress":"127\.0\.0\.1"/);
  });

  check("answers several requests over one connection", async () => {
    const listener = await open(async (request) => new Response(await readOutcome(request)));
    const client = await connect(listener);
    client.send(`${head(3)}abc`);
    await client.expect(/whole 3$/);
    client.send(`${head(4)}abcd`);
    await client.expect(/whole 4$/);
    assert.equal(listener.connections(), 1);
  });

  check("answers large requests over one connection, one after another", async () => {
    let count = 0;
    const listener = await open(async (request) => new Response(`${await readOutcome(request)} of ${++count}`));
    const client = await connect(listener);
    const sizes = Array.from({ length: 40 }, (_, index) => 950_000 + index);
    for (const [index, size] of sizes.entries()) {
      client.send(head(size) + "a".repeat(size));
      await client.expect(new RegExp(`whole ${size} of ${index + 1}$`));
    }
    assert.equal(listener.connections(), 1);
  });

  check("refuses a port that is in use", async () => {
    const listener = await open(() => new Response());
    const second = kind.open({ port: listener.port, handler: () => new Response() });
    await assert.rejects(second, (error) => {
      return isDispatchError(error, "listener_unbindable") && error.facts.port === listener.port;
    });
  });

  for (const [how, request] of [
    ["a body shorter than its Content-Length", `${head(1000)}abc`],
    ["chunks that never end", "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ] as const) {
    check(`gives ${how} to the handler as an error and tells the client`, async () => {
      const outcomes: string[] = [];
      const listener = await open(async (incoming) => {
        outcomes.push(await readOutcome(incoming));
        return new Response();
      });
      const client = await connect(listener);
      client.send(request);
      await sleep(50);
      client.socket.end();
      assert.match(await client.expect(/\}$/), /^HTTP\/1\.1 400 [\s\S]*"code":"body_incomplete"/);
      assert.equal(await client.isClosedWithin(2000), true);
      assert.deepEqual(outcomes, ["broken"]);
    });
  }

  check("gives a body whose client vanished to the handler as an error", async () => {
    const outcome = Promise.withResolvers<string>();
    const listener = await open(async (request) => {
      outcome.resolve(await readOutcome(request));
      return new Response();
    });
    const client = await connect(listener);
    client.send(`${head(1000)}abc`);
    await sleep(50);
    client.socket.destroy();
    assert.equal(await outcome.promise, "broken");
  });

  check("aborts the request's signal when the client vanishes", async () => {
    const aborted = Promise.withResolvers<void>();
    const listener = await open(async (request) => {
      request.signal.addEventListener("abort", () => aborted.resolve());
      await aborted.promise;
      return new Response();
    });
    const client = await connect(listener);
    client.send(`${head(1000)}abc`);
    await sleep(50);
    client.socket.destroy();
    await aborted.promise;
  });

  check("takes in little of a body that nobody reads", async () => {
    const release = Promise.withResolvers<void>();
    const listener = await open(async (request) => {
      const reader = request.body!.getReader();
      await reader.read();
      await release.promise;
      return new Response(null, { status: 413 });
    });
    const client = await connect(listener);
    client.send(head(200 * mebibyte));
    const sent = await client.flood(200 * mebibyte, 500);
    release.resolve();
    // Both kernels' socket buffers hold some of it.
    assert.ok(sent < 24 * mebibyte, `${sent} bytes were taken`);
    client.socket.destroy();
  });

  check("gives the handler a large body whole", async () => {
    const listener = await open(async (request) => new Response(await readOutcome(request)));
    const client = await connect(listener);
    client.send(head(32 * mebibyte));
    await client.flood(32 * mebibyte, 5000);
    await client.expect(/whole 33554432$/);
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
    const listener = await open(() => new Response("x".repeat(8 * mebibyte)), { headersMs: 5000, bodyMs: 5000 });
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
      assert.equal(await refused.isClosedWithin(5000), true);
      if (kind.isTls) assert.equal(refused.received, "");
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

  check("gives a handler as long as it takes once the body is there", async () => {
    const listener = await open(
      async (request) => {
        await request.arrayBuffer();
        await sleep(600);
        return new Response("done");
      },
      { headersMs: 200, bodyMs: 200 },
    );
    const client = await connect(listener);
    client.send(`${head(3)}abc`);
    assert.match(await client.expect(/done$/), /^HTTP\/1\.1 200 /);
  });

  check("refuses headers over 32 KiB with 431", async () => {
    const listener = await open(() => new Response());
    const client = await connect(listener);
    client.send(`GET /x HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"a".repeat(40_000)}\r\n\r\n`);
    assert.match(await client.expect(/\}$/), /^HTTP\/1\.1 431 [\s\S]*"code":"request_headers_too_large"/);
  });

  check("refuses what is not HTTP", async () => {
    const listener = await open(() => new Response());
    const client = await connect(listener);
    client.send("EHLO example.org\r\n\r\n");
    assert.match(await client.expect(/\}$/), /^HTTP\/1\.1 400 [\s\S]*"code":"request_malformed"/);
  });

  check("refuses a Content-Length beside chunks, which is how requests are smuggled", async () => {
    const listener = await open(() => new Response());
    const client = await connect(listener);
    client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    assert.match(await client.expect(/\}$/), /^HTTP\/1\.1 400 /);
  });

  check("close lets a request finish and takes no new connection", async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const listener = await open(async ({ method }) => {
      if (method === "HEAD") return new Response();
      entered.resolve();
      await release.promise;
      return new Response("done");
    });
    const [busy, idle] = [await connect(listener), await connect(listener)];
    idle.send(get.replace("GET", "HEAD"));
    await idle.expect(/\r\n\r\n$/);
    busy.send(get);
    await entered.promise;
    const closed = listener.close(5000);
    assert.equal(await idle.isClosedWithin(2000), true);
    await assert.rejects(RawClient.connect(listener.port, false));
    release.resolve();
    await busy.expect(/done$/);
    await closed;
    assert.equal(listener.connections(), 0);
  });

  check("close drops what is not finished within the grace", async () => {
    const entered = Promise.withResolvers<void>();
    const listener = await open(() => {
      entered.resolve();
      return new Promise<Response>(() => {});
    });
    const client = await connect(listener);
    client.send(get);
    await entered.promise;
    await listener.close(100);
    assert.equal(await client.isClosedWithin(2000), true);
  });
}
