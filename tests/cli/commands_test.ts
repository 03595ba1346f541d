import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DispatchError } from "../../core/error/mod.ts";
import { startControlServer } from "../../runtime-node/control_server.ts";
import { controlApp } from "../../web/control/app.ts";
import { createMemoryCli } from "../support/memory_cli.ts";
import { sampleEvent } from "../support/memory_message_log.ts";
import { sampleCertificate, sampleHealth } from "../support/memory_operation_context.ts";
import { sampleEntry } from "../support/memory_queue.ts";

test("version prints the documented facts, and reads no environment", async () => {
  const readEnvironment = () => {
    throw new DispatchError("environment_unknown", { name: "DISPATCH_X", nearest: "DISPATCH_KEY_FILE" });
  };
  const { run, dispatch } = await createMemoryCli({ readEnvironment });
  assert.deepEqual(JSON.parse((await run(["version", "--json"])).stdout), dispatch.context.version());
  assert.equal((await run(["version"])).stdout, "Dispatch 0.1.0 on test 1, test\n");
});

test("serve runs the service and ends with its exit code", async () => {
  const served: string[] = [];
  const serve = async ({ dataDirectory }: { dataDirectory: string }) => {
    served.push(dataDirectory);
    return 1;
  };
  const { run } = await createMemoryCli({ serve });
  assert.equal((await run(["serve", "--data-dir", "/nonexistent/x"])).exitCode, 1);
  assert.deepEqual(served, ["/nonexistent/x"]);
});

test("cert show prints the certificate, who serves it, and what wants attention", async () => {
  const { run } = await createMemoryCli();
  assert.deepEqual(JSON.parse((await run(["cert", "show", "--json"])).stdout), sampleCertificate);
  const { stdout } = await run(["cert", "show"]);
  for (const part of [
    "relay.example.org, localhost",
    "EC P-256",
    "396 days left",
    "smtp",
    "A name is missing. Add it.",
  ]) {
    assert.ok(stdout.includes(part), part);
  }
});

for (const [status, exitCode] of [
  ["healthy", 0],
  ["degraded", 0],
  ["critical", 1],
] as const) {
  test(`health asks the running service, and ends with exit code ${exitCode} when it is ${status}`, async (t) => {
    const dataDirectory = mkdtempSync(join(tmpdir(), "dispatch-cli-"));
    t.after(() => rmSync(dataDirectory, { recursive: true }));
    const { run, dispatch, opened } = await createMemoryCli();
    const context = { ...dispatch.context, health: async () => ({ ...sampleHealth, status }) };
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const server = await startControlServer({ dataDirectory, fetch: controlApp({ context, logger }).fetch });
    t.after(() => server.close(0));
    const asJson = await run(["health", "--json", "--data-dir", dataDirectory]);
    assert.deepEqual([asJson.exitCode, JSON.parse(asJson.stdout).status, opened], [exitCode, status, []]);
    const { stdout } = await run(["health", "--data-dir", dataDirectory]);
    for (const part of [status, "in use", "Port 25 is taken."]) assert.ok(stdout.includes(part), part);
  });
}

test("config set, get, list and unset print one JSON value each", async () => {
  const { run } = await createMemoryCli();
  const json = async (...argv: string[]) => JSON.parse((await run(["config", ...argv, "--json"])).stdout);
  assert.deepEqual((await json("set", "listener.ports", "[2525]")).value, [2525]);
  assert.equal((await json("get", "listener.ports")).source, "table");
  assert.ok(
    (await json("list")).some(({ key, value }: { key: string; value: unknown }) => key === "listener.ports" && value),
  );
  assert.equal((await json("unset", "listener.ports")).source, "default");
});

test("config set reads a value from standard input", async () => {
  const { run, dispatch } = await createMemoryCli();
  await run(["config", "set", "listener.allowed_cidrs", "-"], { stdin: "192.0.2.0/24, 2001:db8::/32\n" });
  assert.deepEqual(dispatch.context.config.holder.current["listener.allowed_cidrs"], ["192.0.2.0/24", "2001:db8::/32"]);
});

