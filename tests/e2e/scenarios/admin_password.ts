/** The administrator's password: from the environment, by the setup code, and set anew on the host. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run, until } from "../../support/e2e_process.ts";
import type { Service } from "../../support/e2e_service.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

const password = "correct horse battery";
const tools = ["curl"];

/** Posts JSON to the admin API; gives the status. */
async function post({ ports }: Stage, path: string, body: unknown): Promise<number> {
  const url = `https://127.0.0.1:${ports.operator}/api/auth/${path}`;
  const options = ["--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code}"];
  const json = ["--header", "content-type: application/json", "--data", JSON.stringify(body)];
  return Number((await run(["curl", ...options, ...json, url])).stdout);
}

const signIn = (stage: Stage, text: string) => post(stage, "login", { password: text });

/** Signs in over SMTP as a new user, more than once. */
async function signInOverSmtp(stage: Stage, times: number): Promise<void> {
  await stage.perform("user.add", { name: "printer", password });
  for (let i = 0; i < times; i++) {
    const client = await (await stage.greet()).startTls();
    assert.match(await client.command("EHLO printer.example"), /^250/);
    assert.match(await client.command(`AUTH PLAIN ${btoa(`\0printer\0${password}`)}`), /^235 /);
    client.close();
  }
}

/** Comes to each of the three doors, and is let in at none. */
async function knock(stage: Stage): Promise<void> {
  await stage.configure("listener.allowed_cidrs", ["10.0.0.0/8"]);
  const client = await stage.greet();
  assert.match(await client.command("MAIL FROM:<stranger@example.org>"), /^550 /);
  const { http, operator } = stage.ports;
  const bearer = ["--header", "authorization: Bearer dsp_live_unknown"];
  await run(["curl", "--silent", ...bearer, `http://127.0.0.1:${http}/api/v1/messages`]);
  await run(["curl", "--silent", "--insecure", ...bearer, `https://127.0.0.1:${operator}/api/config`]);
}

/** What the audit log tells, the oldest first; certificates aside, which every first start makes. */
async function auditLogOf(stage: Stage): Promise<string[]> {
  const { stdout } = await stage.cli(["audit", "search", "--json"]);
  const rows = JSON.parse(stdout) as {
    event: string;
    category: string;
    outcome: string;
    actor: string;
    address: string;
  }[];
  return rows
    .filter(({ category, event }) => category !== "certificate" && event !== "smtp.signed_in")
    .map(({ event, outcome, actor, address }) => `${event} ${outcome} by ${actor} from ${address}`)
    .toReversed();
}

/** See the file's first line. */
export const adminPassword: readonly Scenario[] = [
  {
    name: "DISPATCH_ADMIN_PASSWORD is the password of a first start, and of no later one; the audit log tells of both, and by the stop of each sign-in over SMTP",
    tools,
    async play(stage) {
      stage.environment.DISPATCH_ADMIN_PASSWORD = password;
      const first = await stage.start();
      assert.doesNotMatch(first.stdout, /setup code/i);
      assert.equal(await signIn(stage, password), 200);
      await signInOverSmtp(stage, 3);
      await first.stop();
      assert.ok(!(await readFile(join(stage.dataDirectory, "dispatch.db"))).includes(password));
      stage.environment.DISPATCH_ADMIN_PASSWORD = "some other password";
      const second = await stage.start();
      assert.equal(await signIn(stage, "some other password"), 401);
      assert.equal(await signIn(stage, password), 200);
      assert.ok(!(first.stderr + second.stderr).includes(password));
      assert.deepEqual(await auditLogOf(stage), [
        "access.password_set done by service from null",
        "service.started done by service from null",
        "access.signed_in done by dashboard from 127.0.0.1",
        "user.added done by command_line from null",
        "service.stopped done by service from null",
        "service.started done by service from null",
        "access.sign_in_failed refused by dashboard from 127.0.0.1",
        "access.signed_in done by dashboard from 127.0.0.1",
      ]);
      const overSmtp = await stage.perform("audit.search", { event: "smtp.signed_in" });
      assert.deepEqual(overSmtp.rows.map(({ after }) => after).toReversed(), [{ signIns: 1 }, { signIns: 2 }]);
    },
  },
  {
    name: "a password of the environment that is too short refuses the start in one line that does not repeat it",
    async play(stage) {
      stage.environment.DISPATCH_ADMIN_PASSWORD = "tooshort";
      const { code, stdout, stderr } = await stage.cli(["serve"]);
      assert.notEqual(code, 0);
      assert.match(stderr, /DISPATCH_ADMIN_PASSWORD.*12 characters/);
      assert.doesNotMatch(stdout + stderr, /tooshort/);
      assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
    },
  },
  {
    name: "the setup code is the same at a second start, sets the password, and is not printed any more once there is one",
    tools,
    async play(stage) {
      const codeOf = ({ stdout }: Service) => /setup code[^:]*:\s+(\S+)/i.exec(stdout)?.[1];
      const first = await stage.start();
      const code = await until("the setup code", () => codeOf(first));
      await first.stop();
      const second = await stage.start();
      assert.equal(await until("the setup code", () => codeOf(second)), code);
      assert.equal(await post(stage, "setup", { code: "AAAA-AAAA-AAAA", password }), 403);
      assert.equal(await post(stage, "setup", { code, password }), 200);
      await second.stop();
      const third = await stage.start();
      assert.doesNotMatch(third.stdout, /setup code/i);
      assert.equal(await signIn(stage, password), 200);
    },
  },
  {
    name: "admin reset-password sets it anew, beside a running service and without one; the audit log tells of it, and of who is kept out",
    tools,
    async play(stage) {
      const reset = (text: string) => stage.cli(["admin", "reset-password", "--password-file", "-"], { input: text });
      assert.equal((await reset("set before any start")).code, 0);
      const service = await stage.start();
      assert.doesNotMatch(service.stdout, /setup code/i);
      assert.equal(await signIn(stage, "set before any start"), 200);
      assert.equal((await reset("set while it runs")).code, 0);
      assert.equal(await signIn(stage, "set before any start"), 401);
      assert.equal(await signIn(stage, "set while it runs"), 200);
      const short = await reset("short");
      assert.equal(short.code, 2);
      assert.match(short.stderr, /at least 12 characters/);
      await knock(stage);
      assert.deepEqual(await auditLogOf(stage), [
        "access.password_reset done by command_line from null",
        "service.started done by service from null",
        "access.signed_in done by dashboard from 127.0.0.1",
        "access.password_reset done by command_line from null",
        "access.sign_in_failed refused by dashboard from 127.0.0.1",
        "access.signed_in done by dashboard from 127.0.0.1",
        "access.password_reset refused by command_line from null",
        "config.changed done by command_line from null",
        "access.denied refused by smtp from 127.0.0.1",
        "access.denied refused by http from 127.0.0.1",
        "access.denied refused by dashboard from 127.0.0.1",
      ]);
    },
  },
];
