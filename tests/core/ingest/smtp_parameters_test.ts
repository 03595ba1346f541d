import assert from "node:assert/strict";
import { test } from "node:test";
import { type AddressVerb, readAddressCommand } from "../../../core/ingest/smtp_parameters.ts";

const context = { isUtf8: false, maxMessageBytes: 1000 };

const taken: readonly (readonly [verb: AddressVerb, line: string, path: string])[] = [
  ["MAIL", "MAIL FROM:<app@x.org>", "app@x.org"],
  ["MAIL", "mail from:<>", ""],
  ["MAIL", "MAIL FROM : <app@x.org>  ", "app@x.org"],
  ["MAIL", "MAIL FROM:<app@x.org> SIZE=1000 body=8bitmime SMTPUTF8 AUTH=<>", "app@x.org"],
  ["MAIL", "MAIL FROM:<app@x.org> SIZE=00000000000000000001 BODY=7BIT AUTH=app+40x.org", "app@x.org"],
  ["MAIL", "MAIL FROM:<jürgen@x.org> smtputf8", "jürgen@x.org"],
  ["RCPT", "RCPT TO:<you@x.org>  ", "you@x.org"],
  ["MAIL", "MAIL FROM:app@x.org SIZE=1", "app@x.org"],
  ["RCPT", "RCPT TO: you@x.org", "you@x.org"],
  ["RCPT", "RCPT TO:<postmaster>", "postmaster"],
  ["RCPT", 'RCPT TO:<"a b"@x.org>', '"a b"@x.org'],
  ["RCPT", 'RCPT TO:<"a@b> SIZE=1 <"@x.org>', '"a@b> SIZE=1 <"@x.org'],
  ["RCPT", 'RCPT TO:<"a\\"> b"@x.org>', '"a\\"> b"@x.org'],
  ["RCPT", "RCPT TO:<@a.example:you@x.org>", "@a.example:you@x.org"],
];

for (const [verb, line, path] of taken) {
  test(`readAddressCommand takes ${line}`, () => {
    const read = readAddressCommand(verb, line, context);
    assert.deepEqual(read, { path, isUtf8: /SMTPUTF8/i.test(line) });
  });
}

const asking: readonly (readonly [verb: AddressVerb, parameters: string, dsn: object])[] = [
  ["MAIL", "RET=hdrs ENVID=QQ314159", { ret: "HDRS", envid: "QQ314159" }],
  ["MAIL", "SIZE=1 ENVID=a+2Bb+3D+20c", { envid: "a+2Bb+3D+20c" }],
  ["MAIL", `ENVID=${"a".repeat(100)} RET=FULL`, { ret: "FULL", envid: "a".repeat(100) }],
  ["RCPT", "NOTIFY=never", { notify: ["NEVER"] }],
  ["RCPT", "NOTIFY=SUCCESS,delay,Failure", { notify: ["SUCCESS", "DELAY", "FAILURE"] }],
  ["RCPT", "NOTIFY=DELAY,DELAY", { notify: ["DELAY"] }],
  ["RCPT", "ORCPT=rfc822;Bob+2Bx@Example.COM", { orcpt: "rfc822;Bob+2Bx@Example.COM" }],
  ["RCPT", `orcpt=x;${"a".repeat(498)} notify=SUCCESS`, { notify: ["SUCCESS"], orcpt: `x;${"a".repeat(498)}` }],
];

for (const [verb, parameters, dsn] of asking) {
  test(`readAddressCommand keeps what ${parameters.slice(0, 50)} asks for`, () => {
    const line = verb === "MAIL" ? "MAIL FROM:<app@x.org>" : "RCPT TO:<you@x.org>";
    const read = readAddressCommand(verb, `${line} ${parameters}`, context);
    assert.deepEqual("dsn" in read && read.dsn, dsn);
  });
}

test("readAddressCommand takes an address that is not ASCII after SMTPUTF8", () => {
  const read = readAddressCommand("RCPT", "RCPT TO:<jürgen@x.org>", { ...context, isUtf8: true });
  assert.deepEqual(read, { path: "jürgen@x.org", isUtf8: true });
});

