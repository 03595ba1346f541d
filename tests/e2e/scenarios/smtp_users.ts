/** Users that sign in over SMTP, from the command line to the message log. */
import assert from "node:assert/strict";
import type { AuditRow } from "../../../core/operations/audit_view.ts";
import type { MessageLogRow } from "../../../core/operations/message_log_view.ts";
import { run } from "../../support/e2e_process.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

const password = "correct horse";

/** Sends a message with swaks, from an address of its own: failures there lock out nobody else. */
function send(stage: Stage, ...options: readonly string[]) {
  const envelope = ["--from", "scan@example.org", "--to", "you@example.org", "--local-interface", "127.0.0.61"];
  return run(["swaks", ...envelope, "--server", `127.0.0.1:${stage.ports.smtp}`, ...options]);
}

const signIn = (mechanism: string, secret: string) =>
  ["--auth", mechanism, "--auth-user", "Scanner", "--auth-password", secret] as const;

async function addUser(stage: Stage, ...options: readonly string[]): Promise<void> {
  const added = await stage.cli(["user", "add", "scanner", ...options, "--password-file", "-"], { input: password });
  assert.equal(added.code, 0, added.stderr);
  stage.onClose(() => stage.perform("user.remove", { name: "scanner" }));
}

/** SMTP AUTH. */
export const smtpUsers: readonly Scenario[] = [
  {
    name: "the message log has the user who signed in, the operator's log why another try failed, and nothing a password",
    tools: ["swaks"],
    isGuest: true,
    async play(stage) {
      await addUser(stage, "--allowed-sender", "example.org");
      assert.match((await send(stage, "--tls", ...signIn("LOGIN", "wrong horse"))).stdout, /535 5\.7\.8 /);
      await stage.service.logged(/"smtp\.refused".*scanner.*the password is wrong/i);
      assert.notEqual((await send(stage, ...signIn("PLAIN", password))).code, 0);
      await stage.configure("listener.allow_unsecure_auth", true);
      const ids: string[] = [];
      for (const options of [["--tls", ...signIn("LOGIN", password)], signIn("PLAIN", password)]) {
        const { code, stdout } = await send(stage, ...options);
        assert.equal(code, 0, stdout);
        ids.push(/spl_[0-9a-f]{32}/.exec(stdout)![0]);
      }
      const search = ["log", "search", "--event", "queued", "--sender", "scan@example.org"];
      const rows = await stage.json<MessageLogRow[]>(...search);
      assert.deepEqual(
        ids.map((id) => rows.find((row) => row.id === id)?.smtpUser),
        ["scanner", "scanner"],
      );
      const told = await stage.json<AuditRow[]>("audit", "search", "--event", "smtp.signed_in");
      assert.deepEqual(
        told.filter(({ actorName }) => actorName === "scanner").map(({ address }) => address),
        ["127.0.0.61"],
      );
      assert.ok(!stage.transcript().includes("horse"));
    },
  },
];
