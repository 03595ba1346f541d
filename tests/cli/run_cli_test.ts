import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError } from "../../core/error/mod.ts";
import { summaryOf } from "../../core/operations/operation_table.ts";
import { commands } from "../../runtime-node/cli/command_table.ts";
import { createMemoryCli } from "../support/memory_cli.ts";

/** What is typed wrongly, and the one line that says so. */
const usageErrors: readonly [argv: string, line: string][] = [
  ["--jsno", "Unknown option --jsno. Did you mean --json?"],
  ["queue list --lmit 5", "Unknown option --lmit. Did you mean --limit?"],
  ["relay add x --provider smtp --pasword=hunter2", "Unknown option --pasword. Did you mean --json?"],
  ["config list -j", "Unknown option -j. Did you mean --json?"],
  ["confg list", "Unknown command confg. Did you mean config?"],
  ["relay lst", "Unknown command relay lst. Did you mean relay list?"],
  ["relay it's", "Unknown command relay it's. Did you mean relay test?"],
  ["config get", "config get needs KEY. See: dispatch config get --help"],
  ["config get a b", "config get takes 1 argument; 2 were given. See: dispatch config get --help"],
  ["config list a", "config list takes no arguments; 1 were given. See: dispatch config list --help"],
  ["queue show", "queue show needs ID. See: dispatch queue show --help"],
  ["relay add x", "relay add needs --provider P. See: dispatch relay add --help"],
  ["queue list --limit", "--limit needs a value. See: dispatch queue list --help"],
  ["config get listener.prots", 'There is no setting "listener.prots". Did you mean listener.ports?'],
  ["config set spool.worker_cuont 4", 'There is no setting "spool.worker_cuont". Did you mean spool.worker_count?'],
  [
    "config set spool.worker_count many",
    'spool.worker_count must be a whole number from 1 to 32; "many" was given. Nothing was stored.',
  ],
  ["queue list --limit 0", 'limit must be a whole number from 1 to 1000; "0" was given. Nothing was done.'],
  [
    "queue list --state lost",
    'state must be one of queued, processing, retrying, failed, captured, unreadable; "lost" was given. Nothing was done.',
  ],
  [
    "log search --from-time yesterday",
    'fromTime must be a time such as 2026-11-22 or 2026-11-22T10:30:00Z; "yesterday" was given. Nothing was done.',
  ],
  ["relay add x --provider stmp", 'There is no provider "stmp". Did you mean smtp?'],
  ["relay add x --provider smtp --set host", '--set takes SETTING=VALUE; "host" has no =. See: dispatch --help'],
  ["relay add x --provider smtp --set hots=a", 'The provider smtp has no setting "hots". Did you mean host?'],
  [
    "relay add x --provider smtp --set host=a --set port=0",
    'port must be a whole number from 1 to 65535; "0" was given. Nothing was stored.',
  ],
  [
    "relay add x --provider smtp --secret-file password=/none",
    'The file "/none" can\'t be read: there is no such file or directory.',
  ],
  [
    "send --from me --to you@example.org",
    'from must be an address such as you@example.org; "me" was given. Nothing was done.',
  ],
  ["queue show a b --content", "--content takes one ID. See: dispatch --help"],
];

for (const [typed, line] of usageErrors) {
  test(`runCli refuses "${typed}" with exit code 2 and one line`, async () => {
    const { run } = await createMemoryCli();
    assert.deepEqual(await run(typed.split(" ")), { exitCode: 2, stdout: "", stderr: `${line}\n` });
  });
}

test("runCli says what went wrong as one line of JSON with --json, and keeps standard output empty", async () => {
  const { run } = await createMemoryCli();
  const { exitCode, stdout, stderr } = await run(["config", "get", "listener.prots", "--json"]);
  assert.deepEqual([exitCode, stdout, stderr.split("\n").length], [2, "", 2]);
  assert.deepEqual(JSON.parse(stderr), {
    error: {
      code: "config_key_unknown",
      message: 'There is no setting "listener.prots".',
      remedy: "Did you mean listener.ports?",
    },
  });
});