const refused: readonly (readonly [code: string, verb: AddressVerb, ...lines: string[]])[] = [
  ["555 5.5.4", "MAIL", "MAIL FROM:<app@x.org> FROB", "MAIL FROM:<app@x.org> SIZE=1 FROB=a=b"],
  [
    "555 5.5.4",
    "MAIL",
    "MAIL FROM:<app@x.org> SIZE=x FROB",
    "MAIL FROM:<app@x.org> __proto__",
    "MAIL FROM:<a@x.org> =",
  ],
  ["555 5.5.4", "RCPT", "RCPT TO:<you@x.org> SIZE=1", "RCPT TO:<you@x.org> RET=FULL"],
  ["555 5.5.4", "MAIL", "MAIL FROM:<app@x.org> NOTIFY=NEVER", "MAIL FROM:<app@x.org> ORCPT=rfc822;a"],
  [
    "501 5.5.4",
    "MAIL",
    "MAIL FROM:<app@x.org> RET=",
    "MAIL FROM:<app@x.org> RET",
    "MAIL FROM:<app@x.org> RET=HEADERS",
    "MAIL FROM:<app@x.org> RET=FULL RET=HDRS",
    "MAIL FROM:<app@x.org> ENVID",
    "MAIL FROM:<app@x.org> ENVID=",
    "MAIL FROM:<app@x.org> ENVID=a+b",
    "MAIL FROM:<app@x.org> ENVID=a=b",
    "MAIL FROM:<app@x.org> ENVID=a+0D+0AQUIT",
    "MAIL FROM:<app@x.org> ENVID=a+7F",
    "MAIL FROM:<app@x.org> ENVID=a+C3+BC",
    "MAIL FROM:<jürgen@x.org> SMTPUTF8 ENVID=ü",
    `MAIL FROM:<app@x.org> ENVID=${"a".repeat(101)}`,
  ],
  [
    "501 5.5.4",
    "RCPT",
    "RCPT TO:<you@x.org> NOTIFY",
    "RCPT TO:<you@x.org> NOTIFY=",
    "RCPT TO:<you@x.org> NOTIFY=ALWAYS",
    "RCPT TO:<you@x.org> NOTIFY=NEVER,DELAY",
    "RCPT TO:<you@x.org> NOTIFY=DELAY,NEVER",
    "RCPT TO:<you@x.org> NOTIFY=DELAY,",
    "RCPT TO:<you@x.org> NOTIFY=DELAY,DELAY,DELAY,DELAY",
    "RCPT TO:<you@x.org> NOTIFY=DELAY NOTIFY=DELAY",
    "RCPT TO:<you@x.org> ORCPT=rfc822",
    "RCPT TO:<you@x.org> ORCPT=rfc822;",
    "RCPT TO:<you@x.org> ORCPT=;you@x.org",
    "RCPT TO:<you@x.org> ORCPT=rfc+20822;you@x.org",
    "RCPT TO:<you@x.org> ORCPT=rfc822;you+1@x.org",
    "RCPT TO:<you@x.org> ORCPT=rfc822;you+0A@x.org",
    `RCPT TO:<you@x.org> ORCPT=rfc822;${"a".repeat(494)}`,
  ],
  [
    "501 5.5.4",
    "MAIL",
    "MAIL FROM:<app@x.org> SIZE=1 size=1",
    "MAIL FROM:<app@x.org> SMTPUTF8=",
    "MAIL FROM:<app@x.org> SIZE",
  ],
  ["501 5.5.4", "MAIL", "MAIL FROM:<app@x.org> SIZE=-1", "MAIL FROM:<app@x.org> SIZE=000000000000000000001"],
  [
    "501 5.5.4",
    "MAIL",
    "MAIL FROM:<app@x.org> BODY=BINARYMIME",
    "MAIL FROM:<app@x.org> BODY",
    "MAIL FROM:<app@x.org> AUTH=a+4",
  ],
  ["552 5.3.4", "MAIL", "MAIL FROM:<app@x.org> SIZE=1001", "MAIL FROM:<app@x.org> SIZE=99999999999999999999"],
  ["550 5.6.7", "MAIL", "MAIL FROM:<jürgen@x.org> SIZE=1", "MAIL FROM:<j\ufffdrgen@x.org>"],
  ["553 5.6.7", "RCPT", "RCPT TO:<info@bücher.example>"],
  [
    "501 5.1.7",
    "MAIL",
    "MAIL",
    "MAIL FROM",
    "MAIL FROM:",
    "MAIL FROM:app@x.org,b@x.org>",
    "MAIL FROM:<app@x.org",
    "MAIL FROM:app@x.org>",
  ],
  [
    "501 5.1.7",
    "MAIL",
    "MAIL FROM:<app@x.org>SIZE=1",
    "MAIL FROM:<<app@x.org>>",
    "MAIL TO:<app@x.org>",
    'MAIL FROM:<"a@x.org>',
  ],
  ["501 5.1.7", "MAIL", 'MAIL FROM:<"a\\"@x.org>', "MAILFROM:<app@x.org>", "<app@x.org>", "MAIL FROM:<postmaster>"],
  ["501 5.1.3", "RCPT", "RCPT FROM:<you@x.org>", "RCPT TO:<you@x.org>x", "RCPT TO:you", "RCPT TO:you@x.org>"],
];

for (const [code, verb, ...lines] of refused) {
  for (const line of lines) {
    test(`readAddressCommand answers ${code} to ${JSON.stringify(line)}`, () => {
      const read = readAddressCommand(verb, line, context);
      assert.ok("refusal" in read);
      assert.equal(`${read.refusal.code} ${read.refusal.enhanced}`, code);
    });
  }
}
