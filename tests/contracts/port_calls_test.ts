import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { DispatchError, isDispatchError } from "../../core/error/mod.ts";
import { callsOver, serveCalls } from "../../runtime-node/port_calls.ts";
import { serveSpool, spoolOverPort } from "../../runtime-node/spool_calls.ts";
import { newMessage } from "../support/spool_fixture.ts";

interface Greeter {
  greet(name: string): Promise<string>;
  fail(code: "refused" | "broken"): Promise<void>;
  waitFor(signal: AbortSignal): Promise<string>;
  lengthOf(bytes: Uint8Array): Promise<number>;
  secret(): Promise<string>;
}

const methods = ["greet", "fail", "waitFor", "lengthOf"] as const;

const greeter: Greeter = {
  greet: async (name) => `Hello ${name}`,
  async fail(code) {
    if (code === "refused") throw new DispatchError("message_too_large", { limitBytes: 7 });
    throw new TypeError("a bug");
  },
  waitFor: (signal) =>
    new Promise((resolve) => {
      if (signal.aborted) resolve("aborted");
      signal.addEventListener("abort", () => resolve("aborted"));
    }),
  lengthOf: async (bytes) => bytes.byteLength,
  secret: async () => "must not be told",
};

describe("callsOver and serveCalls", () => {
  let near: MessagePort;
  let far: MessagePort;
  let remote: Greeter;

  beforeEach(() => {
    ({ port1: near, port2: far } = new MessageChannel());
    serveCalls<Greeter>(far, greeter, methods);
    remote = callsOver<Greeter>(near, methods, (method, parameters) =>
      method === "lengthOf" ? [(parameters[0] as Uint8Array).buffer as ArrayBuffer] : [],
    );
  });

  afterEach(() => near.close());

  it("bring the result home", async () => {
    assert.equal(await remote.greet("you"), "Hello you");
  });

  it("give each of many calls its own result", async () => {
    const names = Array.from({ length: 100 }, (_, n) => `${n}`);
    const greetings = await Promise.all(names.map((name) => remote.greet(name)));
    assert.deepEqual(
      greetings,
      names.map((name) => `Hello ${name}`),
    );
  });

  it("send the calls of one turn in one message", async () => {
    let messages = 0;
    far.on("message", () => messages++);
    await Promise.all([remote.greet("a"), remote.greet("b"), remote.greet("c")]);
    assert.equal(messages, 1);
  });

  it("bring an error of the domain home as itself", async () => {
    await assert.rejects(
      remote.fail("refused"),
      (error) =>
        error instanceof DispatchError && isDispatchError(error, "message_too_large") && error.facts.limitBytes === 7,
    );
  });

  it("bring any other error home as an error with its message", async () => {
    await assert.rejects(remote.fail("broken"), (error) => error instanceof Error && error.message === "a bug");
  });

  it("carry an abort across", async () => {
    const stop = new AbortController();
    const waiting = remote.waitFor(stop.signal);
    await remote.greet("you");
    stop.abort();
    assert.equal(await waiting, "aborted");
  });

  it("carry an abort that comes in the same turn as its call, or before it", async () => {
    const stop = new AbortController();
    const waiting = remote.waitFor(stop.signal);
    stop.abort();
    assert.equal(await waiting, "aborted");
    assert.equal(await remote.waitFor(AbortSignal.abort()), "aborted");
  });

  it("hand over the buffers that are named", async () => {
    const bytes = new Uint8Array(1000);
    const length = remote.lengthOf(bytes);
    assert.equal(await length, 1000);
    assert.equal(bytes.byteLength, 0);
  });

  it("refuse a method that is not among those served", async () => {
    const all = callsOver<Greeter>(near, [...methods, "secret"]);
    await assert.rejects(all.secret(), /Cannot call over the port: current value is secret/);
  });
});

describe("spoolOverPort", () => {
  it("brings each message of a group its own bytes, and a large one none", async () => {
    const { port1, port2 } = new MessageChannel();
    const received: unknown[] = [];
    const append = async ({ content }: ReturnType<typeof newMessage>) => {
      received.push(content.kind === "inline" ? [...content.bytes] : content);
      return { kind: "stored" };
    };
    serveSpool(port2, { append } as never);
    const spool = spoolOverPort(port1);
    const part = new Uint8Array([0, 4, 5, 6, 0]).subarray(1, 4);
    const large = { kind: "large", name: "spl_1.eml" } as const;
    const contents = [
      { kind: "inline", bytes: new Uint8Array([1, 2]) },
      { kind: "inline", bytes: new Uint8Array() },
      large,
      { kind: "inline", bytes: part },
    ] as const;
    await Promise.all(contents.map((content) => spool.append(newMessage({ content }))));
    await spool.close();
    assert.deepEqual(received, [[1, 2], [], large, [4, 5, 6]]);
  });

  it("stores the others of a group when one can't be stored, and brings its error home", async () => {
    const { port1, port2 } = new MessageChannel();
    const append = async ({ id }: ReturnType<typeof newMessage>) => {
      if (id === "spl_2") throw new DispatchError("spool_unavailable", { reason: "the disk is full" });
      return { kind: "stored" };
    };
    serveSpool(port2, { append } as never);
    const spool = spoolOverPort(port1);
    const ids = ["spl_1", "spl_2", "spl_3"];
    const results = await Promise.allSettled(ids.map((id) => spool.append(newMessage({ id }))));
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
    assert.ok(isDispatchError((results[1] as PromiseRejectedResult).reason, "spool_unavailable"));
    await spool.close();
  });

  it("sends a message at once, and those that come while two groups are under way as one group", async () => {
    const { port1, port2 } = new MessageChannel();
    const waiting: (() => void)[] = [];
    const turns: number[] = [];
    const append = () => new Promise<{ kind: "stored" }>((resolve) => waiting.push(() => resolve({ kind: "stored" })));
    serveSpool(port2, { append } as never);
    const spool = spoolOverPort(port1);
    const all: Promise<unknown>[] = [];
    const arrive = async (count: number) => {
      for (let n = 0; n < count; n++) all.push(spool.append(newMessage()));
      await new Promise((resolve) => setTimeout(resolve, 50));
      turns.push(waiting.length);
    };
    await arrive(1);
    await arrive(2);
    await arrive(3);
    await arrive(4);
    assert.deepEqual(turns, [1, 3, 3, 3]);
    for (const finish of waiting.splice(0, 1)) finish();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(waiting.length, 2 + 7);
    for (const finish of waiting) finish();
    await Promise.all(all);
    await spool.close();
  });
});