test("runCli says a refusal with exit code 1", async () => {
  const { run } = await createMemoryCli();
  const { exitCode, stderr } = await run(["relay", "remove", "nobody"]);
  assert.deepEqual([exitCode, stderr], [1, 'There is no relay "nobody". See: dispatch relay list\n']);
});

test("runCli tells of an unexpected failure in one line", async () => {
  const openOffline = async () => {
    throw new RangeError("planted\nfailure");
  };
  const { run } = await createMemoryCli({ openOffline });
  const { exitCode, stderr } = await run(["config", "list"]);
  assert.deepEqual([exitCode, stderr], [1, "Something went wrong inside Dispatch. planted\\u{a}failure\n"]);
});

for (const { words, summary, options = [] } of [...commands]) {
  const typed = words.join(" ");
  test(`runCli explains "${typed} --help"`, async () => {
    const { run, opened } = await createMemoryCli();
    const { exitCode, stdout, stderr } = await run([...words, "--help"]);
    assert.deepEqual([exitCode, stderr, opened], [0, "", []]);
    const text = stdout.replace(/\s+/g, " ");
    assert.ok(text.startsWith(`Usage: dispatch ${typed}`));
    const line = typeof summary === "string" ? summary : summaryOf(summary.of);
    assert.notEqual(line, "");
    for (const part of [line, "--data-dir", "--json", ...options.map(({ flags }) => flags.split(" ")[0]!)]) {
      assert.ok(text.includes(part), `${part} is missing`);
    }
  });
}

test("runCli explains itself and each group with --help", async () => {
  const { run } = await createMemoryCli();
  for (const group of new Set(commands.map(({ words }) => (words.length > 1 ? words[0]! : "")))) {
    const { exitCode, stdout } = await run([group, "--help"].filter((word) => word !== ""));
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Usage: dispatch/);
  }
});

for (const argv of [[], ["relay"]]) {
  test(`runCli shows the help on standard error for "${argv.join(" ")}" alone, with exit code 2`, async () => {
    const { run } = await createMemoryCli();
    const { exitCode, stdout, stderr } = await run(argv);
    assert.deepEqual([exitCode, stdout], [2, ""]);
    assert.match(stderr, /^Usage: dispatch/);
  });
}

test("runCli takes --json and --data-dir before and after the command", async () => {
  for (const argv of [
    ["--json", "--data-dir", "/nonexistent/other", "relay", "list"],
    ["relay", "--json", "list", "--data-dir=/nonexistent/other"],
  ]) {
    const { run, opened } = await createMemoryCli();
    assert.equal((await run(argv)).stdout, "[]\n");
    assert.deepEqual(opened, ["/nonexistent/other", "closed"]);
  }
});

test("runCli closes what it opened when a command fails too", async () => {
  const { run, opened } = await createMemoryCli();
  await run(["config", "get", "none"]);
  assert.deepEqual(opened, ["/nonexistent/data", "closed"]);
});

test("runCli waits for a data directory that another holds for moments", async () => {
  let attempts = 0;
  const { run, dispatch } = await createMemoryCli({
    openOffline: async ({ dataDirectory }) => {
      attempts++;
      if (attempts < 3) throw new DispatchError("data_directory_in_use", { path: dataDirectory });
      return { context: dispatch.context, close: async () => {} };
    },
  });
  assert.equal((await run(["relay", "list"])).exitCode, 0);
  assert.equal(attempts, 3);
});

for (const argv of [["health"], ["log", "tail"]]) {
  test(`runCli refuses "${argv.join(" ")}" with exit code 1 when no service runs, and opens no file`, async () => {
    const { run, opened } = await createMemoryCli();
    const { exitCode, stdout, stderr } = await run(argv);
    assert.deepEqual([exitCode, stdout, opened], [1, "", []]);
    assert.equal(
      stderr,
      "No Dispatch is running on the data directory /nonexistent/data. Start it with: dispatch serve\n",
    );
  });
}
