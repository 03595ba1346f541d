import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { MessageEvent } from "../../core/history/message_event.ts";
import type { MessageLog, MessageLogQuery, MessageStatus } from "../../core/history/message_log.ts";
import { openMessageLog } from "../../drizzle/message_log.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";
import { sampleEvent } from "../support/memory_message_log.ts";

const fixture = new DatabaseFixture();
/** All that the log holds, newest first. */
let rows: MessageEvent[];
const statuses = new Map<string, MessageStatus>();
let log: MessageLog;

const from = fc.constantFrom;
const words = ["invoice", "order", "in", "voice", "ORDER", "7", "10"];
const address = fc
  .tuple(from("app", "app.billing", "Ann", "o'hara"), from("example.org", "mail.example.org", "example.com", "test"))
  .map((parts) => parts.join("@"));
const relay = from("west", "east 2", null);
const event = from("queued", "delivered", "retrying", "failed");
const source = from("smtp", "http", "cli");
const clientAddress = from("192.0.2.1", "192.0.2.11", "2001:db8::1");
const apiKeyId = from("key_1", "key_10");
const tag = from("a", "A b", "a,b", "é");

const eventArbitrary = fc.record({
  timeMs: fc.integer({ min: 1000, max: 1400 }),
  event,
  id: fc.option(
    fc.integer({ min: 1, max: 400 }).map((n) => `spl_${n}`),
    { freq: 20 },
  ),
  sender: fc.oneof({ arbitrary: address, weight: 9 }, fc.constant("")),
  recipients: fc.array(fc.record({ address, kind: from("to", "cc", "bcc") }), { minLength: 1, maxLength: 3 }),
  subject: fc.array(from(...words), { maxLength: 5 }).map((parts) => parts.join(" - ")),
  error: fc.option(from("451 try later", "550 no such user <app@example.org>")),
  response: fc.option(from("250 2.0.0 Ok: order 7", "")),
  relay,
  rule: from("by domain", null),
  messageId: fc.option(fc.integer({ min: 1, max: 50 }).map((n) => `${n}@example.org`)),
  tags: fc.array(tag, { maxLength: 2 }),
  origin: fc.record({
    source,
    clientAddress: fc.option(clientAddress),
    tls: fc.constant(null),
    apiKeyId: fc.option(apiKeyId),
    smtpUser: fc.option(from("printer", "Scanner 2")),
  }),
});

/** What is looked for by words, as a person means it. */
interface Words {
  readonly parts: readonly string[];
  readonly isPhrase: boolean;
  readonly isStart: boolean;
}

const textOf = ({ parts, isPhrase, isStart }: Words) =>
  (isPhrase ? `"${parts.join(" ")}"` : parts.join(" ")) + (isStart ? "*" : "");

const someWords: fc.Arbitrary<Words> = fc.record({
  parts: fc.array(from(...words, "app", "example", "org"), { minLength: 1, maxLength: 3 }),
  isPhrase: fc.boolean(),
  isStart: fc.boolean(),
});

type WordSearch = "sender" | "recipient" | "subject" | "text";
type Search = Omit<MessageLogQuery, "limit" | "cursor" | WordSearch> & { readonly [K in WordSearch]?: Words };

const fieldsArbitrary = fc.record({
  fromTimeMs: fc.integer({ min: 900, max: 1400 }),
  toTimeMs: fc.integer({ min: 1000, max: 1500 }),
  event,
  status: from("queued", "delivered", "retrying", "failed", "denied"),
  id: fc.integer({ min: 1, max: 400 }).map((n) => `spl_${n}`),
  messageId: fc.integer({ min: 1, max: 50 }).map((n) => `${n}@EXAMPLE.org`),
  sender: someWords,
  recipient: someWords,
  subject: someWords,
  text: someWords,
  domain: from("example.org", "mail.example.org", "org", "test", "xample.org"),
  tag,
  relay: from("west", "East 2", "east"),
  rule: from("by domain", "by"),
  source,
  clientAddress,
  apiKeyIds: fc.array(apiKeyId, { maxLength: 2 }),
  smtpUser: from("printer", "scanner 2"),
});

/** One to three fields. */
const searchArbitrary: fc.Arbitrary<Search> = fieldsArbitrary.chain((fields) =>
  fc
    .subarray(Object.entries(fields), { minLength: 1, maxLength: 3 })
    .map((entries) => Object.fromEntries(entries) as Search),
);

const hasWords = (texts: readonly (string | null)[], { parts, isPhrase, isStart }: Words, areStarts = false) => {
  const phrases = isPhrase ? [parts] : parts.map((part) => [part]);
  return phrases.every((phrase, index) => {
    const end = (areStarts && !isPhrase) || (isStart && index === phrases.length - 1) ? "" : " ";
    const wanted = ` ${phrase.join(" ").toLowerCase()}${end}`;
    // The texts here hold ASCII alone.
    return texts.some((text) =>
      ` ${(text ?? "")
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .join(" ")} `.includes(wanted),
    );
  });
};