test("config set says on standard error what it put right, and its JSON stays one value", async () => {
  const { run } = await createMemoryCli();
  const { stdout, stderr, exitCode } = await run(["config", "set", "api.allowed_cidrs", "10.1.2.3/8", "--json"]);
  assert.equal(exitCode, 0);
  assert.deepEqual(JSON.parse(stdout).value, ["10.0.0.0/8"]);
  assert.match(stderr, /"10\.1\.2\.3\/8" has bits set behind its prefix: it was taken as 10\.0\.0\.0\/8/);
  assert.equal((await run(["config", "set", "api.allowed_cidrs", "10.0.0.0/8"])).stderr, "");
});

const smartHost = [
  "relay",
  "add",
  "smarthost",
  "--provider",
  "smtp",
  "--set",
  "host=a.example",
  "--set",
  "username=app",
];

test("relay add reads a secret from standard input, without its final newline", async () => {
  const { run, dispatch } = await createMemoryCli();
  const { exitCode, stdout, stderr } = await run([...smartHost, "--set", "password=-"], { stdin: " hunter2=\r\n" });
  assert.equal(exitCode, 0, stderr);
  assert.equal(dispatch.relays.find("smarthost").settings.password, " hunter2=");
  assert.ok(!(stdout + stderr).includes("hunter2"));
});

test("relay add reads a secret from a file", async () => {
  const { run, dispatch } = await createMemoryCli();
  await run([...smartHost, "--secret-file", "password=pw.txt"], { files: { "pw.txt": "hunter2\n" } });
  assert.equal(dispatch.relays.find("smarthost").settings.password, "hunter2");
});

test("relay add asks for a secret on a terminal", async () => {
  const { run, dispatch } = await createMemoryCli();
  const { stderr } = await run([...smartHost, "--set", "password=-"], { typed: ["hunter2"] });
  assert.equal(stderr, "password: ");
  assert.equal(dispatch.relays.find("smarthost").settings.password, "hunter2");
});

test("relay add adds nothing when the prompt is broken off", async () => {
  const { run, dispatch } = await createMemoryCli();
  const { exitCode, stderr } = await run([...smartHost, "--set", "password=-"], { typed: [] });
  assert.deepEqual([exitCode, stderr], [2, "password: Nothing was given for password. See: dispatch --help\n"]);
  assert.deepEqual(dispatch.relays.list(), []);
});

for (const verb of [smartHost, ["relay", "set", "smarthost"]]) {
  test(`relay ${verb[1]} refuses a secret in an argument, does not repeat it, and says how to give it`, async () => {
    const { run } = await createMemoryCli();
    if (verb[1] === "set") await run([...smartHost, "--set", "password=-"], { stdin: "old" });
    const { exitCode, stdout, stderr } = await run([...verb, "--set", "password=hunter2"]);
    assert.deepEqual([exitCode, stdout], [2, ""]);
    assert.ok(!stderr.includes("hunter2"));
    assert.match(stderr, /--secret-file password=FILE/);
  });
}

test("relay add refuses to read two settings from one standard input", async () => {
  const { run } = await createMemoryCli();
  const { exitCode } = await run([...smartHost, "--set", "port=-", "--set", "password=-"], { stdin: "25" });
  assert.equal(exitCode, 2);
});

