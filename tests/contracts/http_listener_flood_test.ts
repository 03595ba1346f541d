import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { RefusalLines } from "../../core/history/refusal_lines.ts";
import { httpDoor } from "../../core/ingest/http_door.ts";
import { openHttpListener } from "../../runtime-node/http_listener.ts";
import { until } from "../support/e2e_process.ts";
import { RawClient } from "../support/http_client.ts";
import { recordingLogger } from "../support/spool_fixture.ts";

const connections = 3000;
/** Fewer are no flood; the limit of open files may forbid more. */
const leastConnections = 2000;
const maxPerClient = 100;
const floodAddress = "127.0.0.11";

async function timeOfRequest(port: number): Promise<number> {
  const startMs = performance.now();
  const client = await RawClient.connect(port, false);
  client.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await client.expect(/done$/);
  client.socket.destroy();
  return performance.now() - startMs;
}

async function bestOf(count: number, port: number): Promise<number> {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) bestMs = Math.min(bestMs, await timeOfRequest(port));
  return bestMs;
}

test("openHttpListener, flooded with idle connections from one address, serves another one as fast as before", async () => {
  const logger = recordingLogger();
  const lines = new RefusalLines(logger, Date.now);
  const admit = httpDoor({
    limits: () => ({ max: 1000, maxPerClient }),
    isAllowed: () => true,
    isProxy: () => false,
    isOwn: () => false,
    onRefused: ({ message }, address) => lines.warn("http.connection_refused", message, { address }),
  });
  const listener = await openHttpListener({ name: "http", port: 0, handler: () => new Response("done"), admit });
  after(() => listener.close(0));
  const beforeMs = await bestOf(20, listener.port);
  const program = fileURLToPath(new URL("../support/connection_flood.ts", import.meta.url));
  const flood = spawn(process.execPath, [program, String(listener.port), floodAddress, String(connections)]);
  after(() => flood.kill("SIGKILL"));
  const printed = once(flood.stdout, "data");
  await until("its share of the places to be taken", () => listener.connections() >= maxPerClient);
  const duringMs = await bestOf(10, listener.port);
  const connected = Number((await printed)[0]);
  assert.ok(connected >= leastConnections, `only ${connected} connections could be opened`);
  const afterMs = await bestOf(20, listener.port);

  // One that had to wait for the flood would take seconds.
  const limitMs = 10 * beforeMs + 250;
  const figures = `${beforeMs} ms before, ${duringMs} while they came, ${afterMs} ms with them`;
  assert.ok(duringMs < limitMs && afterMs < limitMs, figures);
  await until("the refused ones to be gone", () => listener.connections() <= maxPerClient);
  assert.ok(logger.events.length >= 5 && logger.events.length <= 15, `${logger.events.length} lines`);
  flood.kill("SIGKILL");
  await until("all to be gone", () => listener.connections() === 0);
  console.log(figures);
});
