import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf, digestOfParts } from "../../../core/ingest/body_digest.ts";
import { parseContentLength, readChunks, readWhole, requireDeclaredSize } from "../../../core/ingest/request_body.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const unbounded = { limitBytes: 1000, declaredBytes: null };

function bodyOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(bytes(chunk));
      controller.close();
    },
  });
}

test("parseContentLength takes digits only", () => {
  assert.equal(parseContentLength("0"), 0);
  assert.equal(parseContentLength("26214400"), 26_214_400);
  for (const header of [undefined, "", "-1", "1e3", "0x10", " 1", "1,1", "9".repeat(16)]) {
    assert.equal(parseContentLength(header), null);
  }
});

test("readWhole joins the chunks of a body", async () => {
  assert.deepEqual(await readWhole(readChunks(bodyOf("ab", "", "c"), unbounded)), bytes("abc"));
});

test("readWhole of no body is empty", async () => {
  assert.deepEqual(await readWhole(readChunks(null, unbounded)), new Uint8Array(0));
});

test("readChunks takes the limit and not a byte more", async () => {
  await readWhole(readChunks(bodyOf("abc"), { limitBytes: 3, declaredBytes: null }));
  const tooLong = readChunks(bodyOf("ab", "cd"), { limitBytes: 3, declaredBytes: null });
  await assertRefusal(() => readWhole(tooLong), "message_too_large");
});

test("readChunks refuses a body that is shorter than it said", async () => {
  await assertRefusal(
    () => readWhole(readChunks(bodyOf("abc"), { limitBytes: 1000, declaredBytes: 4 })),
    "body_incomplete",
  );
});

test("readChunks takes a stream that breaks for an incomplete body", async () => {
  const broken = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new TypeError("aborted")) });
  await assertRefusal(() => readWhole(readChunks(broken, unbounded)), "body_incomplete");
});

test("readChunks lets go of the stream when its reader leaves", async () => {
  const body = bodyOf("a", "b");
  for await (const _ of readChunks(body, unbounded)) break;
  assert.equal(body.locked, false);
});

test("requireDeclaredSize refuses what says itself that it is too large", async () => {
  requireDeclaredSize({ limitBytes: 3, declaredBytes: 3 });
  requireDeclaredSize({ limitBytes: 3, declaredBytes: null });
  await assertRefusal(() => requireDeclaredSize({ limitBytes: 3, declaredBytes: 4 }), "message_too_large");
});

test("digestOf is SHA-256 in lower-case hex", async () => {
  // printf abc | sha256sum; also FIPS 180-2, appendix B.1.
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(await digestOf(bytes("abc"), crypto), expected);
});

test("digestOfParts tells apart what parts hold, how they are named, and where one ends", async () => {
  const part = (label: string, content: string) => ({ label, content: bytes(content) });
  const bodies = [
    [part("a", "xy")],
    [part("a", "x"), part("a", "y")],
    [part("b", "xy")],
    [part("a", "y"), part("a", "x")],
    [],
  ];
  const digests = await Promise.all(bodies.map((parts) => digestOfParts(parts, crypto)));
  assert.equal(new Set(digests).size, bodies.length);
  assert.equal(await digestOfParts([part("a", "xy")], crypto), digests[0]);
});
