import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connectControl } from "../../runtime-node/control_client.ts";
import { startControlServer } from "../../runtime-node/control_server.ts";
import { controlApp } from "../../web/control/app.ts";
import { assertRefusal } from "../support/assert_refusal.ts";
import { sampleEvent } from "../support/memory_message_log.ts";
import { createMemoryDispatch } from "../support/memory_operation_context.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function createDirectory(t: TestContext, ...below: string[]): string {
  const root = mkdtempSync(join(tmpdir(), "dispatch-control-"));
  t.after(() => rmSync(root, { recursive: true }));
  const directory = join(root, ...below);
  mkdirSync(directory, { recursive: true });
  return directory;
}

async function startService(t: TestContext, dataDirectory: string) {
  const dispatch = await createMemoryDispatch();
  const server = await startControlServer({
    dataDirectory,
    fetch: controlApp({ context: dispatch.context, logger: quiet }).fetch,
  });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= server.close(50));
  t.after(close);
  return { ...dispatch, close };
}

async function connect(t: TestContext, dataDirectory: string) {
  const client = await connectControl(dataDirectory);
  assert.ok(client !== null, "nobody listens");
  t.after(() => client.close());
  return client;
}

test("connectControl reaches the service, whose settings change at once", async (t) => {
  const directory = createDirectory(t);
  const { context } = await startService(t, directory);
  const client = await connect(t, directory);
  await client.call("config.set", { values: { "spool.worker_count": 8 } });
  assert.equal(context.config.holder.current["spool.worker_count"], 8);
});

test("connectControl carries an error over with code, facts and remedy", async (t) => {
  const directory = createDirectory(t);
  await startService(t, directory);
  const client = await connect(t, directory);
  const error = await assertRefusal(
    () => client.call("config.get", { key: "spool.wroker_count" }),
    "config_key_unknown",
  );
  assert.deepEqual(error.facts, { key: "spool.wroker_count", nearest: "spool.worker_count" });
  assert.equal(error.remedy, "Did you mean spool.worker_count?");
  assert.equal(error.exitCode, 2);
});

test("connectControl carries non-ASCII text and a message of 5 MiB over unharmed", async (t) => {
  const directory = createDirectory(t);
  const { intake } = await startService(t, directory);
  const client = await connect(t, directory);
  const text = "x".repeat(76).concat("\n").repeat(68_000);
  await client.call("message.send", { from: "Zoë <a@example.org>", to: ["b@example.org"], text });
  assert.ok((intake.accepted[0]?.text.length ?? 0) > text.length);
});

test("connectControl streams a feed of any bytes", async (t) => {
  const directory = createDirectory(t);
  const { queue } = await startService(t, directory);
  const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 7) & 0xff);
  queue.contents.set("spl_1", bytes);
  const client = await connect(t, directory);
  const chunks: Uint8Array[] = [];
  const feed = await client.open("queue.content", { id: "spl_1" }, new AbortController().signal);
  for await (const chunk of feed) chunks.push(chunk);
  assert.ok(Buffer.concat(chunks).equals(bytes));
});

test("connectControl follows the log until it is aborted, and the service stops asking the log then", async (t) => {
  const directory = createDirectory(t);
  const { log } = await startService(t, directory);
  log.rows.push(sampleEvent({ eventId: "evt_1" }));
  const client = await connect(t, directory);
  const stopped = new AbortController();
  let text = "";
  for await (const chunk of await client.open("log.tail", {}, stopped.signal)) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("evt_1")) log.rows.push(sampleEvent({ eventId: "evt_2", timeMs: sampleEvent().timeMs + 1 }));
    if (text.includes("evt_2")) stopped.abort();
  }
  assert.deepEqual(
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).eventId),
    ["evt_1", "evt_2"],
  );
  await pause(100);
  const asked = log.queries.length;
  await pause(100);
  assert.equal(log.queries.length, asked);
});

test("connectControl tells a feed that breaks off from one that has ended", async (t) => {
  const directory = createDirectory(t);
  const { log, close } = await startService(t, directory);
  log.rows.push(sampleEvent());
  const client = await connect(t, directory);
  const feed = await client.open("log.tail", {}, new AbortController().signal);
  const read = async () => {
    for await (const _ of feed) void close();
  };
  await assertRefusal(read, "service_unreachable");
});

test("startControlServer lets nobody but its own user in", async (t) => {
  const directory = createDirectory(t);
  chmodSync(directory, 0o755);
  await startService(t, directory);
  assert.equal(statSync(join(directory, "control.sock")).mode & 0o777, 0o600);
});

test("startControlServer and connectControl work in a directory whose path is too long for a socket", async (t) => {
  const directory = createDirectory(t, "d".repeat(120), "ü".repeat(60));
  const { close } = await startService(t, directory);
  const client = await connect(t, directory);
  assert.ok(Array.isArray(await client.call("relay.list", {})));
  assert.ok(existsSync(join(directory, "control.sock")));
  await close();
  assert.ok(!existsSync(join(directory, "control.sock")));
});

test("startControlServer refuses a directory that a service listens on, and leaves that one alone", async (t) => {
  const directory = createDirectory(t);
  const { close } = await startService(t, directory);
  const second = () => startControlServer({ dataDirectory: directory, fetch: () => new Response() });
  await assertRefusal(second, "data_directory_in_use");
  const client = await connect(t, directory);
  assert.ok(Array.isArray(await client.call("relay.list", {})));
  await close();
  assert.equal(await connectControl(directory), null);
});

test("startControlServer replaces the socket of a service that was killed", async (t) => {
  const directory = createDirectory(t);
  await leaveStaleSocket(directory);
  assert.equal(await connectControl(directory), null);
  await startService(t, directory);
  const client = await connect(t, directory);
  assert.ok(Array.isArray(await client.call("relay.list", {})));
});

test("startControlServer says why it can't bind", async (t) => {
  const missing = join(createDirectory(t), "none");
  const start = () => startControlServer({ dataDirectory: missing, fetch: () => new Response() });
  await assertRefusal(start, "control_channel_unusable");
});

test("connectControl finds no service where there is no directory", async (t) => {
  assert.equal(await connectControl(join(createDirectory(t), "none")), null);
  assert.equal(await connectControl(join(createDirectory(t), "d".repeat(120))), null);
});

for (const [name, status, body] of [
  [
    "of a code that it does not know",
    418,
    JSON.stringify({ error: { code: "teapot", facts: {}, message: "I am one" } }),
  ],
  ["that is no error of ours", 500, JSON.stringify("oops")],
  ["that is no JSON", 200, "<html>"],
] as const) {
  test(`connectControl refuses an answer ${name}`, async (t) => {
    const directory = createDirectory(t);
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(join(directory, "control.sock"), resolve));
    t.after(() => new Promise((resolve) => server.close(resolve)));
    const client = await connect(t, directory);
    await assertRefusal(() => client.call("config.list", {}), "service_answer_unknown");
  });
}

/** Leaves the socket file of a process that was killed while it listened. */
async function leaveStaleSocket(directory: string): Promise<void> {
  const path = JSON.stringify(join(directory, "control.sock"));
  const script = `require("node:net").createServer().listen(${path}, () => process.kill(process.pid, "SIGKILL"))`;
  await new Promise((resolve) => spawn(process.execPath, ["-e", script]).once("exit", resolve));
  assert.ok(existsSync(join(directory, "control.sock")));
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
