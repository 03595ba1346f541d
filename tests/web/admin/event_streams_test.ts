import assert from "node:assert/strict";
import { test } from "node:test";
import { isDispatchError } from "../../../core/error/mod.ts";
import { EventStreams, maxEventStreams } from "../../../web/admin/event_streams.ts";

/** A clock whose timers the test lets go off. */
class StoppedClock {
  readonly waiting = new Set<() => void>();

  after = (_delayMs: number, callback: () => void): (() => void) => {
    this.waiting.add(callback);
    return () => this.waiting.delete(callback);
  };

  goOff(): void {
    for (const callback of [...this.waiting]) {
      this.waiting.delete(callback);
      callback();
    }
  }
}

/** A stream with a feed that the test writes to. */
function openStream(mayGoOn: () => boolean = () => true) {
  const clock = new StoppedClock();
  const streams = new EventStreams(clock);
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isCancelled = false;
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      feed = controller;
    },
    cancel() {
      isCancelled = true;
    },
  });
  const reader = streams.stream({ feed: source, event: "log", mayGoOn }).getReader();
  return {
    clock,
    streams,
    feed: feed!,
    write: (text: string) => feed!.enqueue(new TextEncoder().encode(text)),
    read: async () => new TextDecoder().decode((await reader.read()).value),
    isOver: async () => (await reader.read()).done,
    cancel: () => reader.cancel(),
    isCancelled: () => isCancelled,
  };
}

test("EventStreams sends a comment at once, and each line as an event, however the lines are cut", async () => {
  const stream = openStream();
  assert.equal(await stream.read(), ":\n\n");
  stream.write('{"a":1}\n{"b":');
  assert.equal(await stream.read(), 'event: log\ndata: {"a":1}\n\n');
  stream.write('"ä');
  stream.write('"}\n{"c":3}\n');
  assert.equal(await stream.read(), 'event: log\ndata: {"b":"ä"}\n\nevent: log\ndata: {"c":3}\n\n');
});

test("EventStreams sends a comment now and then to a reader that waits", async () => {
  const stream = openStream();
  await stream.read();
  for (let i = 0; i < 2; i++) {
    const next = stream.read();
    stream.clock.goOff();
    assert.equal(await next, ":\n\n");
  }
});

test("EventStreams piles up no comments for a reader that reads nothing", async () => {
  const stream = openStream();
  for (let i = 0; i < 10; i++) stream.clock.goOff();
  assert.equal(await stream.read(), ":\n\n");
  stream.write("{}\n");
  assert.equal(await stream.read(), "event: log\ndata: {}\n\n");
});

test("EventStreams sends nothing more to a reader that may not go on, and ends the feed", async () => {
  let mayGoOn = true;
  const stream = openStream(() => mayGoOn);
  await stream.read();
  mayGoOn = false;
  stream.write('{"secret":1}\n');
  assert.equal(await stream.isOver(), true);
  assert.deepEqual([stream.isCancelled(), stream.clock.waiting.size], [true, 0]);
});

test("EventStreams finds out that a quiet reader may not go on", async () => {
  let mayGoOn = true;
  const stream = openStream(() => mayGoOn);
  await stream.read();
  mayGoOn = false;
  stream.clock.goOff();
  assert.equal(await stream.isOver(), true);
  assert.equal(stream.isCancelled(), true);
});

for (const [what, end] of [
  ["the reader goes away", (stream) => stream.cancel()],
  ["the service stops", async (stream) => stream.streams.close()],
] as const satisfies readonly (readonly [string, (stream: ReturnType<typeof openStream>) => Promise<void>])[]) {
  test(`EventStreams ends the feed when ${what}`, async () => {
    const stream = openStream();
    await end(stream);
    assert.deepEqual([stream.isCancelled(), stream.clock.waiting.size], [true, 0]);
    stream.streams.close();
  });
}

test("EventStreams ends with its feed, in an error too", async () => {
  const whole = openStream();
  await whole.read();
  whole.feed.close();
  assert.equal(await whole.isOver(), true);
  const broken = openStream();
  await broken.read();
  broken.feed.error(new TypeError("SQLITE_BUSY"));
  await assert.rejects(broken.read(), TypeError);
  assert.equal(broken.clock.waiting.size, 0);
});

test("EventStreams has room for so many, ends the feed of one more, and has room again when one has ended", async () => {
  const streams = new EventStreams(new StoppedClock());
  let cancelled = 0;
  const feed = () => {
    return new ReadableStream({
      cancel() {
        cancelled++;
      },
    });
  };
  const open = () => streams.stream({ feed: feed(), event: "log", mayGoOn: () => true });
  const opened = Array.from({ length: maxEventStreams }, open);
  assert.throws(open, (error) => isDispatchError(error, "too_many_streams"));
  assert.equal(cancelled, 1);
  await opened[0]!.cancel();
  open();
});
