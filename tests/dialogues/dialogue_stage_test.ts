/** A dialogue that is not kept, or not written as it should be, fails, and says where. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { newTlsPolicy } from "../support/smtp_listener_fixture.ts";
import { playDialogue } from "./dialogue_stage.ts";
import { parseDialogue } from "./parse_dialogue.ts";

const unreadable: readonly (readonly [text: string, complaint: RegExp])[] = [
  ["# Fact\nC: NOOP\nX: 250\nSPOOL EMPTY", /^line 3: no line starts with "X:"/],
  ["C: NOOP\n S: 250\nSPOOL EMPTY", /^line 2: no line starts with ""/],
  ["C: NOOP\\q\nSPOOL EMPTY", /^line 1: there is no escape \\q/],
  ["S~ (\nSPOOL EMPTY", /^line 1: Invalid regular expression/],
  ["S:\nSPOOL EMPTY", /^line 1: S: needs a text/],
  ["S: 220\nSET allowed no\nSPOOL EMPTY", /^line 2: SET comes before all else/],
  ["SET colour red\nSPOOL EMPTY", /^line 1: there is no setting colour/],
  ["SET allowed maybe\nSPOOL EMPTY", /^line 1: "maybe" is none of yes, no/],
  ["SET cut 0\nSPOOL EMPTY", /^line 1: "0" is no number over 0/],
  ["S: 220\nM: text\nSPOOL EMPTY", /^line 2: this comes after SPOOL/],
  ["S: 220\nSPOOL EMPTY\nC: NOOP", /^line 3: the session has ended with SPOOL/],
  ["S: 220\nSPOOL EMPTY\nSPOOL NONE", /^line 3: SPOOL NONE makes no sense here/],
  ["S: 220\nC: NOOP", /^line 2: the end comes before SPOOL/],
  ["S: 220\nSPOOL\nF: app@x.org", /^line 3: a message in the spool has an F: and a T:/],
];

const message = `S: 220
C: HELO c
C: MAIL FROM:<app@x.org>
C: RCPT TO:<you@x.org>
C: DATA
S: 250
S: 250
S: 250
S: 354
C: Date: Sun, 22 Nov 2026 00:00:00 +0000
C: Message-ID: <1@x.org>
C: .
S: 250
`;
const stored = "M: Date: Sun, 22 Nov 2026 00:00:00 +0000\nM: Message-ID: <1@x.org>\n";

const broken: readonly (readonly [fact: string, text: string, complaint: RegExp])[] = [
  [
    "another reply comes",
    "S: 220\nC: NOOP\nS: 500\nSPOOL EMPTY",
    /^Error: line 3: expected S: 500\n.*\n.*\nC> NOOP.*\nS: 250/,
  ],
  ["more comes than is said", "S: 220\nC: NOOP\nC: NOOP\nS: 250\nSPOOL EMPTY", /^Error: line 4: expected nothing more/],
  ["the server hangs up", "S: 220\nC: QUIT\nS: 221\nS: 250\nSPOOL EMPTY", /^Error: line 4: .*\nthe server hung up/],
  ["more comes before the end", "S: 220\nC: QUIT\nCLOSED\nSPOOL EMPTY", /^Error: line 3: before the end came 221/],
  ["the spool is not empty", `${message}SPOOL EMPTY`, /the spool holds something else/],
  ["the spool is empty", "S: 220\nSPOOL\nF:\nT: you@x.org", /the spool holds something else/],
  ["another sender is stored", `${message}SPOOL\nF:\nT: you@x.org\n${stored}`, /the spool holds something else/],
  [
    "another recipient is stored",
    `${message}SPOOL\nF: app@x.org\nT: me@x.org\n${stored}`,
    /the spool holds something else/,
  ],
  [
    "another byte is stored",
    `${message}SPOOL\nF: app@x.org\nT: you@x.org\n${stored}M: \\0`,
    /the spool holds something else/,
  ],
  [
    "another field is added",
    `${message}SPOOL\nF: app@x.org\nT: you@x.org\nR~ ESMTP\n${stored}`,
    /regular expression \/ESMTP\//,
  ],
];

describe("parseDialogue", () => {
  for (const [text, complaint] of unreadable) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseDialogue(text), { name: "SyntaxError", message: complaint });
    });
  }

  it("reads escapes into bytes, and joins what follows one another", () => {
    const { steps } = parseDialogue("C> \\r\\n\\t\\e\\0\\\\\\xfFü\n# said\nC: \\*3{a\\x7d}\nSPOOL EMPTY");
    assert.deepEqual(steps, [{ line: 1, kind: "send", bytes: "\r\n\t\x1b\0\\\xff\xc3\xbca}a}a}\r\n" }]);
  });
});

describe("playDialogue", () => {
  let tls: TlsPolicy;

  before(async () => {
    tls = await newTlsPolicy();
  });

  for (const [fact, text, complaint] of broken) {
    it(`fails when ${fact}`, () => assert.rejects(playDialogue(text, tls), (error) => complaint.test(String(error))));
  }
});
