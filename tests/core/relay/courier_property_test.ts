/** Whatever transports answer and whenever: nobody is lost, sent to again after acceptance, or settled twice. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Courier } from "../../../core/relay/courier.ts";
import type { DeliveryOutcome, DeliveryReport } from "../../../core/relay/outcome.ts";
import type { Relay, RelayTable } from "../../../core/relay/relay.ts";
import type { OutgoingMessage, Transport } from "../../../core/relay/transport.ts";
import type { NewSpoolMessage, Settlement, SqliteSpool } from "../../../core/spool/mod.ts";
import { startCourier, stopCourier } from "../../support/courier_stage.ts";
import { sampleRelay } from "../../support/sample_relay.ts";
import { newMessage, openMemorySpool, TestClock } from "../../support/spool_fixture.ts";

const names = ["a", "b", "local"] as const;

/** What a transport says about a recipient. */
type Said = DeliveryOutcome["result"] | "nothing" | "contradictory";

interface Story {
  /** The relay of each recipient. */
  readonly recipients: readonly (typeof names)[number][];
  readonly maxRetries: number;
  /** Of the relay `a`, whose fallback is `b`; `null` is none. */
  readonly fallbackAfterSeconds: number | null;
  /** One for each recipient and attempt, from the start again at the end. */
  readonly said: readonly Said[];
  /** One for each delivery. */
  readonly deliveries: readonly {
    readonly throws: boolean;
    readonly seconds: number;
    readonly retryAfter: number | null;
  }[];
  /** What an operator makes of the relays while mail waits, a step after the other; `null` changes nothing. */
  readonly changes: readonly (Partial<Pick<Relay, "enabled" | "settings">> | null)[];
  /** Whether storing an outcome fails, one for each time. */
  readonly troubles: readonly boolean[];
}

