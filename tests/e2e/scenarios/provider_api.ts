/** What goes out over the HTTP API of a provider. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RelayTest } from "../../../core/relay/relay_trial.ts";
import { until } from "../../support/e2e_process.ts";
import { SesServer } from "../../support/e2e_ses.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import { sesKey } from "../../support/ses_fake.ts";
import type { Scenario } from "../scenario.ts";

const secret = sesKey.secretAccessKey;

/** Tests the relay from the command line, before it is there. */
async function tryOut(stage: Stage, ses: SesServer): Promise<void> {
  const file = join(stage.folder, "ses.key");
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  const options = Object.entries(ses.settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const envelope = ["--from", "app@example.org", "--to", "you@example.net"];
  const args = ["relay", "test", "--provider", "ses", ...options, "--secret-file", `secret_access_key=${file}`];
  const { ok, transcript } = await stage.json<RelayTest>(...args, ...envelope);
  assert.ok(ok, transcript.join("\n"));
  assert.ok(transcript.includes(`→ POST ${ses.endpoint}/v2/email/outbound-emails`), transcript.join("\n"));
  assert.ok(transcript.includes('← {"MessageId":"ses-1"}'), transcript.join("\n"));
  assert.ok(!transcript.join("\n").includes(secret));
  assert.ok(!(await stage.perform("relay.list", {})).some(({ provider }) => provider === "ses"));
}

async function makeDefault(stage: Stage, ses: SesServer): Promise<void> {
  const secrets = { secret_access_key: secret };
  await stage.perform("relay.add", { name: "ses", provider: "ses", settings: ses.settings, secrets, default: true });
  stage.onClose(async () => {
    await stage.perform("relay.set-default", { name: "local" });
    await stage.perform("relay.remove", { name: "ses" });
  });
}

/** Sends `body` to one who is named and one who is not, and waits until it is delivered. */
async function deliver(stage: Stage, ses: SesServer, body: string): Promise<void> {
  const seen = ses.deliveries.length;
  const client = await stage.greet();
  const recipients = ["ann@example.net", "hidden@example.net"];
  const reply = await client.send("app@example.org", recipients, `To: ann@example.net\r\nSubject: api\r\n\r\n${body}`);
  client.close();
  const id = /spl_[0-9a-f]{32}/.exec(reply)?.[0] ?? assert.fail(reply);
  const row = await until("the delivery to be logged", async () => {
    const { rows } = await stage.perform("log.search", { id });
    const failure = rows.find(({ event }) => event === "retrying" || event === "failed");
    assert.equal(failure, undefined, failure?.error ?? "");
    return rows.find(({ event }) => event === "delivered");
  });
  assert.deepEqual([row.relay, row.provider, row.providerMessageId], ["ses", "ses", `ses-${seen + 1}`]);
  const delivery = ses.deliveries[seen];
  assert.deepEqual([...(delivery?.recipients ?? [])].sort(), recipients);
  const text = new TextDecoder().decode(delivery?.mime);
  assert.ok(text.startsWith("Received: ") && text.endsWith(`\r\n\r\n${body}`));
  assert.ok(!text.includes("hidden@example.net"));
}

/** Relays that are APIs. */
export const providerApi: readonly Scenario[] = [
  {
    name: "a relay over a provider's API is tested before it is saved, and carries small and large messages as they are",
    isGuest: true,
    async play(stage) {
      const ses = await SesServer.start();
      stage.onClose(() => ses.close());
      await tryOut(stage, ses);
      await makeDefault(stage, ses);
      await deliver(stage, ses, "small\r\n");
      await deliver(stage, ses, "large\r\n".repeat(50_000));
    },
  },
];
