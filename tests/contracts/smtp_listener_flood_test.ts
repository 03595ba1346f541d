import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { until } from "../support/e2e_process.ts";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { ListenerFixture, newTlsPolicy } from "../support/smtp_listener_fixture.ts";

const text = "From: a@x.org\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\nMessage-ID: <1@x.org>\r\n\r\nHello\r\n";

/** Fewer are no flood; the limit of open files may forbid more. */
const leastConnections = 2000;

describe("SmtpListener, flooded with connections from one address,", () => {
  let tls: TlsPolicy;
  let fixture: ListenerFixture;
  let endings: (() => void)[];

  before(async () => {
    tls = await newTlsPolicy();
  });

  beforeEach(() => {
    endings = [];
    fixture = new ListenerFixture();
  });

  afterEach(async () => {
    for (const end of endings) end();
    await fixture.close();
  });

  /** Milliseconds from the connection to the 250 of a message. */
  async function timeOfMessage(isImplicitTls: boolean): Promise<number> {
    const startMs = performance.now();
    const socket = isImplicitTls
      ? connectTls({ port: fixture.port, host: "127.0.0.1", rejectUnauthorized: false })
      : connect(fixture.port, "127.0.0.1");
    const client = await SmtpClient.over(socket);
    assert.match(client.greeting, /^220 /);
    await client.command("EHLO client.example.org");
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 2\.6\.0 /);
    client.close();
    return performance.now() - startMs;
  }

  async function medianOf(count: number, isImplicitTls: boolean): Promise<number> {
    const times: number[] = [];
    for (let i = 0; i < count; i++) times.push(await timeOfMessage(isImplicitTls));
    return times.sort((a, b) => a - b)[count >> 1]!;
  }

  for (const [connections, name, isImplicitTls, address] of [
    [10_000, "that say nothing", false, "127.0.0.9"],
    [3000, "that never begin a handshake", true, "127.0.0.10"],
  ] as const) {
    it(`takes mail of another as fast as before, with ${connections} ${name}, and forgets them all`, async () => {
      await fixture.open(tls, { isImplicitTls });
      const beforeMs = await medianOf(21, isImplicitTls);
      const program = fileURLToPath(new URL("../support/connection_flood.ts", import.meta.url));
      const flood = spawn(process.execPath, [program, String(fixture.port), address, String(connections)]);
      endings.push(() => flood.kill("SIGKILL"));
      const printed = once(flood.stdout, "data");
      await until("its share of the places to be taken", () => fixture.places.open >= fixture.settings.maxPerClient);
      const duringMs = await medianOf(21, isImplicitTls);
      const connected = Number((await printed)[0]);
      if (connected < connections) console.log(`only ${connected} of ${connections} connections could be opened`);
      assert.ok(connected >= leastConnections, `only ${connected} connections could be opened`);
      const afterMs = await medianOf(21, isImplicitTls);

      // A busy machine takes a while; who had to wait for the flood would take seconds.
      const limitMs = 10 * beforeMs + 500;
      const figures = `${beforeMs} ms before, ${duringMs} while they came, ${afterMs} ms with them`;
      assert.ok(duringMs < limitMs && afterMs < limitMs, figures);
      await until("the refused ones to be gone", () => fixture.places.open === fixture.settings.maxPerClient);
      const lines = fixture.logger.events.filter((event) => event === "smtp.connection_refused");
      // A minute may have ended meanwhile.
      assert.ok(lines.length >= 5 && lines.length <= 15, `${lines.length} lines`);
      flood.kill("SIGKILL");
      await until("all to be gone", () => fixture.places.open === 0);
    });
  }
});