const stories: fc.Arbitrary<Story> = fc.record({
  recipients: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 5 }),
  maxRetries: fc.integer({ min: 0, max: 3 }),
  fallbackAfterSeconds: fc.constantFrom(null, 0, 50, 1000),
  said: fc.array(
    fc.constantFrom<Said>("delivered", "temporary", "temporary", "permanent", "nothing", "contradictory"),
    { minLength: 1, maxLength: 40 },
  ),
  deliveries: fc.array(
    fc.record({
      throws: fc.boolean(),
      seconds: fc.constantFrom(0, 0, 0.5, 2, 90),
      retryAfter: fc.constantFrom(null, null, 3, 600, 1e9),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  changes: fc.array(
    fc.constantFrom(null, null, null, { enabled: false }, { enabled: true }, { settings: { host: "other.example" } }),
    { minLength: 1, maxLength: 12 },
  ),
  troubles: fc.array(fc.boolean(), { minLength: 2, maxLength: 6 }).map((troubles) => [...troubles, false]),
});

/** Answers as the story says, and keeps account of who was accepted. */
class ScriptedTransport implements Transport {
  readonly accepted = new Set<string>();
  readonly sentAgain: string[] = [];
  readonly #story: Story;
  readonly #clock: TestClock;
  #deliveries = 0;
  #said = 0;

  constructor(story: Story, clock: TestClock) {
    this.#story = story;
    this.#clock = clock;
  }

  async send(_relay: unknown, { recipients }: OutgoingMessage): Promise<DeliveryReport> {
    const { deliveries } = this.#story;
    const { throws, seconds, retryAfter } = deliveries[this.#deliveries++ % deliveries.length]!;
    this.sentAgain.push(...recipients.filter((address) => this.accepted.has(address)));
    if (seconds > 0) await new Promise<void>((resolve) => this.#clock.after(seconds * 1000, resolve));
    if (throws) throw new TypeError("a bug");
    const outcomes = recipients.flatMap((address) => this.#outcomesOf(address));
    for (const { address, result } of outcomes) if (result === "delivered") this.accepted.add(address);
    return { outcomes, providerMessageId: null, retryAfterSeconds: retryAfter };
  }

  #outcomesOf(address: string): DeliveryOutcome[] {
    const { said } = this.#story;
    const own = said[this.#said++ % said.length]!;
    if (own === "nothing") return [];
    if (own !== "contradictory") return [{ address, result: own, response: own }];
    return [
      { address, result: "delivered", response: "250" },
      { address, result: "temporary", response: "450" },
    ];
  }
}

/** The table after a change of `b`. */
function tableOf({ fallbackAfterSeconds }: Story, change: Partial<Relay>): RelayTable {
  const fallback = fallbackAfterSeconds === null ? {} : { fallback: "b", fallbackAfterSeconds };
  return {
    relays: [
      sampleRelay("a", { concurrency: 1, ...fallback }),
      sampleRelay("b", change),
      sampleRelay("local", { provider: "local" }),
    ],
    rules: names.map((name) => {
      return { id: `rul_${name}`, name, senders: ["*"], recipients: [`${name}.example`], relay: name };
    }),
  };
}

function startStory(
  story: Story,
  spool: SqliteSpool,
  transport: Transport,
  { clock, table }: { readonly clock: TestClock; readonly table: () => RelayTable },
): Courier {
  let settlements = 0;
  return startCourier({
    spool: {
      claim: (max, signal, rooms) => spool.claim(max, signal, rooms),
      park: (ids, lane) => spool.park(ids, lane),
      async settle(settlement: Settlement) {
        if (story.troubles[settlements++ % story.troubles.length]) throw new Error("disk full");
        await spool.settle(settlement);
      },
    },
    relays: table,
    settings: () => ({ workerCount: 2, retry: { maxRetries: story.maxRetries, delaysSeconds: [10, 100] } }),
    transportFor: () => transport,
    clock,
    random: () => 0.5,
  });
}

/** Two messages to the recipients of the story. */
function messagesOf({ recipients }: Story, nowMs: number): NewSpoolMessage[] {
  return ["x", "y"].map((letter) =>
    newMessage({
      recipients: recipients.map((relay, n) => ({ address: `${letter}${n}@${relay}.example`, kind: "to" })),
      acceptedAtMs: nowMs,
    }),
  );
}

async function play(story: Story): Promise<void> {
  const clock = new TestClock();
  const spool = openMemorySpool(clock);
  const transport = new ScriptedTransport(story, clock);
  const messages = messagesOf(story, clock.now);
  await Promise.all(messages.map((message) => spool.append(message)));
  let table = tableOf(story, {});
  const courier = startStory(story, spool, transport, { clock, table: () => table });
  await untilOver(spool, clock, (step) => {
    const change = story.changes[step] ?? null;
    if (change === null) return;
    table = tableOf(story, change);
    courier.relaysChanged();
  });
  await stopCourier(courier, clock);
  assert.deepEqual(transport.sentAgain, [], "who was accepted was sent to again");
  const addresses = messages.flatMap(({ recipients }) => recipients.map(({ address }) => address));
  assert.deepEqual((await endsIn(spool)).toSorted(), addresses.toSorted(), "each recipient has one end");
  const entries = await Promise.all(messages.map(({ id }) => spool.find(id)));
  const failed = entries.flatMap((entry) => entry?.recipients ?? []).filter(({ state }) => state === "failed");
  assert.deepEqual(
    failed.map(({ address }) => address).toSorted(),
    addresses.filter((address) => !transport.accepted.has(address)).toSorted(),
    "who was not accepted has failed",
  );
  await spool.close();
}

/** Whom the rows about ends are about, once for each row. */
async function endsIn(spool: SqliteSpool): Promise<string[]> {
  const { rows } = await spool.takeHistory(10_000, AbortSignal.timeout(10_000));
  return rows
    .map((row) => JSON.parse(row) as { event: string; recipients: { address: string }[] })
    .filter(({ event }) => event === "delivered" || event === "captured" || event === "failed")
    .flatMap(({ recipients }) => recipients.map(({ address }) => address));
}

/** Lets time pass, a step after the other, until no message waits or is under way. */
async function untilOver(spool: SqliteSpool, clock: TestClock, meddle: (step: number) => void): Promise<void> {
  for (let step = 0; step < 400; step++) {
    for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
    const { queued, processing, retrying } = await spool.counts();
    if (queued + processing + retrying === 0) return;
    meddle(step);
    clock.advance(step % 8 === 7 ? 24 * 3_600_000 : 1000);
  }
  assert.fail("a message neither arrives nor fails");
}

describe("Courier", () => {
  it("ends each recipient once, and sends to nobody who was accepted, whatever happens", async () => {
    await fc.assert(fc.asyncProperty(stories, play), { numRuns: 150 });
  });
});
