import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyBudget } from "../../../core/ingest/body_limits.ts";
import { WholeBodies } from "../../../core/ingest/whole_bodies.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { MemoryLargeFiles } from "../../support/memory_large_files.ts";

const kibibyte = 1024;
const never = new AbortController().signal;

function open({ budgetBytes = 1024 * kibibyte } = {}) {
  const files = new MemoryLargeFiles();
  const budget = new BodyBudget(budgetBytes);
  const disk = { free: 10_000_000_000 };
  let made = 0;
  const bodies = new WholeBodies({
    files,
    budget,
    disk: { freeBytes: () => disk.free },
    createFileName: () => `body_${++made}.eml`,
  });
  return { files, budget, disk, bodies };
}

async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* parts;
}

/** Sends `first`, then nothing any more until `end`. */
function slow(first: Uint8Array) {
  const { promise, resolve: end } = Promise.withResolvers<void>();
  const stalled = Promise.withResolvers<void>();
  async function* send(): AsyncGenerator<Uint8Array, void, void> {
    yield first;
    stalled.resolve();
    await promise;
  }
  return { sent: send(), stalled: stalled.promise, end };
}

const random = (size: number) => crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
const same = async (body: Uint8Array) => body;

test("WholeBodies gives a small body whole, without a file", async () => {
  const { bodies, files } = open();
  const [a, b] = [random(1000), random(20)];
  assert.deepEqual(await bodies.use(chunks(a, b), never, same), new Uint8Array([...a, ...b]));
  assert.equal(files.created, 0);
});

test("WholeBodies gives a large body whole, and leaves no file behind", async () => {
  const { bodies, files } = open();
  const parts = Array.from({ length: 10 }, () => random(40_000));
  const whole = await bodies.use(chunks(...parts), never, same);
  assert.ok(Buffer.from(whole).equals(Buffer.concat(parts)));
  assert.equal(files.created, 1);
  assert.deepEqual(await files.list(), []);
});

test("WholeBodies takes a body a byte at a time", async () => {
  const { bodies } = open();
  const whole = random(65_536 + 500);
  const body = new Uint8Array([...whole, ...random(500)]);
  const bytes = Array.from(body, (byte) => new Uint8Array([byte]));
  assert.ok(Buffer.from(await bodies.use(chunks(...bytes), never, same)).equals(body));
});

test("WholeBodies has no file left when work fails, the client breaks off or the file can't be written", async () => {
  const { bodies, files, budget } = open();
  const large = random(65_536);
  const fail = async (): Promise<never> => {
    throw new TypeError("wrong");
  };
  await assert.rejects(bodies.use(chunks(large, large), never, fail), TypeError);
  async function* broken(): AsyncGenerator<Uint8Array, void, void> {
    yield* [large, large];
    throw new TypeError("gone");
  }
  await assert.rejects(bodies.use(broken(), never, same), TypeError);
  files.failure = new Error("EIO");
  await assertRefusal(() => bodies.use(chunks(large, large), never, same), "spool_unavailable");
  files.failure = null;
  assert.deepEqual(await files.list(), []);
  (await budget.acquire(1024 * kibibyte, never)).release();
});

test("WholeBodies keeps nobody waiting for slow senders, however many there are and whatever they have sent", async () => {
  const { bodies, files } = open({ budgetBytes: 256 * kibibyte });
  const senders = Array.from({ length: 50 }, (_, n) => slow(random(n % 2 === 0 ? 1 : 65_536)));
  const large = random(65_536);
  const pending = senders.map(({ sent }) => bodies.use(sent, never, same));
  await Promise.all(senders.map(({ stalled }) => stalled));
  const good = await bodies.use(chunks(large, large, large, large), never, same);
  assert.equal(good.length, 4 * 65_536);
  for (const { end } of senders) end();
  const sizes = (await Promise.all(pending)).map(({ length }) => length);
  assert.deepEqual(new Set(sizes), new Set([1, 65_536]));
  assert.deepEqual(await files.list(), []);
});

test("WholeBodies holds no more at one time than the budget, and gives each its turn", async () => {
  const { bodies } = open({ budgetBytes: 300 * kibibyte });
  let held = 0;
  let most = 0;
  const work = async ({ length }: Uint8Array) => {
    held += length;
    most = Math.max(most, held);
    await new Promise((resolve) => setTimeout(resolve, 1));
    held -= length;
    return length;
  };
  const part = random(65_536);
  const bodiesOfFour = Array.from({ length: 12 }, () => bodies.use(chunks(part, part, part, part), never, work));
  assert.deepEqual(new Set(await Promise.all(bodiesOfFour)), new Set([4 * 65_536]));
  assert.equal(most, 4 * 65_536);
});

test("WholeBodies writes no file on a disk that is nearly full", async () => {
  const { bodies, disk, files } = open();
  disk.free = 100_000_000;
  assert.equal((await bodies.use(chunks(random(1000)), never, same)).length, 1000);
  await assertRefusal(() => bodies.use(chunks(random(65_536), random(1)), never, same), "disk_nearly_full");
  disk.free = 10_000_000_000;
  async function* filling(): AsyncGenerator<Uint8Array, void, void> {
    yield* [random(65_536), random(65_536)];
    disk.free = 100_000_000;
    yield random(10);
  }
  await assertRefusal(() => bodies.use(filling(), never, same), "disk_nearly_full");
  assert.deepEqual(await files.list(), []);
});

test("WholeBodies lets go of a client that has left while it waited", async () => {
  const { bodies, budget, files } = open();
  const all = await budget.acquire(1024 * kibibyte, never);
  const client = new AbortController();
  const waiting = bodies.use(chunks(random(65_536), random(65_536)), client.signal, same);
  const refused = assertRefusal(() => waiting, "body_incomplete");
  client.abort(new TypeError("gone"));
  await refused;
  all.release();
  assert.deepEqual(await files.list(), []);
});
