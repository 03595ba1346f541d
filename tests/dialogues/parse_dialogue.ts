/** The text of a dialogue, read line by line; README.md explains the format. */

/** What a dialogue may set. */
export interface DialogueSettings {
  bareNewlines: "normalize" | "reject";
  maxMessageBytes: number;
  maxRecipients: number;
  isAllowed: boolean;
  requireAuth: boolean;
  allowUnsecureAuth: boolean;
  freeBytes: number;
  max: number;
  maxPerClient: number;
  idleTimeoutMs: number;
  /** Writes are cut into pieces of so many bytes; 0 is not at all. */
  cut: number;
}

/** One thing to do, and the number of its first line. */
export type Step = { readonly line: number } & (
  | { readonly kind: "send"; bytes: string }
  | { readonly kind: "reply"; readonly expected: string; readonly isMet: (reply: string) => boolean }
  | { readonly kind: "tls" }
  | { readonly kind: "close" }
  | { readonly kind: "closed" }
);

/** A message that the spool must hold; text is one character a byte. */
export interface ExpectedMessage {
  sender: string | null;
  recipients: string[];
  received: RegExp;
  content: string;
}

/** A dialogue; `spool` is `null` until a line has said what must be there. */
export interface Dialogue {
  readonly settings: Partial<DialogueSettings>;
  readonly steps: Step[];
  spool: ExpectedMessage[] | null;
}

type ReadLine = (dialogue: Dialogue, text: string, line: number) => void;

const lines: Readonly<Record<string, ReadLine>> = {
  SET(dialogue, text) {
    demand(dialogue.steps.length === 0, "SET comes before all else");
    const [name = "", value = ""] = text.split(" ");
    const read = settings[name];
    demand(read !== undefined, `there is no setting ${name}`);
    Object.assign(dialogue.settings, read(value));
  },
  "C:": (dialogue, text, line) => send(dialogue, `${bytesOf(text)}\r\n`, line),
  "C>": (dialogue, text, line) => send(dialogue, bytesOf(text), line),
  "S:"(dialogue, text, line) {
    demand(text !== "", "S: needs a text");
    step(dialogue, { line, kind: "reply", expected: `S: ${text}`, isMet: (reply) => reply.startsWith(text) });
  },
  "S~"(dialogue, text, line) {
    const regex = new RegExp(text);
    step(dialogue, { line, kind: "reply", expected: `S~ ${text}`, isMet: (reply) => regex.test(reply) });
  },
  TLS: (dialogue, _text, line) => step(dialogue, { line, kind: "tls" }),
  CLOSE: (dialogue, _text, line) => step(dialogue, { line, kind: "close" }),
  CLOSED: (dialogue, _text, line) => step(dialogue, { line, kind: "closed" }),
  SPOOL(dialogue, text) {
    demand(text === "" || (text === "EMPTY" && dialogue.spool === null), `SPOOL ${text} makes no sense here`);
    dialogue.spool ??= [];
    if (text === "") dialogue.spool.push({ sender: null, recipients: [], received: /^/, content: "" });
  },
  "F:"(dialogue, text) {
    message(dialogue).sender = bytesOf(text);
  },
  "T:"(dialogue, text) {
    message(dialogue).recipients.push(bytesOf(text));
  },
  "R~"(dialogue, text) {
    message(dialogue).received = new RegExp(text);
  },
  "M:"(dialogue, text) {
    message(dialogue).content += `${bytesOf(text)}\r\n`;
  },
};

const settings: Readonly<Record<string, (value: string) => Partial<DialogueSettings>>> = {
  bare_newlines: (value) => ({ bareNewlines: oneOf(value, ["normalize", "reject"]) }),
  max_message_bytes: (value) => ({ maxMessageBytes: number(value) }),
  max_recipients: (value) => ({ maxRecipients: number(value) }),
  allowed: (value) => ({ isAllowed: isYes(value) }),
  require_auth: (value) => ({ requireAuth: isYes(value) }),
  unsecure_auth: (value) => ({ allowUnsecureAuth: isYes(value) }),
  max_connections: (value) => ({ max: count(value) }),
  max_connections_per_client: (value) => ({ maxPerClient: count(value) }),
  free_bytes: (value) => ({ freeBytes: number(value) }),
  idle_ms: (value) => ({ idleTimeoutMs: number(value) }),
  cut: (value) => ({ cut: number(value) }),
};

