import assert from "node:assert/strict";
import { test } from "node:test";
import { type AddressVerb, refuseParameters } from "../../../core/ingest/smtp_parameters.ts";

const taken: readonly (readonly [verb: AddressVerb, line: string, isUtf8: boolean])[] = [
  ["MAIL", "MAIL FROM:<app@x.org>", false],
  ["MAIL", "MAIL FROM:<app@x.org> SIZE=100 body=8BITMIME SMTPUTF8 AUTH=<>", false],
  ["MAIL", "MAIL FROM:<jürgen@x.org> smtputf8", false],
  ["RCPT", "RCPT TO:<you@x.org>  ", false],
  ["RCPT", "RCPT TO:<jürgen@x.org>", true],
];

for (const [verb, line, isUtf8] of taken) {
  test(`refuseParameters takes ${line}${isUtf8 ? " after SMTPUTF8" : ""}`, () => {
    assert.equal(refuseParameters(verb, line, isUtf8), null);
  });
}

const refused: readonly (readonly [verb: AddressVerb, line: string, code: string])[] = [
  ["MAIL", "MAIL FROM:<app@x.org> FROB", "555 5.5.4"],
  ["MAIL", "MAIL FROM:<app@x.org> SIZE=1 FROB=a=b", "555 5.5.4"],
  ["MAIL", "MAIL FROM:<app@x.org> FROB=1 AUTH=<>", "555 5.5.4"],
  ["MAIL", "MAIL FROM:<app@x.org>\rRCPT TO:<you@x.org>", "555 5.5.4"],
  ["RCPT", "RCPT TO:<you@x.org> SIZE=1", "555 5.5.4"],
  ["MAIL", "MAIL FROM:<jürgen@x.org> SIZE=1", "550 5.6.7"],
  ["RCPT", "RCPT TO:<info@bücher.example>", "553 5.6.7"],
];

for (const [verb, line, code] of refused) {
  test(`refuseParameters answers ${code} to ${JSON.stringify(line)}`, () => {
    const refusal = refuseParameters(verb, line, false);
    assert.equal(`${refusal?.code} ${refusal?.enhanced}`, code);
  });
}

for (const line of ["MAIL FROM:app@x.org", "MAIL FROM:<app@x.org", "MAIL FROM:<app@x.org>FROB", "MAIL"]) {
  test(`refuseParameters leaves ${line} to whoever reads the address`, () => {
    assert.equal(refuseParameters("MAIL", line, false), null);
  });
}
