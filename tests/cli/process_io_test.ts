import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startControlServer } from "../../runtime-node/control_server.ts";
import { controlApp } from "../../web/control/app.ts";
import { sampleEvent } from "../support/memory_message_log.ts";
import { createMemoryDispatch } from "../support/memory_operation_context.ts";

const program = fileURLToPath(new URL("../support/cli_program.ts", import.meta.url));
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function start(t: TestContext, argv: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...argv], { stdio: ["pipe", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

async function finish(child: ChildProcess) {
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    readAll(child.stdout!),
    readAll(child.stderr!),
    once(child, "exit"),
  ]);
  return { stdout, stderr, exitCode, signal };
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

test("processIo writes a long output whole before the process ends", async (t) => {
  const { stdout, exitCode } = await finish(start(t, ["queue", "list", "--limit", "1000", "--json"]));
  assert.equal(exitCode, 0);
  assert.equal(JSON.parse(stdout).length, 1000);
});

test("processIo ends quietly when nobody reads the output any longer", async (t) => {
  const child = start(t, ["queue", "list", "--limit", "1000", "--json"]);
  child.stdout?.destroy();
  const [stderr, [exitCode, signal]] = await Promise.all([readAll(child.stderr!), once(child, "exit")]);
  assert.deepEqual([stderr, exitCode, signal], ["", 0, null]);
});

test("processIo hands standard input over", async (t) => {
  const argv = ["relay", "add", "a", "--provider", "smtp", "--set", "host=a.example", "--set", "username=u"];
  const child = start(t, [...argv, "--set", "password=-", "--json"]);
  child.stdin?.end("hunter2\n");
  const { stdout, stderr } = await finish(child);
  assert.equal(JSON.parse(stdout || stderr).settings?.password, "••••••••");
});

for (const signalName of ["SIGINT", "SIGTERM"] as const) {
  test(`log tail beside a service prints rows at once, and ends with exit code 0 on ${signalName}`, async (t) => {
    const dataDirectory = mkdtempSync(join(tmpdir(), "dispatch-cli-"));
    t.after(() => rmSync(dataDirectory, { recursive: true }));
    const { context, log } = await createMemoryDispatch();
    log.rows.push(sampleEvent());
    const fetch = controlApp({ context, logger: quiet }).fetch;
    const server = await startControlServer({ dataDirectory, fetch });
    t.after(() => server.close(0));
    const child = start(t, ["log", "tail", "--json", "--data-dir", dataDirectory]);
    const exited = once(child, "exit");
    const [line] = (await once(child.stdout!, "data")) as [Buffer];
    assert.equal(JSON.parse(line.toString()).eventId, "evt_1");
    child.kill(signalName);
    assert.deepEqual(await exited, [0, null]);
    assert.equal(await readAll(child.stderr!), "");
  });
}
