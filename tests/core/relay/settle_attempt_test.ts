import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeliveryOutcome } from "../../../core/relay/outcome.ts";
import type { Relay } from "../../../core/relay/relay.ts";
import { type RouteAttempt, type SettleOptions, settleAttempt } from "../../../core/relay/settle_attempt.ts";
import type { SpoolEntry, SpoolRecipient } from "../../../core/spool/mod.ts";
import { sampleRelay } from "../../support/sample_relay.ts";

const nowMs = Date.UTC(2026, 10, 22);

function relay(provider: string, name = provider): Relay {
  return sampleRelay(name, { provider, isDefault: true });
}

function options(overrides: Partial<SettleOptions> = {}): SettleOptions {
  let last = 0;
  return {
    retry: { maxRetries: 3, delaysSeconds: [30, 300, 1800] },
    nowMs,
    random: 0,
    createEventId: () => `evt_${++last}`,
    ...overrides,
  };
}

function recipient(name: string, state: SpoolRecipient["state"] = "pending"): SpoolRecipient {
  return { address: `${name}@example.org`, kind: "to", state };
}

function entryFor(recipients: readonly SpoolRecipient[], overrides: Partial<SpoolEntry> = {}): SpoolEntry {
  return {
    id: "spl_1",
    state: "processing",
    sender: "app@example.org",
    recipients,
    origin: { source: "smtp", clientAddress: "127.0.0.1", tls: null, apiKeyId: null, smtpUser: null },
    sizeBytes: 100,
    acceptedAtMs: nowMs,
    dueAtMs: nowMs,
    attempts: 0,
    lastError: null,
    subject: "Hello",
    messageId: "1@example.org",
    tags: ["invoice"],
    attachments: [],
    ...overrides,
  };
}

const replies = { delivered: "250 ok", temporary: "450 later", permanent: "550 no" };

/** An attempt in which each recipient, by name, met that result. */
function attemptOver(
  via: Relay | null,
  results: Readonly<Record<string, DeliveryOutcome["result"]>>,
  retryAfterSeconds: number | null = null,
): RouteAttempt {
  const outcomes = Object.entries(results).map(([name, result]) => ({
    address: `${name}@example.org`,
    result,
    response: `${replies[result]} ${name}`,
  }));
  return {
    relay: via,
    rule: null,
    report: { outcomes, providerMessageId: "4F1C", omitted: ["header X-A"], retryAfterSeconds },
    durationMs: 7,
  };
}

const smtp = relay("smtp");

function settle(results: Readonly<Record<string, DeliveryOutcome["result"]>>, attempts = 0) {
  const entry = entryFor(
    Object.keys(results).map((name) => recipient(name)),
    { attempts },
  );
  return settleAttempt(entry, [attemptOver(smtp, results)], options());
}