test("relay commands carry a relay through its life", async () => {
  const { run } = await createMemoryCli();
  await run(["relay", "add", "inbox", "--provider", "local"]);
  const json = async (...argv: string[]) => JSON.parse((await run(["relay", ...argv, "--json"])).stdout);
  const added = await json(
    "add",
    "a",
    "--provider",
    "smtp",
    "--set",
    "host=a.example",
    "--concurrency",
    "8",
    "--default",
  );
  assert.deepEqual([added.name, added.default, added.concurrency], ["a", true, 8]);
  assert.equal((await json("set", "a", "--set", "port=2525")).settings.port, 2525);
  assert.equal((await json("show", "a")).settings.port, 2525);
  assert.equal((await json("set-default", "inbox")).default, true);
  assert.equal((await json("disable", "a")).enabled, false);
  assert.equal((await json("enable", "a")).enabled, true);
  assert.equal((await json("remove", "a")).name, "a");
  assert.deepEqual(
    (await json("list")).map(({ name }: { name: string }) => name),
    ["inbox"],
  );
});

test("relay test ends with exit code 1 when the relay does not take the message", async () => {
  const { run } = await createMemoryCli();
  await run(["relay", "add", "inbox", "--provider", "local"]);
  await run(["relay", "add", "a", "--provider", "smtp", "--set", "host=a.example"]);
  const envelope = ["--from", "a@example.org", "--to", "b@example.org"];
  assert.equal((await run(["relay", "test", "inbox", ...envelope])).exitCode, 0);
  const refused = await run(["relay", "test", "a", ...envelope]);
  assert.deepEqual([refused.exitCode, refused.stdout.split("\n")[0]], [1, "a@example.org -> b@example.org"]);
});

test("relay test takes what a relay would be added with, and keeps nothing", async () => {
  const { run } = await createMemoryCli();
  const envelope = ["--from", "a@example.org", "--to", "b@example.org"];
  const { exitCode, stdout } = await run(["relay", "test", "--provider", "local", ...envelope]);
  assert.deepEqual([exitCode, stdout.split("\n")[0]], [0, "a@example.org -> b@example.org"]);
  assert.deepEqual(JSON.parse((await run(["relay", "list", "--json"])).stdout), []);
  const invalid = await run(["relay", "test", "--provider", "smtp", "--set", "port=0", ...envelope]);
  assert.equal(invalid.exitCode, 2);
  assert.match(invalid.stderr, /port[\s\S]*host must be set/);
  for (const wrong of [[], ["a", "--provider", "local"], ["a", "--set", "port=25"]]) {
    assert.equal((await run(["relay", "test", ...wrong, ...envelope])).exitCode, 2);
  }
});

test("key create prints the key alone on standard output", async () => {
  const { run } = await createMemoryCli();
  assert.match((await run(["key", "create", "printer"])).stdout, /^dsp_live_[\w-]{43}\n$/);
  const created = JSON.parse((await run(["key", "create", "app", "--rate", "5", "--json"])).stdout);
  assert.deepEqual(Object.keys(created).toSorted(), ["id", "key", "name", "ratePerMinute"]);
  const revoked = JSON.parse((await run(["key", "revoke", created.id, "--json"])).stdout);
  assert.notEqual(revoked.revokedAt, null);
  assert.equal(JSON.parse((await run(["key", "list", "--json"])).stdout).length, 2);
});

test("queue commands list, show, retry and delete", async () => {
  const { run, dispatch } = await createMemoryCli();
  for (const id of ["spl_1", "spl_2"]) dispatch.queue.entries.set(id, sampleEntry({ id, state: "failed" }));
  const idsOf = async (...argv: string[]) =>
    JSON.parse((await run(["queue", ...argv, "--json"])).stdout).map(({ id }: { id: string }) => id);
  assert.deepEqual(await idsOf("list", "--state", "failed", "--limit", "1"), ["spl_2"]);
  assert.deepEqual(await idsOf("show", "spl_1", "spl_2"), ["spl_1", "spl_2"]);
  assert.deepEqual(await idsOf("retry", "spl_1"), ["spl_1"]);
  assert.deepEqual(await idsOf("delete", "spl_1", "spl_2"), ["spl_1", "spl_2"]);
  assert.equal((await run(["queue", "delete", "spl_1"])).exitCode, 1);
});

