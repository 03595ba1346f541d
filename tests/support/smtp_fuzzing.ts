/** What must be true of every SMTP session, however broken it is. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import fc from "fast-check";
import { parsePath } from "../../core/mail/address.ts";
import type { NewSpoolMessage } from "../../core/spool/mod.ts";
import { until } from "./e2e_process.ts";
import { cleanLine, keepLines } from "./kept_log.ts";
import type { FuzzingOptions, FuzzingOutcomes } from "./openapi_run.ts";
import { replyLines } from "./reply_lines.ts";
import { arbitrarySession, type WrittenSession } from "./smtp_arbitrary.ts";
import { ListenerFixture, newTlsPolicy } from "./smtp_listener_fixture.ts";
import { splitTraceField, traceField } from "./trace_field.ts";

/** What came of a session. */
interface Outcome {
  /** All that the server said. */
  readonly received: string;
  /** What is stored: envelope and content. */
  readonly stored: readonly string[];
}

/** Ends whatever the client is in: a line, a message, an AUTH exchange, the session. */
const farewell = "\r\n.\r\n*\r\nQUIT\r\nQUIT\r\n";
const goodMessage = "MAIL FROM:<app@x.org>\r\nRCPT TO:<you@x.org>\r\nDATA\r\nSubject: good\r\n\r\nHello\r\n.\r\n";
const goodSession: WrittenSession = { pieces: [`EHLO x\r\n${goodMessage}`], isLeaving: false, isTls: false };
/** What differs from run to run. */
const changing = /spl_[0-9a-f]{32}|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/g;

/** Two listeners, one of them for TLS, whose spool is in memory. */
class FuzzingStage {
  readonly #clear = new ListenerFixture();
  readonly #encrypted = new ListenerFixture();
  readonly #log: string[] = [];

  async open(): Promise<void> {
    const tls = await newTlsPolicy();
    const logger = keepLines(this.#log);
    this.#clear.settings.allowUnsecureAuth = true;
    for (const { users } of [this.#clear, this.#encrypted]) await users.add("printer", "correct horse");
    await this.#clear.open(tls, { logger });
    await this.#encrypted.open(tls, { logger, isImplicitTls: true });
  }

  async close(): Promise<void> {
    await this.#clear.close();
    await this.#encrypted.close();
  }

  /** Plays a session, judges what came of it, and forgets it. */
  async play(session: WrittenSession): Promise<Outcome> {
    const fixture = session.isTls ? this.#encrypted : this.#clear;
    const received = await converse(await this.#connect(session), session);
    await soon("the connection to be gone", () => fixture.places.open === 0);
    assert.match(received, replyLines, "a reply is not well-formed");
    for (const line of this.#log.splice(0)) assert.match(line, cleanLine, "a log line holds what it must not");
    const ends = `${session.pieces.join("")}${farewell}`.match(/(?<=\r\n)\.\r\n/g) ?? [];
    assert.ok(fixture.stored.length <= ends.length - (session.isLeaving ? 1 : 0), "a message without an end is stored");
    const isKnown = (id: string) => fixture.stored.some((message) => message.id === id);
    const acknowledged = Array.from(received.matchAll(/^250 2\.6\.0 .*(spl_\w+)/gm), ([, id = ""]) => id);
    assert.ok(acknowledged.every(isKnown), "a message that was acknowledged is not stored");
    if (!session.isLeaving) {
      assert.equal(fixture.stored.length, acknowledged.length, "a message is stored that nobody was told of");
    }
    const stored = await Promise.all(fixture.stored.map((message) => judgeStored(message, fixture)));
    await this.#forget(fixture);
    return { received: received.replaceAll(changing, "…"), stored };
  }

  async #connect({ isTls }: WrittenSession): Promise<Socket> {
    const fixture = isTls ? this.#encrypted : this.#clear;
    if (!isTls) return connect(fixture.port, "127.0.0.1");
    return connectTls({ port: fixture.port, host: "127.0.0.1", rejectUnauthorized: false });
  }

  async #forget(fixture: ListenerFixture): Promise<void> {
    // Nor does a lock-out outlast the session.
    fixture.users.clock.nowMs += 3_600_000;
    const large = fixture.stored.filter(({ content }) => content.kind === "large").length;
    await soon("the files of messages that were not taken to be gone", () => fixture.files.length === large);
    for (const { content } of fixture.stored.splice(0)) {
      if (content.kind === "large") await fixture.largeFiles.remove(content.name);
    }
  }
}

/** As `until`, for what takes no more than a moment, hundreds of times. */
function soon(what: string, question: () => boolean): Promise<true> {
  return until(what, question, 20_000, 1);
}

/** Says all of it, and returns what was answered until the server hung up, or the client did. */
async function converse(socket: Socket, { pieces, isLeaving }: WrittenSession): Promise<string> {
  let received = "";
  // A server that hangs up in the middle is what many sessions are about.
  socket
    .on("error", () => undefined)
    .on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
    });
  // Small writes are to stay what they are.
  socket.setNoDelay(true);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await Promise.race([new Promise((resolve) => socket.once("data", resolve)), closed]);
  for (const piece of isLeaving ? pieces : [...pieces, farewell]) {
    await new Promise<unknown>((resolve) => socket.write(Buffer.from(piece, "latin1"), resolve));
  }
  if (isLeaving) socket.destroy();
  await closed;
  return received;
}

/** Looks at a message in the spool, and writes it down without what differs from run to run. */
async function judgeStored(message: NewSpoolMessage, { largeFiles }: ListenerFixture): Promise<string> {
  const { content, sender, recipients } = message;
  const bytes = content.kind === "inline" ? content.bytes : await buffer(largeFiles.open(content.name));
  const whole = Buffer.from(bytes).toString("latin1");
  const { received, rest } = splitTraceField(whole);
  assert.match(received, traceField);
  assert.doesNotMatch(whole, /[^\r]\n|\r[^\n]/, "a bare newline is stored");
  const addresses = recipients.map(({ address }) => address);
  for (const address of addresses) assert.equal(parsePath(address), address);
  assert.ok(sender === "" || parsePath(sender) === sender, sender);
  assert.doesNotMatch([sender, ...addresses, message.subject].join(), /\p{Cc}/u);
  return [sender, ...addresses, rest].join("\n").replaceAll(changing, "…");
}

/** Plays broken sessions; throws an error with seed and session when something is not as it must be. */
export async function playBrokenSessions({ seed, count }: FuzzingOptions): Promise<FuzzingOutcomes> {
  const stage = new FuzzingStage();
  await stage.open();
  const outcomes = new Map<string, number>();
  const property = fc.asyncProperty(arbitrarySession, async (session) => {
    const outcome = await stage.play(session);
    for (const [reply] of outcome.received.matchAll(/^\d{3}(?: \d\.\d+\.\d+)?/gm)) {
      outcomes.set(reply, (outcomes.get(reply) ?? 0) + 1);
    }
    // However the bytes are cut, they mean the same.
    if (!session.isLeaving)
      assert.deepEqual(outcome, await stage.play({ ...session, pieces: [session.pieces.join("")] }));
    const { received } = await stage.play(goodSession);
    assert.match(received, /^250 2\.6\.0 /m, "a good client is not served any more");
  });
  try {
    await fc.assert(property, { seed, numRuns: count });
  } finally {
    await stage.close();
  }
  return outcomes;
}
