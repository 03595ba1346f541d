import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageRoom } from "../../../../core/relay/http/message_room.ts";

const never = new AbortController().signal;

/** A room of 10 bytes for each relay, and who is in. */
function stage() {
  const room = new MessageRoom(10);
  const inside = new Map<string, (() => void) | null>();
  const enter = async (name: string, sizeBytes: number, { relay = "a", signal = never } = {}) => {
    inside.set(name, await room.enter(relay, sizeBytes, signal));
  };
  const names = async () => {
    // Whoever may enter has done so by then.
    await Promise.resolve().then(() => {});
    return [...inside.keys()];
  };
  return { enter, names, leave: (name: string) => inside.get(name)?.(), inside };
}

describe("MessageRoom", () => {
  it("lets in what fits, and the others in their order as there is room", async () => {
    const { enter, names, leave } = stage();
    for (const [name, size] of [
      ["one", 6],
      ["two", 4],
      ["three", 8],
      ["four", 1],
    ] as const)
      void enter(name, size);
    assert.deepEqual(await names(), ["one", "two"]);
    leave("two");
    // What is small does not overtake: what is large would never get in.
    assert.deepEqual(await names(), ["one", "two"]);
    leave("one");
    assert.deepEqual(await names(), ["one", "two", "three", "four"]);
  });

  it("lets in what is larger than the room once it is alone", async () => {
    const { enter, names, leave } = stage();
    void enter("small", 1);
    void enter("huge", 100);
    assert.deepEqual(await names(), ["small"]);
    leave("small");
    assert.deepEqual(await names(), ["small", "huge"]);
  });

  it("has a room for each relay", async () => {
    const { enter, names } = stage();
    void enter("one", 10);
    void enter("two", 10, { relay: "b" });
    assert.deepEqual(await names(), ["one", "two"]);
  });

  it("lets nobody in who has given up, and those behind him take his place", async () => {
    const { enter, names, inside } = stage();
    const stop = new AbortController();
    void enter("one", 6);
    void enter("two", 10, { signal: stop.signal });
    void enter("three", 4);
    assert.deepEqual(await names(), ["one"]);
    stop.abort();
    assert.deepEqual((await names()).toSorted(), ["one", "three", "two"]);
    assert.equal(inside.get("two"), null);
    await enter("late", 1, { signal: stop.signal });
    assert.equal(inside.get("late"), null);
  });
});
