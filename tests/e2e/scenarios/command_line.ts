/** The command line, beside a running service and without one. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, until } from "../../support/e2e_process.ts";
import { Service } from "../../support/e2e_service.ts";
import { Sink } from "../../support/e2e_sink.ts";
import type { Scenario } from "../scenario.ts";

/** Wrong usage: the arguments, and what the one line on stderr has to name. */
const wrongUsage: readonly (readonly [args: readonly string[], line: RegExp])[] = [
  [["serv"], /serv\b.*serve/],
  [["config", "list", "--jsno"], /--jsno.*--json/],
  [["config", "get", "listener.port"], /listener\.port\b.*listener\.ports/],
  [["config", "set", "spool.worker_count", "99"], /spool\.worker_count.*32.*99/],
  [["config", "set", "tls.min_version", "TLSv1.1"], /tls\.min_version.*TLSv1\.1/],
  [["config", "set", "listener.allowed_cidrs", "10.0.0.0/33"], /listener\.allowed_cidrs.*10\.0\.0\.0\/33/],
  [["relay", "add", "x", "--provider", "smpt"], /smpt.*smtp/],
  [["relay", "add", "x", "--provider", "smtp", "--set", "hots=h"], /hots.*host/],
  [["relay", "add", "x", "--provider", "smtp", "--set", "host=h", "--set", "password=hunter2"], /password/],
  [["queue", "list", "--state", "fialed"], /failed.*fialed/],
  [["key", "create"], /NAME/i],
];

/** What works without a service, and beside one just as well. */
function bothWays(name: string, play: Scenario["play"]): Scenario[] {
  return [
    { name: `${name}, without a service`, play },
    { name: `${name}, beside a service`, isGuest: true, play },
  ];
}