/** Reads a dialogue. @throws {SyntaxError} that leads with the number of the wrong line */
export function parseDialogue(text: string): Dialogue {
  const dialogue: Dialogue = { settings: {}, steps: [], spool: null };
  const rows = text.trimEnd().split("\n");
  for (const [index, row] of rows.entries()) {
    if (row === "" || row.startsWith("#")) continue;
    inLine(index + 1, () => {
      const [, word = "", rest = ""] = /^(\S*) ?(.*)$/.exec(row)!;
      const read = lines[word];
      demand(read !== undefined, `no line starts with ${JSON.stringify(word)}`);
      read(dialogue, rest, index + 1);
    });
  }
  inLine(rows.length, () => {
    demand(dialogue.spool !== null, "the end comes before SPOOL says what is left");
    const isWhole = dialogue.spool.every(({ sender, recipients }) => sender !== null && recipients.length > 0);
    demand(isWhole, "a message in the spool has an F: and a T:");
  });
  return dialogue;
}

function inLine(line: number, read: () => void): void {
  try {
    read();
  } catch (error) {
    throw new SyntaxError(`line ${line}: ${(error as Error).message}`, { cause: error });
  }
}

function demand(condition: boolean, complaint: string): asserts condition {
  if (!condition) throw new SyntaxError(complaint);
}

function oneOf<T extends string>(value: string, choices: readonly T[]): T {
  const choice = choices.find((name) => name === value);
  demand(choice !== undefined, `${JSON.stringify(value)} is none of ${choices.join(", ")}`);
  return choice;
}

function isYes(value: string): boolean {
  return oneOf(value, ["yes", "no"]) === "yes";
}

function number(value: string): number {
  demand(/^[1-9]\d*$/.test(value), `${JSON.stringify(value)} is no number over 0`);
  return Number(value);
}

function count(value: string): number {
  return value === "0" ? 0 : number(value);
}

function step(dialogue: Dialogue, next: Step): void {
  demand(dialogue.spool === null, "the session has ended with SPOOL");
  dialogue.steps.push(next);
}

function send(dialogue: Dialogue, bytes: string, line: number): void {
  const last = dialogue.steps.at(-1);
  if (last?.kind === "send" && dialogue.spool === null) last.bytes += bytes;
  else step(dialogue, { line, kind: "send", bytes });
}

function message({ spool }: Dialogue): ExpectedMessage {
  const last = spool?.at(-1);
  demand(last !== undefined, "this comes after SPOOL");
  return last;
}

const escapes = /\\(?:x([0-9a-fA-F]{2})|\*(\d+)\{((?:[^\\}]|\\.)*)\}|(.?))/g;
const named: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", e: "\x1b", "0": "\0", "\\": "\\" };

/** The bytes that a text stands for, one character a byte. */
function bytesOf(text: string): string {
  return replaceEscapes(Buffer.from(text, "utf8").toString("latin1"));
}

function replaceEscapes(text: string): string {
  return text.replaceAll(escapes, (whole, hex?: string, times?: string, inner?: string, name = "") => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (times !== undefined) return replaceEscapes(inner!).repeat(Number(times));
    const char = named[name];
    demand(char !== undefined, `there is no escape ${whole}`);
    return char;
  });
}

/** Bytes as a dialogue would write them. */
export function writeEscapes(bytes: string): string {
  return bytes.replaceAll(/[^ -[\]-~]/g, (char) => {
    const [name] = Object.entries(named).find(([, meaning]) => meaning === char) ?? [];
    return `\\${name ?? `x${char.charCodeAt(0).toString(16).padStart(2, "0")}`}`;
  });
}
