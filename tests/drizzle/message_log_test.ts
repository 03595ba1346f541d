import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import type { MessageEvent, MessageEventKind } from "../../core/history/message_event.ts";
import type { MessageLog, MessageLogQuery } from "../../core/history/message_log.ts";
import { openMessageLog } from "../../drizzle/message_log.ts";
import type { Database } from "../../runtime-node/database.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { sampleEvent } from "../support/memory_message_log.ts";

let database: Database;
let log: MessageLog;
let lastEvent = 0;
const fixtures: DatabaseFixture[] = [];

describe("openMessageLog", () => {
  beforeEach(async () => {
    const fixture = new DatabaseFixture();
    fixtures.push(fixture);
    database = await fixture.open();
    log = openMessageLog(database);
  });

  after(() => {
    for (const fixture of fixtures) fixture.remove();
  });

  /** An event with an id of its own. */
  function happened(event: MessageEventKind, timeMs: number, overrides: Partial<MessageEvent> = {}): MessageEvent {
    lastEvent += 1;
    const attempt = event === "queued" || event === "requeued" ? 0 : 1;
    return sampleEvent({ eventId: `evt_${lastEvent}`, event, timeMs, attempt, ...overrides });
  }

  async function found(query: Partial<MessageLogQuery>): Promise<string[]> {
    return (await log.search({ limit: 100, ...query })).rows.map(({ eventId }) => eventId);
  }

  const idsOf = (...events: readonly MessageEvent[]) => events.map(({ eventId }) => eventId);

  describe("openMessageLog append and search", () => {
    test("gives every column of a row back", async () => {
      const event = happened("failed", 1000, {
        recipients: [
          { address: "to@example.org", kind: "to" },
          { address: '"quo\\"ted"@example.org', kind: "to" },
          { address: "cc@example.org", kind: "cc" },
          { address: "bcc@example.org", kind: "bcc" },
        ],
        rule: "by domain",
        providerMessageId: "<1@provider>",
        response: "550 5.1.1 no such user",
        error: "550",
        durationMs: 0,
        origin: {
          source: "http",
          clientAddress: "2001:db8::1",
          tls: { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" },
          apiKeyId: "key_1",
          smtpUser: "printer",
        },
        subject: "Grüße, \0 und 日本",
        tags: ["a,b", "c"],
        attachments: ["Ä.pdf"],
      });
      const plain = happened("denied", 900, {
        id: null,
        relay: null,
        provider: null,
        response: null,
        durationMs: null,
        messageId: null,
        recipients: [],
        origin: { source: "cli", clientAddress: null, tls: null, apiKeyId: null, smtpUser: null },
      });
      await log.append([event, plain]);
      assert.deepEqual((await log.search({ limit: 10 })).rows, [event, plain]);
    });

    test("stores a row once, however often it comes", async () => {
      const event = happened("queued", 1000);
      await log.append([event, event]);
      await log.append([event, happened("delivered", 2000)]);
      assert.equal((await found({})).length, 2);
    });

    test("stores all rows or none", async () => {
      const broken = { ...happened("queued", 1000), sender: null as unknown as string };
      await assert.rejects(log.append([happened("queued", 1000), broken]));
      assert.deepEqual(await found({}), []);
      assert.equal(await log.find("spl_1"), null);
    });

    test("leaves no row of the kinds that are not logged, and keeps the state up", async () => {
      await log.append([happened("queued", 1000), happened("delivered", 2000)], new Set(["delivered"]));
      assert.equal((await found({})).length, 1);
      assert.equal((await log.find("spl_1"))?.status, "delivered");
    });

    test("returns the newest first, the later written first where times are equal", async () => {
      const [first, second, third] = [happened("queued", 2000), happened("queued", 1000), happened("queued", 2000)];
      await log.append([first, second, third]);
      assert.deepEqual(await found({}), idsOf(third, first, second));
    });

    test("pages without a gap or a repetition", async () => {
      const events = Array.from({ length: 25 }, (_, index) => happened("queued", 1000 + (index >> 2)));
      await log.append(events);
      const pages: string[][] = [];
      let cursor: string | null = null;
      do {
        const page = await log.search({ limit: 10, ...(cursor === null ? {} : { cursor }) });
        pages.push(idsOf(...page.rows));
        cursor = page.next;
      } while (cursor !== null);
      assert.deepEqual(pages.flat(), idsOf(...events.toReversed()));
      assert.deepEqual(
        pages.map(({ length }) => length),
        [10, 10, 5],
      );
    });

    test("says that a page is the last when it is just full", async () => {
      await log.append([happened("queued", 1), happened("queued", 2)]);
      assert.equal((await log.search({ limit: 2 })).next, null);
    });

    test("finds by time, both ends included", async () => {
      const events = [1000, 2000, 3000].map((timeMs) => happened("queued", timeMs));
      await log.append(events);
      assert.deepEqual(await found({ fromTimeMs: 2000, toTimeMs: 2000 }), idsOf(events[1]!));
      assert.deepEqual(await found({ fromTimeMs: 2000 }), idsOf(events[2]!, events[1]!));
    });

    test("finds by event, id and relay", async () => {
      const one = happened("failed", 1000, { id: "spl_a", relay: "west" });
      await log.append([one, happened("queued", 1000)]);
      for (const query of [{ event: "failed" }, { id: "spl_a" }, { relay: "west" }] as const) {
        assert.deepEqual(await found(query), idsOf(one));
      }
    });

    test("finds nothing after a cursor that it never gave", async () => {
      await log.append([happened("queued", 1000)]);
      for (const cursor of ["nonsense", "-1", "1e3", "9".repeat(17)])
        assert.deepEqual(await log.search({ limit: 10, cursor }), { rows: [], next: null });
    });
  });

  describe("openMessageLog state", () => {
    const statusAfter = async (...events: readonly MessageEvent[]) => {
      await log.append(events);
      return (await log.find("spl_1"))?.status;
    };

    test("tells what became of a message", async () => {
      await log.append([
        happened("queued", 1000, { relay: null, provider: null, response: null }),
        happened("retrying", 2000, { error: "451 try later" }),
        happened("delivered", 3000, { attempt: 2, providerMessageId: "p1" }),
      ]);
      assert.deepEqual(await log.find("spl_1"), {
        id: "spl_1",
        status: "delivered",
        apiKeyId: null,
        sender: "app@example.org",
        subject: "Hello",
        acceptedAtMs: 1000,
        updatedAtMs: 3000,
        attempts: 2,
        relay: "smarthost",
        provider: "smtp",
        providerMessageId: "p1",
        lastError: null,
      });
    });

    test("is null for a message that nobody has heard of", async () => {
      assert.equal(await log.find("spl_unknown"), null);
    });

    test("keeps the last error of a message that is not delivered", async () => {
      await log.append([happened("queued", 1), happened("failed", 2, { error: "550 no" })]);
      assert.equal((await log.find("spl_1"))?.lastError, "550 no");
    });

    for (const [event, status] of [
      ["captured", "delivered"],
      ["retrying", "retrying"],
      ["failed", "failed"],
      ["deleted", "deleted"],
      ["requeued", "queued"],
      ["denied", "denied"],
    ] as const) {
      test(`is ${status} after ${event}`, async () => {
        assert.equal(await statusAfter(happened("queued", 1000), happened(event, 2000)), status);
      });
    }

    test("is not set back by an older event that comes late or again", async () => {
      const [queued, retrying] = [happened("queued", 1000), happened("retrying", 2000)];
      const delivered = happened("delivered", 3000, { attempt: 2 });
      assert.equal(await statusAfter(delivered, queued), "delivered");
      assert.equal(await statusAfter(retrying), "delivered");
      assert.equal(await statusAfter(queued, retrying, delivered), "delivered");
      assert.equal((await log.find("spl_1"))?.acceptedAtMs, 1000);
    });

    test("goes on when the clock was set back between two events", async () => {
      assert.equal(await statusAfter(happened("queued", 9000), happened("delivered", 1000)), "delivered");
    });

    test("is retrying while one recipient is, in whatever order an attempt's events come", async () => {
      const attempt = [happened("delivered", 2000), happened("retrying", 2000), happened("failed", 2000)];
      assert.equal(await statusAfter(happened("queued", 1000), ...attempt), "retrying");
      assert.equal(await statusAfter(...attempt.toReversed()), "retrying");
    });

    test("is failed in the end when one recipient failed and the rest were delivered later", async () => {
      const first = [happened("failed", 2000), happened("retrying", 2000)];
      assert.equal(await statusAfter(happened("queued", 1000), ...first), "retrying");
      assert.equal(await statusAfter(happened("delivered", 3000, { attempt: 2 })), "failed");
    });

    test("forgets the failures of before when an operator has it tried again", async () => {
      await log.append([happened("queued", 1000), happened("failed", 2000), happened("requeued", 3000)]);
      assert.equal(await statusAfter(happened("delivered", 4000)), "delivered");
    });

    test("stays the same when all events come again in their order", async () => {
      const events = [
        happened("queued", 1000),
        happened("failed", 2000),
        happened("requeued", 3000),
        happened("delivered", 4000),
        happened("retrying", 4000),
      ];
      await log.append(events);
      const state = await log.find("spl_1");
      await log.append(events);
      assert.deepEqual(await log.find("spl_1"), state);
    });
  });

  describe("openMessageLog states", () => {
    const queued = (id: string, apiKeyId: string | null) =>
      happened("queued", 1000, { id, origin: { ...sampleEvent().origin, apiKeyId } });

    beforeEach(() =>
      log.append([
        queued("spl_1", "key_a"),
        queued("spl_2", "key_b"),
        queued("spl_3", "key_a"),
        queued("spl_4", null),
        queued("spl_5", "key_a"),
        happened("failed", 2000, { id: "spl_3" }),
      ]),
    );

    const ids = async (query: Parameters<MessageLog["states"]>[0]) =>
      (await log.states(query)).rows.map(({ id }) => id);

    test("lists the newest first", async () => {
      assert.deepEqual(await ids({ limit: 10 }), ["spl_5", "spl_4", "spl_3", "spl_2", "spl_1"]);
    });

    test("shows a key its own messages only", async () => {
      assert.deepEqual(await ids({ limit: 10, apiKeyId: "key_a" }), ["spl_5", "spl_3", "spl_1"]);
    });

    test("lists one status", async () => {
      assert.deepEqual(await ids({ limit: 10, status: "failed" }), ["spl_3"]);
      assert.deepEqual(await ids({ limit: 10, status: "failed", apiKeyId: "key_b" }), []);
    });

    test("pages", async () => {
      const first = await log.states({ limit: 2, apiKeyId: "key_a" });
      assert.equal(first.next, "spl_3");
      const second = await log.states({ limit: 2, apiKeyId: "key_a", cursor: "spl_3" });
      assert.deepEqual(
        second.rows.map(({ id }) => id),
        ["spl_1"],
      );
      assert.equal(second.next, null);
    });
  });
});
