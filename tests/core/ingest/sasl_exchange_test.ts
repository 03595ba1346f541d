import assert from "node:assert/strict";
import { test } from "node:test";
import { beginSasl, type SaslStep } from "../../../core/ingest/sasl_exchange.ts";

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");

/** What comes of a command and the lines after it. */
function play(command: string, ...lines: string[]): SaslStep {
  return lines.reduce((step, line) => {
    assert.equal(step.kind, "challenge");
    return (step as SaslStep & { kind: "challenge" }).next(line);
  }, beginSasl(command));
}

function replyOf(step: SaslStep): string {
  assert.equal(step.kind, "refused");
  const { reply } = step as SaslStep & { kind: "refused" };
  return `${reply.code} ${reply.enhanced}`;
}

const tim = { authorization: "", name: "tim", password: "tanstaaftanstaaf" };

// RFC 4616 section 4 has these two, and the second line of RFC 4954 section 4.1's first example is the first one again.
for (const [what, step, credentials] of [
  [
    "PLAIN with an initial response",
    play("AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ="),
    { authorization: "test", name: "test", password: "1234" },
  ],
  ["PLAIN on a line of its own", play("AUTH PLAIN", base64("\0tim\0tanstaaftanstaaf")), tim],
  [
    "PLAIN for another identity",
    play("auth plain", base64("Ursel\0Kurt\0xipj3plmq")),
    { authorization: "Ursel", name: "Kurt", password: "xipj3plmq" },
  ],
  ["LOGIN", play("AUTH LOGIN", base64("tim"), base64("tanstaaftanstaaf")), tim],
  ["LOGIN with an initial response", play("AUTH  login dGlt", base64("tanstaaftanstaaf")), tim],
  [
    "UTF-8, of which nothing is taken away",
    play("AUTH LOGIN", base64("\ufeffbüro"), base64(" größe ")),
    { authorization: "", name: "\ufeffbüro", password: " größe " },
  ],
  ["LOGIN with nothing for an answer", play("AUTH LOGIN =", ""), { authorization: "", name: "", password: "" }],
] as const) {
  test(`beginSasl reads ${what}`, () => {
    assert.deepEqual(step, { kind: "credentials", credentials });
  });
}

test("beginSasl asks as old devices expect it", () => {
  const first = beginSasl("AUTH LOGIN") as SaslStep & { kind: "challenge" };
  assert.equal(first.text, "VXNlcm5hbWU6");
  assert.equal((first.next(base64("tim")) as SaslStep & { kind: "challenge" }).text, "UGFzc3dvcmQ6");
  assert.equal((beginSasl("AUTH PLAIN") as SaslStep & { kind: "challenge" }).text, "");
});

test("a client cancels at every challenge", () => {
  for (const step of [play("AUTH PLAIN", "*"), play("AUTH LOGIN", "*"), play("AUTH LOGIN", base64("tim"), "*")]) {
    assert.equal(replyOf(step), "501 5.7.0");
  }
});

for (const [what, wrong] of [
  ["white space", "dGlt IA=="],
  ["a line break", "dGlt\n"],
  ["missing padding", "dGltMQ"],
  ["too much padding", "dGlt===="],
  ["characters of base64url", "__-_"],
  ["bytes that are not ASCII", "dGlt\xe4\xe4\xe4\xe4"],
  ["bytes that are not UTF-8", Buffer.from([0xff, 0xfe, 0x41]).toString("base64")],
  ["half a character", Buffer.from([0xc3]).toString("base64")],
] as const) {
  test(`beginSasl refuses ${what} with 501 5.5.2, at every step`, () => {
    for (const step of [
      play("AUTH PLAIN", wrong),
      play("AUTH LOGIN", wrong),
      play("AUTH LOGIN", base64("tim"), wrong),
      ...(/[ \n]/.test(wrong) ? [] : [play(`AUTH PLAIN ${wrong}`), play(`AUTH LOGIN ${wrong}`)]),
    ]) {
      assert.equal(replyOf(step), "501 5.5.2");
    }
  });
}

for (const message of ["", "tim", "tim\0secret", "\0\0secret", "\0tim\0secret\0", "\0tim\0se\0cret"]) {
  test(`PLAIN refuses ${JSON.stringify(message)} with 501 5.5.2`, () => {
    assert.equal(replyOf(play("AUTH PLAIN", base64(message))), "501 5.5.2");
  });
}

test("beginSasl refuses unknown mechanisms, and arguments that are too few or too many", () => {
  for (const name of ["CRAM-MD5", "XOAUTH2", "__proto__", "toString", "PLAIN\t"]) {
    assert.equal(replyOf(beginSasl(`AUTH ${name} x`)), "504 5.5.4", name);
  }
  for (const command of ["AUTH", "AUTH ", "AUTH PLAIN a b"]) assert.equal(replyOf(beginSasl(command)), "501 5.5.4");
});
