import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Transcript } from "../../../core/relay/transcript.ts";

const asItIs = (text: string) => text;

describe("Transcript", () => {
  it("shows who said each line", () => {
    const transcript = new Transcript();
    transcript.add("sent", "EHLO a\r\nMAIL");
    transcript.add("received", "250 ok");
    transcript.add("note", "closed");
    assert.deepEqual(transcript.lines(asItIs), ["→ EHLO a", "→ MAIL", "← 250 ok", "• closed"]);
  });

  it("masks by what is known at the end", () => {
    const transcript = new Transcript();
    transcript.add("received", '{"token":"abc"}');
    assert.deepEqual(
      transcript.lines((text) => text.replace("abc", "*")),
      ['← {"token":"*"}'],
    );
  });

  it("shows no control characters", () => {
    const transcript = new Transcript();
    transcript.add("received", "a\u001b[2Jb\u0000c");
    assert.deepEqual(transcript.lines(asItIs), ["← a [2Jb c"]);
  });

  it("is bounded in lines, in the length of a line, and in all", () => {
    const many = new Transcript();
    many.add("received", "x\n".repeat(10_000));
    assert.equal(many.lines(asItIs).length, 501);
    assert.match(many.lines(asItIs).at(-1) ?? "", /left out/);
    const long = new Transcript();
    long.add("received", "x".repeat(5000));
    assert.equal(long.lines(asItIs)[0]?.length, 1002);
    const large = new Transcript();
    for (let i = 0; i < 10; i++) large.add("received", "x".repeat(65_536));
    assert.equal(large.lines(asItIs).length, 5);
  });
});
