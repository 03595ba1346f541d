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
  ["555 5.5.4", "RCPT", "RCPT TO:<you@x.org> SIZE=1", "RCPT TO:<you@x.org> NOTIFY=NEVER"],
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
