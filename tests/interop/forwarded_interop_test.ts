/** HAProxy in front of an app: its clients are told by the headers that it writes, whatever they send themselves. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { Hono } from "hono";
import type { HttpConnection, HttpListener } from "../../core/ingest/http_listener.ts";
import { openHttpListener } from "../../runtime-node/http_listener.ts";
import { resolveClientAddress } from "../../web/client_address.ts";
import { problemResponse } from "../../web/problem_response.ts";
import { pickPort } from "../support/e2e_ports.ts";
import { findTool, until } from "../support/e2e_process.ts";

/** Of the client; the proxy connects from 127.0.0.1. */
const clientAddress = "127.0.0.7";

/** What a proxy is told to do with the headers, as lines of its configuration. */
const habits = {
  appends: "option forwardfor\n  http-request del-header Forwarded",
  replaces: "http-request set-header Forwarded for=%[src]\n  http-request del-header X-Forwarded-For",
  "passes Forwarded on": "option forwardfor",
} as const;

/** Answers with the client's address, or with the code of what is wrong. */
function echo() {
  const app = new Hono<{ Bindings: HttpConnection }>();
  app.use(resolveClientAddress("api.trusted_proxies", (address) => address === "127.0.0.1"));
  app.get("/", (context) => context.text(context.env.clientAddress));
  app.onError(problemResponse);
  return app;
}

/** The end of the answer to a request with these header lines. */
async function ask(port: number, lines: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", localAddress: clientAddress });
  await once(socket, "connect");
  socket.end(`GET / HTTP/1.1\r\nHost: relay.example.org\r\nConnection: close\r\n${lines}\r\n`);
  const answer = await text(socket);
  return /"code":"(\w+)"/.exec(answer)?.[1] ?? answer.slice(answer.lastIndexOf("\n") + 1);
}

describe("resolveClientAddress behind HAProxy", () => {
  if (findTool("haproxy") === null) {
    console.log("left out: proxies before HTTP (not installed: haproxy)");
    return;
  }
  let listener: HttpListener;
  let folder: string;
  let haproxy: ReturnType<typeof spawn>;
  const ports = new Map<keyof typeof habits, number>();

  before(async () => {
    const app = echo();
    listener = await openHttpListener({
      name: "http",
      port: 0,
      handler: (request, facts) => app.fetch(request, facts),
    });
    let configuration = "defaults\n  mode http\n  timeout connect 20s\n  timeout client 20s\n  timeout server 20s\n";
    for (const [name, lines] of Object.entries(habits)) {
      const port = await pickPort();
      ports.set(name as keyof typeof habits, port);
      configuration += `listen front_${port}\n  bind 127.0.0.1:${port}\n  ${lines}\n  server app 127.0.0.1:${listener.port}\n`;
    }
    folder = await mkdtemp(join(tmpdir(), "dispatch-haproxy-"));
    await writeFile(join(folder, "haproxy.cfg"), configuration);
    haproxy = spawn("haproxy", ["-db", "-f", join(folder, "haproxy.cfg")], {
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
      stdio: "ignore",
    });
    await until("the proxy", () => ask(ports.get("appends")!, "").catch(() => null));
  });

  after(async () => {
    haproxy.kill("SIGKILL");
    await listener.close(0);
    await rm(folder, { recursive: true, force: true });
  });

  for (const [habit, lines, expected] of [
    ["appends", "", clientAddress],
    ["appends", "X-Forwarded-For: 10.0.0.9\r\nForwarded: for=10.0.0.9\r\n", clientAddress],
    ["replaces", "X-Forwarded-For: 10.0.0.9\r\nForwarded: for=10.0.0.9\r\n", clientAddress],
    ["passes Forwarded on", "", clientAddress],
    ["passes Forwarded on", "Forwarded: for=10.0.0.9\r\n", "client_address_unclear"],
  ] as const) {
    test(`answers ${expected} when the proxy ${habit} and the client sends ${JSON.stringify(lines)}`, async () => {
      assert.equal(await ask(ports.get(habit)!, lines), expected);
    });
  }

  test("believes no client that connects without the proxy", async () => {
    assert.equal(await ask(listener.port, "X-Forwarded-For: 10.0.0.9\r\n"), clientAddress);
  });
});