test("queue show --content prints the message alone", async () => {
  const { run, dispatch } = await createMemoryCli();
  dispatch.queue.contents.set("spl_1", new TextEncoder().encode("Subject: x\r\n\r\nbody\r\n"));
  const { stdout, stderr } = await run(["queue", "show", "spl_1", "--content"]);
  assert.deepEqual([stdout, stderr], ["Subject: x\r\n\r\nbody\r\n", ""]);
});

test("queue show refuses --content with --json", async () => {
  const { run } = await createMemoryCli();
  const { exitCode, stdout } = await run(["queue", "show", "spl_1", "--content", "--json"]);
  assert.deepEqual([exitCode, stdout], [2, ""]);
});

test("log search prints rows, and on standard error how to go on", async () => {
  const { run, dispatch } = await createMemoryCli();
  for (let i = 0; i < 3; i++) dispatch.log.rows.push(sampleEvent({ eventId: `evt_${i}` }));
  const page = await run(["log", "search", "--limit", "2", "--json"]);
  assert.equal(JSON.parse(page.stdout).length, 2);
  assert.equal(page.stderr, "There is more: --cursor 2\n");
  const rest = await run(["log", "search", "--limit", "2", "--cursor", "2", "--json"]);
  assert.deepEqual([JSON.parse(rest.stdout).length, rest.stderr], [1, ""]);
});

test("log search passes every option on", async () => {
  const { run, dispatch } = await createMemoryCli();
  await dispatch.context.keys.create("k", null);
  const options =
    "--from-time 2026-11-22 --to-time 2026-11-23 --event failed --status retrying --id i --message-id <m> --sender s " +
    "--recipient r --domain Example.ORG --subject j --text t --tag g --relay l --rule u --source http " +
    "--address ::ffff:192.0.2.1 --key k --user n";
  await run(["log", "search", ...options.split(" ")]);
  assert.deepEqual(dispatch.log.queries.at(-1), {
    fromTimeMs: Date.UTC(2026, 10, 22),
    toTimeMs: Date.UTC(2026, 10, 23),
    event: "failed",
    status: "retrying",
    id: "i",
    messageId: "m",
    sender: "s",
    recipient: "r",
    domain: "example.org",
    subject: "j",
    text: "t",
    tag: "g",
    relay: "l",
    rule: "u",
    source: "http",
    clientAddress: "192.0.2.1",
    apiKeyIds: (await dispatch.context.keys.list()).map(({ id }) => id),
    smtpUser: "n",
    limit: 100,
  });
});

test("log search prints what a provider could not express", async () => {
  const { run, dispatch } = await createMemoryCli();
  dispatch.log.rows.push(sampleEvent({ omitted: ["tag a", "header X-B"] }));
  assert.match((await run(["log", "search"])).stdout, /250 2\.0\.0 Ok \(left out: tag a, header X-B\)/);
});

test("log search shows a hostile subject without what a terminal would obey", async () => {
  const { run, dispatch } = await createMemoryCli();
  dispatch.log.rows.push(sampleEvent({ subject: "\u001b]0;owned\u0007\u202e\nfake row" }));
  const { stdout } = await run(["log", "search"]);
  assert.ok(stdout.includes("\\u{1b}]0;owned\\u{7}\\u{202e}\\u{a}fake row"));
  assert.equal(stdout.trimEnd().split("\n").length, 2);
});

test("send takes its text from standard input, and several recipients", async () => {
  const { run, dispatch } = await createMemoryCli();
  const argv = ["send", "--from", "a@example.org", "--to", "b@example.org", "--to", "c@example.org,d@example.org"];
  const { stdout } = await run([...argv, "--subject", "-x", "--text", "-", "--json"], { stdin: "one\ntwo\n" });
  assert.deepEqual(JSON.parse(stdout), { id: "spl_1" });
  const [message] = dispatch.intake.accepted;
  assert.equal(message?.submission.recipients.length, 3);
  assert.match(message?.text ?? "", /^Subject: -x\r$/m);
  assert.ok(message?.text.includes("\r\none\r\ntwo\r\n"));
});
