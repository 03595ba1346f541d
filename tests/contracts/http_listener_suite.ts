/** What every HTTP listener keeps to, with TLS and without. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isDispatchError } from "../../core/error/mod.ts";
import type {
  AdmitConnection,
  HttpHandler,
  HttpListener,
  HttpListenerOptions,
} from "../../core/ingest/http_listener.ts";
import { RawClient, readOutcome } from "../support/http_client.ts";
import { hostileHttpSuite } from "./hostile_http_suite.ts";

/** A kind of listener under test. */
export interface ListenerKind {
  readonly name: string;
  readonly isTls: boolean;
  open(options: Omit<HttpListenerOptions, "name">): Promise<HttpListener>;
}

const mebibyte = 1024 * 1024;
const head = (length: number) => `POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
const get = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

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
  hostileHttpSuite({ isTls: kind.isTls, open, connect, check });

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
