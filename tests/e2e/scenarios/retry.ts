/** What becomes of a message that the smart host does not take at once. */
import assert from "node:assert/strict";
import type { QueueEntryView } from "../../../core/operations/queue_view.ts";
import { until } from "../../support/e2e_process.ts";
import { Sink, type SinkAnswers } from "../../support/e2e_sink.ts";
import { SmtpClient } from "../../support/e2e_smtp_client.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

/** A service whose retries come after a second, with a smart host that answers so. */
async function startWith(stage: Stage, answers: SinkAnswers): Promise<Sink> {
  await stage.configure("spool.retry_delays_seconds", [1]);
  await stage.configure("spool.max_retries", 2);
  const sink = await Sink.start(answers);
  stage.onClose(() => sink.close());
  await stage.relayTo(sink.port);
  return sink;
}

async function submit(stage: Stage, ...recipients: string[]): Promise<string> {
  const client = await SmtpClient.greet(stage.ports.smtp);
  const reply = await client.send("a@example.org", recipients, "Subject: retried\r\n\r\nbody\r\n");
  client.close();
  assert.match(reply, /^250 /);
  return /spl_[0-9a-f]{32}/.exec(reply)?.[0] as string;
}

/** The message once it is in `state`. */
function entryInState(stage: Stage, id: string, state: "retrying" | "failed"): Promise<QueueEntryView> {
  return until(`a message that is ${state}`, async () => {
    return (await stage.perform("queue.list", { state })).find((entry) => entry.id === id);
  });
}

async function isInQueue(stage: Stage, id: string): Promise<boolean> {
  return (await stage.perform("queue.list", {})).some((entry) => entry.id === id);
}

async function eventsOf(stage: Stage, id: string): Promise<string[]> {
  const { rows } = await stage.perform("log.search", { id });
  return rows.map(({ event }) => event).reverse();
}

/** Retries, failures, outcomes for each recipient. */
export const retry: readonly Scenario[] = [
  {
    name: "a message that is refused for now is sent again, and the log tells of it",
    isGuest: true,
    async play(stage) {
      let refusals = 0;
      const message = () => (refusals++ < 2 ? "451 4.7.1 come back later" : null);
      const sink = await startWith(stage, { message });
      const id = await submit(stage, "you@example.org");
      await until("the third attempt", () => sink.messages.length === 1);
      await until("the message to leave the queue", async () => !(await isInQueue(stage, id)));
      assert.deepEqual(await eventsOf(stage, id), ["queued", "retrying", "retrying", "delivered"]);
    },
  },
  {
    name: "a message that is refused for good has failed, and can be retried or deleted by hand",
    isGuest: true,
    async play(stage) {
      const sink = await startWith(stage, { recipient: () => "550 5.1.1 no such user" });
      const id = await submit(stage, "nobody@example.org");
      const failed = await entryInState(stage, id, "failed");
      assert.equal(failed.attempts, 1);
      assert.match(failed.lastError ?? "", /5\.1\.1 no such user/);
      sink.answers = {};
      await stage.json("queue", "retry", id);
      await until("the message to arrive", () => sink.messages.length === 1);
      sink.answers = { recipient: () => "550 5.1.1 no such user" };
      const second = await submit(stage, "nobody@example.org");
      await entryInState(stage, second, "failed");
      await stage.json("queue", "delete", second);
      assert.equal(await isInQueue(stage, second), false);
    },
  },
  {
    name: "the last retry that is refused moves a message to failed",
    isGuest: true,
    async play(stage) {
      const sink = await startWith(stage, { message: () => "451 4.7.1 never" });
      const id = await submit(stage, "you@example.org");
      const failed = await entryInState(stage, id, "failed");
      assert.equal(failed.attempts, 3);
      assert.equal(sink.askedRecipients.length, 3);
    },
  },
  {
    name: "a recipient who was accepted is never sent to again",
    isGuest: true,
    async play(stage) {
      const refuse = (address: string) => {
        if (address.startsWith("later")) return "450 4.2.1 later";
        return address.startsWith("never") ? "550 5.1.1 never" : null;
      };
      const sink = await startWith(stage, { recipient: refuse });
      const id = await submit(stage, "now@example.org", "later@example.org", "never@example.org");
      const waiting = await entryInState(stage, id, "retrying");
      assert.deepEqual(Object.fromEntries(waiting.recipients.map(({ address, outcome }) => [address, outcome])), {
        "now@example.org": "delivered",
        "later@example.org": "pending",
        "never@example.org": "failed",
      });
      sink.answers = {};
      await until("the second attempt", () => sink.messages.length === 2);
      assert.deepEqual(
        sink.messages.map(({ recipients }) => recipients),
        [["now@example.org"], ["later@example.org"]],
      );
      assert.equal(sink.askedRecipients.filter((address) => address.startsWith("never")).length, 1);
    },
  },
];