describe("settleAttempt", () => {
  const cases = [
    { results: { a: "delivered", b: "delivered" }, next: "done", states: ["delivered", "delivered"] },
    { results: { a: "temporary", b: "temporary" }, next: "retrying", states: ["pending", "pending"] },
    { results: { a: "permanent", b: "permanent" }, next: "failed", states: ["failed", "failed"] },
    { results: { a: "delivered", b: "temporary" }, next: "retrying", states: ["delivered", "pending"] },
    { results: { a: "delivered", b: "permanent" }, next: "failed", states: ["delivered", "failed"] },
    { results: { a: "temporary", b: "permanent" }, next: "retrying", states: ["pending", "failed"] },
    {
      results: { a: "delivered", b: "temporary", c: "permanent" },
      next: "retrying",
      states: ["delivered", "pending", "failed"],
    },
  ] as const;
  for (const { results, next, states } of cases) {
    it(`takes ${Object.values(results).join(" and ")} to ${next}`, () => {
      const settlement = settle(results);
      assert.equal(settlement.next, next);
      assert.deepEqual(
        settlement.recipients.map(({ state }) => state),
        states,
      );
    });
  }

  const lastCases = [
    { results: { a: "temporary" }, next: "failed", states: ["failed"] },
    { results: { a: "delivered", b: "temporary" }, next: "failed", states: ["delivered", "failed"] },
    { results: { a: "delivered" }, next: "done", states: ["delivered"] },
  ] as const;
  for (const { results, next, states } of lastCases) {
    it(`takes ${Object.values(results).join(" and ")} in the last attempt to ${next}`, () => {
      const settlement = settle(results, 3);
      assert.equal(settlement.next, next);
      assert.deepEqual(
        settlement.recipients.map(({ state }) => state),
        states,
      );
      assert.equal(settlement.dueAtMs, undefined);
    });
  }

  it("counts the attempt and says when the next one is due", () => {
    const settlement = settle({ a: "temporary" }, 1);
    assert.equal(settlement.attempts, 2);
    assert.equal(settlement.dueAtMs, nowMs + 300_000);
  });

  it("gives a time only to what is retried", () => {
    assert.equal(settle({ a: "permanent" }).dueAtMs, undefined);
    assert.equal(settle({ a: "delivered" }).dueAtMs, undefined);
  });

  it("waits for each provider as long as that one asked, and is due for the first of them", () => {
    const entry = entryFor([recipient("a"), recipient("b")]);
    const attempts = [attemptOver(smtp, { a: "temporary" }, 600), attemptOver(relay("x"), { b: "temporary" }, 60)];
    const settlement = settleAttempt(entry, attempts, options());
    assert.deepEqual(
      settlement.recipients.map(({ dueAtMs }) => dueAtMs),
      [nowMs + 600_000, nowMs + 60_000],
    );
    assert.equal(settlement.dueAtMs, nowMs + 60_000);
  });

  it("waits no longer than a day, whatever a provider asks", () => {
    const settlement = settleAttempt(
      entryFor([recipient("a")]),
      [attemptOver(smtp, { a: "temporary" }, 1e9)],
      options(),
    );
    assert.equal(settlement.dueAtMs, nowMs + 24 * 3_600_000);
  });

  it("counts the attempts of each recipient, the most for the message", () => {
    const entry = entryFor(
      [
        { ...recipient("a"), attempts: 2 },
        { ...recipient("b"), attempts: 1 },
      ],
      { attempts: 2 },
    );
    const settlement = settleAttempt(entry, [attemptOver(smtp, { a: "temporary", b: "temporary" })], options());
    assert.deepEqual(
      settlement.recipients.map(({ attempts, dueAtMs }) => [attempts, dueAtMs]),
      [
        [3, nowMs + 1_800_000],
        [2, nowMs + 300_000],
      ],
    );
    assert.deepEqual([settlement.attempts, settlement.dueAtMs], [3, nowMs + 300_000]);
  });

  it("ends the retries of one recipient while those of another go on, and says so of each", () => {
    const entry = entryFor(
      [
        { ...recipient("a"), attempts: 3 },
        { ...recipient("b"), attempts: 0 },
      ],
      { attempts: 3 },
    );
    const settlement = settleAttempt(entry, [attemptOver(smtp, { a: "temporary", b: "temporary" })], options());
    assert.equal(settlement.next, "retrying");
    assert.deepEqual(
      settlement.events.map(({ event, recipients, attempt, error }) => [event, recipients[0]?.address, attempt, error]),
      [
        ["failed", "a@example.org", 4, "450 later a"],
        ["retrying", "b@example.org", 1, "450 later b"],
      ],
    );
  });

  it("leaves who was not attempted as due and as often tried as before", () => {
    const entry = entryFor([recipient("a"), recipient("b")], { dueAtMs: nowMs - 5 });
    const settlement = settleAttempt(entry, [attemptOver(smtp, { a: "temporary" })], options());
    assert.deepEqual(settlement.recipients[1], { ...recipient("b"), attempts: 0 });
    assert.deepEqual([settlement.next, settlement.attempts, settlement.dueAtMs], ["retrying", 1, nowMs - 5]);
    assert.deepEqual(
      settlement.events.map(({ recipients }) => recipients.map(({ address }) => address)),
      [["a@example.org"]],
    );
  });

  it("keeps a message queued of which nobody was attempted", () => {
    assert.equal(settleAttempt(entryFor([recipient("a")]), [], options()).next, "queued");
  });

  it("goes on counting where a spool of version 1 left off", () => {
    const settlement = settleAttempt(
      entryFor([recipient("a")], { attempts: 3 }),
      [attemptOver(smtp, { a: "temporary" })],
      options(),
    );
    assert.equal(settlement.next, "failed");
  });

  it("keeps what a sender wants to be told about a recipient", () => {
    const dsn = { notify: ["FAILURE"] } as unknown as NonNullable<SpoolRecipient["dsn"]>;
    const entry = entryFor([{ ...recipient("a"), dsn }]);
    assert.equal(settleAttempt(entry, [attemptOver(smtp, { a: "temporary" })], options()).recipients[0]?.dsn, dsn);
  });

  it("leaves alone what was delivered or failed before", () => {
    const before = [recipient("a", "delivered"), recipient("b", "failed"), recipient("c")];
    const settlement = settleAttempt(
      entryFor(before, { attempts: 1, lastError: "550 no b" }),
      [attemptOver(smtp, { c: "delivered" })],
      options(),
    );
    assert.deepEqual(settlement.recipients.slice(0, 2), before.slice(0, 2));
    assert.equal(settlement.next, "failed");
    assert.equal(settlement.lastError, "550 no b");
  });

  it("never makes a delivered recipient pending again, whatever a later attempt says", () => {
    const entry = entryFor([recipient("a", "delivered"), recipient("b")]);
    const settlement = settleAttempt(entry, [attemptOver(smtp, { a: "temporary", b: "delivered" })], options());
    assert.deepEqual(
      settlement.recipients.map(({ state }) => state),
      ["delivered", "delivered"],
    );
  });

  it("keeps what the local inbox took", () => {
    const entry = entryFor([recipient("a"), recipient("b")]);
    const settlement = settleAttempt(
      entry,
      [attemptOver(relay("local"), { a: "delivered" }), attemptOver(smtp, { b: "delivered" })],
      options(),
    );
    assert.equal(settlement.next, "captured");
    assert.deepEqual(
      settlement.recipients.map(({ state }) => state),
      ["captured", "delivered"],
    );
    assert.deepEqual(
      settlement.events.map(({ event, recipients }) => [event, recipients[0]?.address]),
      [
        ["captured", "a@example.org"],
        ["delivered", "b@example.org"],
      ],
    );
  });

  it("keeps the captured copy of a message whose rest is delivered later, or fails", () => {
    const entry = entryFor([recipient("a"), recipient("b")]);
    const first = settleAttempt(
      entry,
      [attemptOver(relay("local"), { a: "delivered" }), attemptOver(smtp, { b: "temporary" })],
      options(),
    );
    assert.equal(first.next, "retrying");
    const later = { ...entry, recipients: first.recipients, attempts: first.attempts };
    assert.equal(settleAttempt(later, [attemptOver(smtp, { b: "delivered" })], options()).next, "captured");
    const failed = settleAttempt(later, [attemptOver(smtp, { b: "permanent" })], options());
    assert.equal(failed.next, "failed");
    assert.equal(failed.recipients[0]?.state, "captured");
  });

  it("is due when the fallback takes over, if that is sooner than the next retry", () => {
    const takeover = { takeoverAtMs: (_: Relay, sinceMs: number) => sinceMs + 10_000 };
    const settlement = settleAttempt(
      entryFor([recipient("a")]),
      [attemptOver(smtp, { a: "temporary" }, 7200)],
      options(takeover),
    );
    assert.equal(settlement.dueAtMs, nowMs + 10_000);
    assert.equal(settlement.recipients[0]?.failingSinceMs, nowMs);
  });

  it("waits for the fallback when the retries are over before its time", () => {
    const failing = { ...recipient("a"), attempts: 3, failingSinceMs: nowMs - 5000 };
    const settlement = settleAttempt(
      entryFor([failing], { attempts: 3 }),
      [attemptOver(smtp, { a: "temporary" })],
      options({ takeoverAtMs: (_, sinceMs) => sinceMs + 60_000 }),
    );
    assert.deepEqual([settlement.next, settlement.dueAtMs], ["retrying", nowMs + 55_000]);
    assert.equal(settlement.recipients[0]?.failingSinceMs, nowMs - 5000);
    assert.equal(settlement.events[0]?.event, "retrying");
  });

  it("counts anew on the fallback, once, and knows no further one", () => {
    const failing = { ...recipient("a"), relay: "smtp", attempts: 3, failingSinceMs: nowMs - 5000 };
    const over = { ...attemptOver(relay("spare"), { a: "temporary" }), isFallback: true };
    const takeover = { takeoverAtMs: () => nowMs };
    const first = settleAttempt(entryFor([failing], { attempts: 3 }), [over], options(takeover));
    const { attempts, dueAtMs, fallback, relay: name, failingSinceMs } = first.recipients[0]!;
    assert.deepEqual([attempts, dueAtMs, fallback, name, failingSinceMs], [1, nowMs + 30_000, "spare", "spare", nowMs]);
    assert.equal(first.attempts, 1);
    assert.deepEqual([first.events[0]?.relay, first.events[0]?.attempt], ["spare", 1]);
    const entry = entryFor(first.recipients, { attempts: 1 });
    assert.equal(settleAttempt(entry, [over], options(takeover)).recipients[0]?.attempts, 2);
  });

  it("retries what no relay takes", () => {
    const settlement = settleAttempt(entryFor([recipient("a")]), [attemptOver(null, { a: "temporary" })], options());
    assert.equal(settlement.next, "retrying");
    assert.equal(settlement.recipients[0]?.relay, undefined);
    assert.deepEqual([settlement.events[0]?.relay, settlement.events[0]?.provider], [null, null]);
  });

  it("records the relay and its answer for each recipient", () => {
    const [a, b] = settle({ a: "delivered", b: "permanent" }).recipients;
    assert.deepEqual([a?.relay, a?.response], ["smtp", "250 ok a"]);
    assert.deepEqual([b?.relay, b?.response], ["smtp", "550 no b"]);
  });

  it("tells the last error, and none when all is delivered", () => {
    assert.equal(settle({ a: "delivered", b: "temporary" }).lastError, "450 later b");
    const entry = entryFor([recipient("a")], { attempts: 1, lastError: "450 later" });
    assert.equal(settleAttempt(entry, [attemptOver(smtp, { a: "delivered" })], options()).lastError, null);
  });

  it("writes one row for each kind of outcome, about the recipients that it befell", () => {
    const { events } = settle({ a: "delivered", b: "temporary", c: "permanent", d: "delivered" });
    const rows = events.map(({ event, recipients, attempt, response, error }) => ({
      event,
      to: recipients.map(({ address }) => address[0]).join(""),
      attempt,
      response,
      error,
    }));
    assert.deepEqual(rows, [
      { event: "delivered", to: "ad", attempt: 1, response: "250 ok d", error: null },
      { event: "retrying", to: "b", attempt: 1, response: null, error: "450 later b" },
      { event: "failed", to: "c", attempt: 1, response: null, error: "550 no c" },
    ]);
  });

  it("writes failed, not retrying, after the last attempt", () => {
    assert.deepEqual(
      settle({ a: "temporary" }, 3).events.map(({ event }) => event),
      ["failed"],
    );
  });

  it("keeps what the sender wants to be told about a recipient", () => {
    const dsn = { notify: ["FAILURE"], orcpt: "rfc822;a@x.org" };
    const entry = entryFor([{ ...recipient("a"), dsn }, recipient("b")]);
    const attempts = [attemptOver(relay("smtp"), { a: "temporary", b: "temporary" })];
    const { recipients } = settleAttempt(entry, attempts, options());
    assert.deepEqual(
      recipients.map((each) => each.dsn),
      [dsn, undefined],
    );
  });

  it("fills a row with all that is known about message and attempt", () => {
    const [row] = settle({ a: "delivered" }).events;
    assert.deepEqual(row, {
      eventId: "evt_1",
      timeMs: nowMs,
      id: "spl_1",
      event: "delivered",
      attempt: 1,
      sender: "app@example.org",
      recipients: [{ address: "a@example.org", kind: "to" }],
      sizeBytes: 100,
      relay: "smtp",
      provider: "smtp",
      rule: null,
      providerMessageId: "4F1C",
      response: "250 ok a",
      error: null,
      omitted: ["header X-A"],
      durationMs: 7,
      origin: { source: "smtp", clientAddress: "127.0.0.1", tls: null, apiKeyId: null, smtpUser: null },
      subject: "Hello",
      messageId: "1@example.org",
      tags: ["invoice"],
      attachments: [],
    });
  });
});
