/** SMTP sessions that are broken in every way, made by fast-check from the dialogues of `tests/dialogues`. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { parseDialogue } from "../dialogues/parse_dialogue.ts";

/** What a client sends behind the greeting. */
export interface WrittenSession {
  /** One write each; one character a byte. */
  readonly pieces: readonly string[];
  /** Whether it hangs up after that, rather than wait for its answers. */
  readonly isLeaving: boolean;
  readonly isTls: boolean;
}

const folder = new URL("../dialogues/", import.meta.url);
/** One that is longer is about its length alone. */
const mostBytes = 30_000;

/** What the clients of all dialogues say in the clear. */
const dialogues: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".txt"))
  .map((name) => parseDialogue(readFileSync(new URL(name, folder), "utf8")).steps)
  .map((steps) => steps.map((step) => (step.kind === "send" ? step.bytes : "")).join(""))
  // What comes after it would be a handshake.
  .map((bytes) => bytes.replaceAll(/STARTTLS/gi, "STARTSSL"))
  .filter((bytes) => bytes.length < mostBytes);

/** Where to break something: a fraction of what there is. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const transaction =
  "MAIL FROM:<app@x.org>\r\nRCPT TO:<you@x.org>\r\nDATA\r\nSubject: whole\r\n\r\n..dot\r\nend\r\n.\r\n";

const newline = fc.constantFrom("\r\n", "\r\n", "\n", "\r", "\r\r\n", "\n\r", "\0\r\n", "\r\0\n", "\x85", "\x0b");
const command = fc.constantFrom(
  "EHLO x",
  "HELO x",
  "MAIL FROM:<>",
  "MAIL FROM:<\xfc@x.org> SMTPUTF8",
  "MAIL FROM:<app@x.org> SIZE=99 BODY=8BITMIME AUTH=<>",
  "MAIL FROM:<app@x.org> RET=HDRS ENVID=a+2Bb",
  'RCPT TO:<"a b@c"@x.org>',
  "RCPT TO:<you@x.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+20b",
  "RCPT TO:<postmaster>",
  "DATA",
  "RSET",
  "NOOP \x1b[31m",
  "VRFY \0",
  "EXPN x",
  "HELP",
  "QUIT",
  "AUTH PLAIN",
  "AUTH LOGIN YQ==",
  `AUTH PLAIN ${btoa("\0printer\0correct horse")}`,
  "AUTH PLAIN AGEAYg==",
  "*",
  "BDAT 3 LAST",
  "GET / HTTP/1.1",
);
const content = fc
  .array(
    fc.constantFrom(".", "..", "\r\n", "\r\n.", "\n.", "\r.", "\n", "\r", ".\r\n", "\0", "\xff", "\x1b]0;x\x07", "x"),
  )
  .map((parts) => parts.join(""));
const flood = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(".", "x", "\0", "\r", "\n", "\r\n", ".\r\n", "\r\n..").map((unit) => unit.repeat(3000)),
  },
  { weight: 1, arbitrary: fc.constant("x".repeat(70).concat("\r\n").repeat(4500)) },
);
const noise = fc.string({
  unit: fc.integer({ max: 255, min: 0 }).map((byte) => String.fromCharCode(byte)),
  maxLength: 20,
});

/** Something that the client says where it should not. */
const interjection = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(command, newline).map((parts) => parts.join("")) },
  { weight: 4, arbitrary: content },
  { weight: 2, arbitrary: newline },
  { weight: 2, arbitrary: fc.constant(transaction) },
  { weight: 1, arbitrary: noise },
  { weight: 1, arbitrary: flood },
);

type Damage = (bytes: string) => string;

const at = (bytes: string, fraction: number) => Math.floor(bytes.length * fraction);

const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(place, interjection).map(insert) },
  { weight: 1, arbitrary: fc.tuple(place, place, fc.constantFrom(0, 2)).map(repeatSlice) },
  { weight: 1, arbitrary: fc.tuple(place, place).map(swapLines) },
  { weight: 1, arbitrary: fc.tuple(place, newline).map(replaceNewline) },
);

function insert([fraction, text]: [number, string]): Damage {
  return (bytes) => bytes.slice(0, at(bytes, fraction)) + text + bytes.slice(at(bytes, fraction));
}

/** Takes out a part of up to 40 bytes, or says it twice. */
function repeatSlice([fraction, length, times]: [number, number, number]): Damage {
  return (bytes) => {
    const start = at(bytes, fraction);
    const end = start + Math.ceil(length * 40);
    return bytes.slice(0, start) + bytes.slice(start, end).repeat(times) + bytes.slice(end);
  };
}

function swapLines([first, second]: [number, number]): Damage {
  return (bytes) => {
    const lines = bytes.split("\r\n");
    const [one, other] = [Math.floor(lines.length * first), Math.floor(lines.length * second)];
    return lines.with(one, lines[other]!).with(other, lines[one]!).join("\r\n");
  };
}

function replaceNewline([fraction, text]: [number, string]): Damage {
  return (bytes) => {
    const start = bytes.indexOf("\r\n", at(bytes, fraction));
    return start < 0 ? bytes : bytes.slice(0, start) + text + bytes.slice(start + 2);
  };
}

type Cut = (bytes: string) => readonly string[];

/** More writes than these say nothing more: what is left is one. */
const mostPieces = 400;

/** How a session is cut into writes: at random, or after each byte that can end something. */
const cut: fc.Arbitrary<Cut> = fc.oneof(
  { weight: 1, arbitrary: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 60 }).map(cutInto) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((size) => cutInto(Array(mostPieces).fill(size))) },
  { weight: 2, arbitrary: fc.constant<Cut>((bytes) => joinLast(bytes.split(/(?<=[\r\n.])/))) },
);

function cutInto(sizes: readonly number[]): Cut {
  return (bytes) => {
    let from = 0;
    const pieces = sizes.map((size) => {
      from += size;
      return bytes.slice(from - size, from);
    });
    return [...pieces, bytes.slice(from)].filter(Boolean);
  };
}

function joinLast(pieces: readonly string[]): readonly string[] {
  return [...pieces.slice(0, mostPieces), pieces.slice(mostPieces).join("")].filter(Boolean);
}

/** A session of one or two dialogues, with up to four things wrong in it. */
export const arbitrarySession: fc.Arbitrary<WrittenSession> = fc
  .record({
    said: fc.array(fc.constantFrom(transaction, ...dialogues), { minLength: 1, maxLength: 2 }),
    damages: fc.array(damage, { maxLength: 4 }),
    cut,
    leaves: fc.option(place, { freq: 3 }),
    isTls: fc.integer({ min: 1, max: 5 }).map((number) => number === 1),
  })
  .map(({ said, damages, cut, leaves, isTls }) => {
    const whole = ["EHLO client.example.org\r\n", ...said].join("");
    const bytes = damages.reduce((damaged, spoil) => spoil(damaged), whole);
    const pieces = cut(leaves === null ? bytes : bytes.slice(0, at(bytes, leaves)));
    return { pieces, isLeaving: leaves !== null, isTls };
  });