const isSame = (value: string | null, wanted: string) => value?.toLowerCase() === wanted.toLowerCase();
const addressesOf = (row: MessageEvent) => row.recipients.map((recipient) => recipient.address);

/** What each field asks of a row, in the plainest way. */
const checks: { readonly [K in keyof Search]-?: (row: MessageEvent, wanted: NonNullable<Search[K]>) => boolean } = {
  fromTimeMs: (row, wanted) => row.timeMs >= wanted,
  toTimeMs: (row, wanted) => row.timeMs <= wanted,
  event: (row, wanted) => row.event === wanted,
  status: (row, wanted) => (row.id === null ? "denied" : statuses.get(row.id)) === wanted,
  id: (row, wanted) => row.id === wanted,
  messageId: (row, wanted) => isSame(row.messageId, wanted),
  sender: (row, wanted) => hasWords([row.sender], wanted, true),
  recipient: (row, wanted) => hasWords(addressesOf(row), wanted, true),
  subject: (row, wanted) => hasWords([row.subject], wanted),
  text: (row, wanted) => hasWords([row.subject, row.error, row.response], wanted),
  domain: (row, wanted) =>
    [row.sender, ...addressesOf(row)].some((one) => /@.*/.test(one) && `.${one.split("@")[1]}`.endsWith(`.${wanted}`)),
  tag: (row, wanted) => row.tags.some((value) => isSame(value, wanted)),
  relay: (row, wanted) => isSame(row.relay, wanted),
  rule: (row, wanted) => isSame(row.rule, wanted),
  source: (row, wanted) => row.origin.source === wanted,
  clientAddress: (row, wanted) => row.origin.clientAddress === wanted,
  apiKeyIds: (row, wanted) => wanted.some((id) => row.origin.apiKeyId === id),
  smtpUser: (row, wanted) => isSame(row.origin.smtpUser, wanted),
};

function isMeant(row: MessageEvent, search: Search): boolean {
  const keys = Object.keys(search) as (keyof Search)[];
  return keys.every((key) => (checks[key] as (row: MessageEvent, wanted: unknown) => boolean)(row, search[key]));
}

function queryOf({ sender, recipient, subject, text, ...rest }: Search): Omit<MessageLogQuery, "limit"> {
  const given = Object.entries({ sender, recipient, subject, text }).filter(([, value]) => value !== undefined);
  return { ...rest, ...Object.fromEntries(given.map(([name, value]) => [name, textOf(value!)])) };
}

async function allPages(query: Omit<MessageLogQuery, "limit">, limit: number): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await log.search({ ...query, limit, ...(cursor === null ? {} : { cursor }) });
    assert.ok(page.rows.length <= limit);
    found.push(...page.rows.map(({ eventId }) => eventId));
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

before(async () => {
  log = openMessageLog(await fixture.open(), () => 0);
  const samples = fc.sample(eventArbitrary, { numRuns: 2000, seed: 5 });
  const written = samples.map((sample, index) => sampleEvent({ ...sample, eventId: `evt_${index}` }));
  // Written out of order, and many in the same millisecond.
  for (let start = 0; start < written.length; start += 500) await log.append(written.slice(start, start + 500));
  rows = written.toReversed().sort((a, b) => b.timeMs - a.timeMs);
  for (const { id } of rows) if (id !== null) statuses.set(id, (await log.find(id))!.status);
});

after(() => fixture.remove());

describe("openMessageLog search", () => {
  test("finds in any combination of fields what looking at each row finds", async () => {
    await fc.assert(
      fc.asyncProperty(searchArbitrary, fc.integer({ min: 1, max: 1000 }), async (search, limit) => {
        const expected = rows.filter((row) => isMeant(row, search)).map(({ eventId }) => eventId);
        assert.deepEqual(await allPages(queryOf(search), Math.max(limit, expected.length >> 3)), expected);
      }),
      { numRuns: 200 },
    );
  });

  test("takes any text for words", async () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 500 }),
      fc
        .array(
          from(
            '"',
            "*",
            "AND",
            "NOT",
            "NEAR(",
            ")",
            "^",
            "+",
            ":",
            "-",
            "{",
            "terms",
            "\0",
            "'",
            "\ue002",
            "日本",
            " ",
          ),
        )
        .map((parts) => parts.join("")),
    );
    const fields = ["sender", "recipient", "subject", "text", "tag", "relay", "domain", "id", "messageId"] as const;
    await fc.assert(
      fc.asyncProperty(from(...fields), hostile, async (field, text) => {
        await log.search({ [field]: text, limit: 3 });
      }),
      { numRuns: 200 },
    );
  });
});