/** The command line. */
export const commandLine: readonly Scenario[] = [
  {
    name: "wrong usage ends with 2 and one line that names it and the nearest known one",
    isGuest: true,
    async play(stage) {
      for (const [args, line] of wrongUsage) {
        const result = await stage.cli(args);
        assert.deepEqual([result.code, result.stdout], [2, ""], `${args.join(" ")}: ${result.stdout}${result.stderr}`);
        assert.match(result.stderr.trim(), line);
        assert.equal(result.stderr.trim().split("\n").length, 1, result.stderr);
        assert.doesNotMatch(result.stderr, /hunter2/);
      }
    },
  },
  ...bothWays("config list, get, set and unset work", async (stage) => {
    const list = await stage.json<{ key: string; source: string; value: unknown }[]>("config", "list");
    assert.ok(list.length >= 30);
    assert.equal(list.find(({ key }) => key === "listener.ports")?.source, "environment");
    await stage.json("config", "set", "spool.max_retries", "7");
    const changed = await stage.json<{ value: number; source: string; default: number }>(
      "config",
      "get",
      "spool.max_retries",
    );
    assert.deepEqual([changed.value, changed.source, changed.default], [7, "table", 3]);
    await stage.json("config", "unset", "spool.max_retries");
    const reset = await stage.json<{ value: number; source: string }>("config", "get", "spool.max_retries");
    assert.deepEqual([reset.value, reset.source], [3, "default"]);
  }),
  {
    name: "relays are added, changed, tested and removed, and no secret is ever printed",
    isGuest: true,
    async play(stage) {
      const sink = await Sink.start();
      stage.onClose(() => sink.close());
      await writeFile(join(stage.folder, "password"), "hunter2\n");
      const settings = ["--set", "host=127.0.0.1", "--set", `port=${sink.port}`, "--set", "tls=none"];
      const secret = ["--set", "username=u", "--secret-file", "password=password"];
      const added = await stage.cli(["relay", "add", "host", "--provider", "smtp", ...settings, ...secret, "--json"]);
      assert.equal(added.code, 0, added.stderr);
      const shown = await stage.cli(["relay", "show", "host", "--json"]);
      assert.doesNotMatch(added.stdout + shown.stdout + added.stderr, /hunter2/);
      await stage.json("relay", "add", "plain", "--provider", "smtp", ...settings);
      const test = ["relay", "test", "plain", "--from", "a@example.org", "--to", "you@example.org"];
      const tested = await stage.json<{ ok: boolean; transcript: string[] }>(...test);
      assert.equal(tested.ok, true);
      assert.ok(tested.transcript.length > 4);
      assert.equal(sink.messages.length, 1);
      await stage.json("relay", "set-default", "plain");
      assert.equal((await stage.cli(["relay", "remove", "plain"])).code, 1);
      await stage.json("relay", "set-default", "local");
      await stage.json("relay", "remove", "plain");
      const names = (await stage.json<{ name: string }[]>("relay", "list")).map(({ name }) => name);
      assert.deepEqual(names.sort(), ["host", "local"]);
      await stage.json("relay", "remove", "host");
    },
  },
  ...bothWays("keys are created, listed without the key itself, and revoked", async (stage) => {
    const name = `printer-${Math.random()}`.replace(".", "");
    const created = await stage.json<{ id: string; key: string }>("key", "create", name);
    assert.match(created.key, /^dsp_live_[A-Za-z0-9_-]{43}$/);
    assert.equal((await stage.cli(["key", "create", name])).code, 1);
    const listed = await stage.cli(["key", "list", "--json"]);
    assert.ok(listed.stdout.includes(created.id) && !listed.stdout.includes(created.key));
    await stage.json("key", "revoke", created.id);
    assert.equal((await stage.cli(["key", "revoke", "key_unknown"])).code, 1);
  }),
  {
    name: "health ends with 1 when no service runs, and with 0 beside one; a message that send stores without one is relayed by it",
    async play(stage) {
      const alone = await stage.cli(["health", "--json"]);
      assert.deepEqual([alone.code, alone.stdout], [1, ""]);
      assert.match(alone.stderr, /No Dispatch is running/);
      const send = ["send", "--from", "a@example.org", "--to", "you@example.org", "--subject", "from the shell"];
      const { id } = await stage.json<{ id: string }>(...send, "--text", "hello");
      const [entry] = await stage.json<{ id: string; state: string }[]>("queue", "list");
      assert.deepEqual([entry?.id, entry?.state], [id, "queued"]);
      await stage.start();
      await until("the message to be captured", async () => {
        const entries = await stage.json<{ id: string; state: string }[]>("queue", "list");
        return entries[0]?.state === "captured";
      });
      const shown = await stage.cli(["queue", "show", id, "--content"]);
      assert.match(shown.stdout, /Subject: from the shell/);
      assert.match((await stage.cli(["log", "search", "--json"])).stdout, new RegExp(id));
      const health = await stage.json<{ status: string; listeners: unknown[] }>("health");
      assert.equal(health.status, "healthy");
      assert.ok(health.listeners.length >= 4);
    },
  },
  {
    name: "log tail prints one JSON object a line while mail goes by",
    isGuest: true,
    async play(stage) {
      const tail = Service.spawn([...stage.target.command, "log", "tail", "--json"], stage.folder, stage.environment);
      stage.onClose(() => tail.kill());
      const send = ["send", "--from", "a@example.org", "--to", "you@example.org", "--text", "hello"];
      const sent = new Set<string>();
      // It says nothing when it begins to follow, so messages are sent until one is seen.
      const line = await until("a message to be seen in the tail", async () => {
        sent.add((await stage.json<{ id: string }>(...send)).id);
        const lines = tail.stdout.split("\n").filter((text) => text.includes('"queued"') && text.endsWith("}"));
        return lines.find((text) => [...sent].some((id) => text.includes(id)));
      });
      const row = JSON.parse(line) as { id: string; event: string };
      assert.equal(row.event, "queued");
      assert.ok(sent.has(row.id), line);
    },
  },
  {
    name: "help is there on every level, and says each command",
    async play(stage) {
      const top = await stage.cli(["--help"]);
      assert.equal(top.code, 0);
      for (const command of "serve config cert relay key queue log admin send health version".split(" ")) {
        assert.match(top.stdout, new RegExp(`^\\s+${command}\\b`, "m"));
        const help = await stage.cli([command, "--help"]);
        assert.deepEqual([help.code, help.stderr], [0, ""], command);
      }
    },
  },
  {
    name: "--data-dir names the data directory, and a command in an empty folder makes none elsewhere",
    async play(stage) {
      delete stage.environment.DISPATCH_DATA_DIR;
      await stage.json("key", "create", "k", "--data-dir", join(stage.folder, "named"));
      const listed = await run(["ls", "-A", stage.folder]);
      assert.equal(listed.stdout.trim(), "named");
    },
  },
];
