import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import type { Relay, RelayTable } from "../../core/relay/relay.ts";
import type { NewSpoolMessage, Spool } from "../../core/spool/mod.ts";
import { type DeliveryControl, deliveryOverPort } from "../../runtime-node/delivery_calls.ts";
import type { DeliveryThreadData } from "../../runtime-node/delivery_thread.ts";
import { openLargeFiles } from "../../runtime-node/large_files.ts";
import { largeDirectoryOf } from "../../runtime-node/open_spool.ts";
import { spoolOverPort } from "../../runtime-node/spool_calls.ts";
import { type SpoolThread, startSpoolThread } from "../../runtime-node/spool_client.ts";
import { superviseThread, type Thread } from "../../runtime-node/thread.ts";
import { until } from "../support/e2e_process.ts";
import { sampleRelay } from "../support/sample_relay.ts";
import { ScriptedSmtpServer } from "../support/scripted_smtp_server.ts";
import { newMessage, recordingLogger } from "../support/spool_fixture.ts";

describe("the delivery thread", () => {
  let directory: string;
  let server: ScriptedSmtpServer;
  let spoolThread: SpoolThread;
  let spool: Spool;
  let delivery: Thread;
  let control: DeliveryControl;
  let deaths: unknown[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "dispatch-delivery-"));
    deaths = [];
    server = await ScriptedSmtpServer.start();
    spoolThread = await startSpoolThread({ directory }, recordingLogger(), (error) => deaths.push(error));
    spool = spoolOverPort(spoolThread.connect());
    const spoolPort = spoolThread.connect();
    const retry = { maxRetries: 3, delaysSeconds: [3600] };
    const data: DeliveryThreadData = {
      spoolPort,
      largeDirectory: largeDirectoryOf(directory),
      relays: tableOf(server.port),
      settings: { workerCount: 4, retry, serverName: "relay.example.org" },
      graceMs: 300,
    };
    const options = { workerData: data, transferList: [spoolPort] };
    const worker = new Worker(new URL("../../runtime-node/delivery_thread.ts", import.meta.url), options);
    delivery = await superviseThread(worker, recordingLogger(), (error) => deaths.push(error));
    control = deliveryOverPort(delivery.connect());
  });

  afterEach(async () => {
    await delivery.stop();
    await spoolThread.stop();
    await server.close();
    rmSync(directory, { recursive: true, force: true });
    assert.deepEqual(deaths, []);
  });

  function tableOf(port: number, overrides: Partial<Relay> = {}): RelayTable {
    const settings = { host: "127.0.0.1", port, tls: "none" };
    return { relays: [sampleRelay("main", { settings, isDefault: true, ...overrides })], rules: [] };
  }

  async function largeMessage(bytes: Uint8Array): Promise<NewSpoolMessage> {
    const message = newMessage({ sizeBytes: bytes.byteLength });
    const name = `${message.id}.eml`;
    const writer = await openLargeFiles(largeDirectoryOf(directory)).create(name);
    await writer.write(bytes);
    await writer.commit();
    return { ...message, content: { kind: "large", name } };
  }

  it("delivers what comes into the spool, at once, and empties it", async () => {
    await Promise.all(Array.from({ length: 20 }, () => spool.append(newMessage())));
    await until("the messages to arrive", () => server.contents.length === 20);
    await until("the spool to be empty", async () => {
      const { queued, processing } = await spool.counts();
      return queued + processing === 0;
    });
    assert.equal(server.contents[0]?.toString(), "Subject: Hello\r\n\r\nWorld\r\n");
    assert.ok(server.commands.includes("EHLO relay.example.org"));
    assert.ok(server.mostAtOnce <= 4);
  });

  it("delivers a large message from its file, and removes the file", async () => {
    const bytes = Buffer.from(`Subject: large\r\n\r\n${"0123456789\r\n".repeat(100_000)}`);
    await spool.append(await largeMessage(bytes));
    await until("the message to arrive", () => server.contents.length === 1);
    assert.ok(server.contents[0]?.equals(bytes));
    const files = openLargeFiles(largeDirectoryOf(directory));
    await until("the file to be gone", async () => (await files.list()).length === 0);
  });

  it("keeps for later what is refused for now", async () => {
    server.script = { answer: (step) => (step === "RCPT" ? "450 4.2.1 greylisted" : null) };
    const message = newMessage();
    await spool.append(message);
    const entry = await until("the attempt", async () => {
      const found = await spool.find(message.id);
      return found?.state === "retrying" && found;
    });
    assert.deepEqual([entry.attempts, entry.lastError], [1, "450 4.2.1 greylisted"]);
    assert.ok(entry.dueAtMs > Date.now() + 3_500_000);
  });

  it("follows a change of the relays", async () => {
    const other = await ScriptedSmtpServer.start();
    await control.setRelays(tableOf(other.port));
    await spool.append(newMessage());
    await until("the message to arrive", () => other.contents.length === 1);
    await other.close();
  });

  it("delivers over one smart host at once while mail waits for another that hangs at the greeting", async () => {
    const hanging = await ScriptedSmtpServer.start({ answer: (step) => (step === "greeting" ? "hang" : null) });
    const settings = { host: "127.0.0.1", port: hanging.port, tls: "none" };
    const { relays } = tableOf(server.port);
    const rule = { id: "rul_1", name: "hangs", senders: ["*"], recipients: ["hanging.example"], relay: "hanging" };
    await control.setRelays({ relays: [...relays, sampleRelay("hanging", { settings })], rules: [rule] });
    const lost = Array.from({ length: 50 }, () =>
      newMessage({ recipients: [{ address: "a@hanging.example", kind: "to" }] }),
    );
    await Promise.all(lost.map((message) => spool.append(message)));
    await until("deliveries that hang", () => hanging.sessions.length === 4);
    await Promise.all(Array.from({ length: 20 }, () => spool.append(newMessage())));
    await until("the messages to arrive", () => server.contents.length === 20);
    assert.deepEqual([hanging.sessions.length, hanging.contents.length], [4, 0]);
    const { queued, processing } = await spool.counts();
    assert.ok(queued + processing >= 50);
    await hanging.close();
  });

  it("captures what goes to the local inbox", async () => {
    await control.setRelays(tableOf(0, { provider: "local", settings: {} }));
    const message = newMessage();
    await spool.append(message);
    await until("the message to be captured", async () => (await spool.find(message.id))?.state === "captured");
  });

  it("stops in time although a delivery hangs, and the spool keeps the message", async () => {
    server.script = { answer: (step) => (step === "content" ? "hang" : null) };
    await spool.append(newMessage());
    await until("the delivery", () => server.contents.length === 1);
    const startMs = performance.now();
    await delivery.stop();
    assert.ok(performance.now() - startMs < 3000);
    await spoolThread.stop();
    spoolThread = await startSpoolThread({ directory }, recordingLogger(), (error) => deaths.push(error));
    const { queued, retrying } = await spoolOverPort(spoolThread.connect()).counts();
    assert.equal(queued + retrying, 1);
  });
});
