import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { LargeFiles, LargeFileWriter } from "../../../core/capabilities.ts";
import { DispatchError, type ErrorCode, isDispatchError } from "../../../core/error/mod.ts";
import type { Submission } from "../../../core/ingest/intake.ts";
import { type IntakeSettings, SpoolingIntake } from "../../../core/ingest/spooling_intake.ts";
import type { AppendResult, NewSpoolMessage } from "../../../core/spool/mod.ts";
import { TestClock } from "../../support/spool_fixture.ts";

const mebibyte = 1024 * 1024;
const inlineLimit = 256 * 1024;
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
const header = "From: app@example.org\r\nDate: Sun, 22 Nov 2026 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n";
const refusedWith = (code: ErrorCode) => (error: unknown) => isDispatchError(error, code);

/** Large files in memory. */
class MemoryFiles implements LargeFiles {
  readonly unfinished = new Map<string, Uint8Array[]>();
  readonly committed = new Map<string, Uint8Array>();
  failure: Error | null = null;
  /** What `create` waits for. */
  gate: Promise<void> = Promise.resolve();

  async create(name: string): Promise<LargeFileWriter> {
    await this.gate;
    if (this.failure !== null) throw this.failure;
    const chunks: Uint8Array[] = [];
    this.unfinished.set(name, chunks);
    return {
      write: async (chunk) => {
        if (this.failure !== null) throw this.failure;
        chunks.push(chunk.slice());
      },
      commit: async () => {
        this.unfinished.delete(name);
        this.committed.set(name, new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()));
      },
      abort: async () => {
        this.unfinished.delete(name);
        this.committed.delete(name);
      },
    };
  }

  open(name: string): ReadableStream<Uint8Array> {
    throw new TypeError(`Cannot open a file that is only written: current value is ${name}`);
  }

  async remove(name: string): Promise<void> {
    this.committed.delete(name);
  }

  async list(): Promise<string[]> {
    return [...this.unfinished.keys(), ...this.committed.keys()];
  }
}

describe("SpoolingIntake", () => {
  let files: MemoryFiles;
  let clock: TestClock;
  let freeBytes: number;
  let settings: IntakeSettings;
  let stored: NewSpoolMessage[];
  let append: (message: NewSpoolMessage) => Promise<AppendResult>;
  let intake: SpoolingIntake;

  beforeEach(() => {
    files = new MemoryFiles();
    clock = new TestClock();
    freeBytes = 1000 * mebibyte;
    settings = { serverName: "relay.example.org", maxRecipients: 3, bareNewlines: "normalize" };
    stored = [];
    append = async (message) => {
      stored.push(message);
      return { kind: "stored" };
    };
    let last = 0;
    intake = new SpoolingIntake({
      spool: { append: (message) => append(message) },
      largeFiles: files,
      disk: { freeBytes: () => freeBytes },
      clock,
      createMessageId: () => `spl_${++last}`,
      settings: () => settings,
    });
  });

  function submission(overrides: Partial<Submission> = {}): Submission {
    return {
      sender: "app@example.org",
      recipients: ["you@example.org"],
      origin: { source: "smtp", clientAddress: "192.0.2.7", tls: null, apiKeyId: null, smtpUser: null },
      maxBytes: 25 * mebibyte,
      clientName: "printer.example.org",
      protocol: "ESMTP",
      ...overrides,
    };
  }

  async function submit(chunks: readonly Uint8Array[], overrides: Partial<Submission> = {}) {
    const message = intake.begin(submission(overrides));
    for (const chunk of chunks) await message.write(chunk);
    return await message.finish();
  }

  function inlineText(): string {
    const { content } = stored[0]!;
    assert.equal(content.kind, "inline");
    return content.kind === "inline" ? decode(content.bytes) : "";
  }

  /** Chunks of 64 KiB that end up as a stored message of `sizeBytes`. */
  async function chunksForStoredSize(sizeBytes: number): Promise<Uint8Array[]> {
    await submit([encode(`${header}\r\n`)]);
    const overhead = stored.pop()!.sizeBytes;
    const body = encode(`${header}\r\n${"x".repeat(sizeBytes - overhead - 2)}\r\n`);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < body.length; at += 65536) chunks.push(body.slice(at, at + 65536));
    return chunks;
  }

  it("puts a Received line first and keeps every other byte", async () => {
    const original = `${header}To: you@example.org\r\nX-Odd:\t odd \u00e9\r\n\r\n.dot\r\n\0\u00ff\r\nend\r\n`;
    const bytes = Uint8Array.from(original, (character) => character.charCodeAt(0));
    await submit([bytes]);
    const text = inlineText();
    assert.match(text, /^Received: from printer\.example\.org \(\[192\.0\.2\.7\]\)\r?\n? by relay\.example\.org/);
    assert.ok(text.endsWith(`\r\n${original}`));
    assert.equal(text.indexOf("From: "), text.length - original.length);
    assert.equal(stored[0]!.sizeBytes, text.length);
  });

  it("stores the same bytes however they were cut into chunks", async () => {
    const lines = Array.from({ length: 200 }, (_, n) => `line ${n}\r\n`).join("");
    const bytes = encode(`${header}Subject: cut\r\n\r\none\r\n\r\n${lines}`);
    await submit([bytes]);
    await submit(Array.from(bytes, (byte) => Uint8Array.of(byte)));
    const [whole, cut] = stored.map(({ content }) => (content.kind === "inline" ? decode(content.bytes) : ""));
    assert.equal(cut?.replaceAll("spl_2", "spl_1"), whole);
  });

  it("gives the spool the envelope, the origin and what the headers say", async () => {
    const tls = { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };
    const origin = { ...submission().origin, tls };
    await submit([encode(`${header}Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-Dispatch-Tag: invoice\r\n\r\n`)], {
      sender: "",
      origin,
      tags: ["api"],
      attachments: ["a.pdf"],
    });
    const { content: _content, sizeBytes: _size, ...message } = stored[0]!;
    assert.deepEqual(message, {
      id: "spl_1",
      sender: "",
      recipients: [{ address: "you@example.org", kind: "bcc" }],
      origin,
      acceptedAtMs: clock.now,
      subject: "Grüße",
      messageId: "1@example.org",
      tags: ["api", "invoice"],
      attachments: ["a.pdf"],
    });
    assert.doesNotMatch(inlineText(), /X-Dispatch-Tag/i);
  });

  it("gives the spool the names of the files in a message that came whole", async () => {
    const multipart = `${header}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n`;
    await submit([
      encode(multipart),
      encode("--b\r\nContent-Type: application/pdf; name=r.pdf\r\n\r\nAAAA\r\n--b--\r\n"),
    ]);
    assert.deepEqual(stored[0]!.attachments, ["r.pdf"]);
  });

  it("tells recipients in To, Cc and nowhere apart", async () => {
    await submit([encode(`${header}To: A@example.org\r\nCc: b@example.org\r\n\r\n`)], {
      recipients: ["a@example.org", "b@example.org", "c@example.org"],
    });
    assert.deepEqual(
      stored[0]!.recipients.map(({ kind }) => kind),
      ["to", "cc", "bcc"],
    );
  });

  it("takes a blind recipient for one, whatever the headers say", async () => {
    await submit([encode(`${header}To: a@example.org\r\n\r\n`)], {
      recipients: ["a@example.org"],
      blindRecipients: ["a@example.org"],
    });
    assert.equal(stored[0]!.recipients[0]?.kind, "bcc");
  });

  it("drops Bcc from what came over HTTP, and leaves it in what came over SMTP", async () => {
    const bytes = () => encode(`${header}Bcc: c@example.org\r\n\r\n`);
    await submit([bytes()]);
    assert.match(inlineText(), /^Bcc: c@example\.org\r$/m);
    stored.length = 0;
    await submit([bytes()], { origin: { ...submission().origin, source: "http" } });
    assert.doesNotMatch(inlineText(), /c@example\.org/);
  });

  it("keeps a message of 256 KiB in a row", async () => {
    await submit(await chunksForStoredSize(inlineLimit));
    assert.equal(stored[0]!.sizeBytes, inlineLimit);
    assert.equal(stored[0]!.content.kind, "inline");
    assert.deepEqual(await files.list(), []);
  });

  it("keeps a message of one byte more in a file, whole", async () => {
    const chunks = await chunksForStoredSize(inlineLimit + 1);
    await submit(chunks);
    const { content, sizeBytes, id } = stored[0]!;
    assert.deepEqual(content, { kind: "large", name: `${id}.eml` });
    const file = files.committed.get(`${id}.eml`)!;
    assert.equal(file.length, sizeBytes);
    assert.equal(sizeBytes, inlineLimit + 1);
    const original = chunks.map(decode).join("");
    assert.ok(decode(file).startsWith("Received: "));
    assert.ok(decode(file).endsWith(original));
  });

  it("refuses a message as soon as it is too large, and leaves nothing behind", async () => {
    const message = intake.begin(submission({ maxBytes: mebibyte }));
    const write = async () => {
      for (let i = 0; i < 20; i++) await message.write(encode("x".repeat(65536)));
    };
    await assert.rejects(write(), refusedWith("message_too_large"));
    await message.abort();
    assert.deepEqual(await files.list(), []);
    assert.equal(stored.length, 0);
  });

  it("takes a message of exactly the greatest size", async () => {
    const bytes = encode(`${header}\r\n${"x".repeat(1000)}\r\n`);
    await submit([bytes], { maxBytes: bytes.length });
    assert.throws(
      () => intake.begin(submission({ maxBytes: bytes.length - 1 })).write(bytes),
      refusedWith("message_too_large"),
    );
  });

  it("leaves nothing behind when a large message is given up", async () => {
    const message = intake.begin(submission());
    for (let i = 0; i < 10; i++) await message.write(encode("x".repeat(65536)));
    assert.equal((await files.list()).length, 1);
    await message.abort();
    await message.abort();
    assert.deepEqual(await files.list(), []);
  });

  it("leaves nothing behind when a message is given up while its file is being made", async () => {
    let open = (): void => undefined;
    files.gate = new Promise((resolve) => {
      open = resolve;
    });
    const message = intake.begin(submission());
    const write = Promise.resolve(message.write(encode("x".repeat(inlineLimit + 1))));
    await message.abort();
    open();
    await assert.rejects(write, refusedWith("message_incomplete"));
    assert.deepEqual(await files.list(), []);
  });

  it("answers spool_unavailable when a large file can't be written", async () => {
    const message = intake.begin(submission());
    await message.write(encode(`${header}\r\n`));
    files.failure = new Error("ENOSPC: no space left on device");
    const write = async () => await message.write(encode("x".repeat(inlineLimit)));
    await assert.rejects(write(), refusedWith("spool_unavailable"));
  });

  it("passes on that the spool could not store the message", async () => {
    append = () => Promise.reject(new DispatchError("spool_unavailable", { reason: "disk full" }));
    await assert.rejects(submit([encode(header)]), refusedWith("spool_unavailable"));
  });

  it("answers a repeated request with the first message and removes the second one's file", async () => {
    append = async () => ({ kind: "replayed", id: "spl_first" });
    const idempotency = { scope: "key_1", key: "k", bodyDigest: "aa" };
    const accepted = await submit(largeChunks(), { idempotency });
    assert.deepEqual(accepted, { id: "spl_first", replayed: true });
    assert.deepEqual(await files.list(), []);
  });

  it("refuses a repeated key with another body and removes the file", async () => {
    append = async () => ({ kind: "conflict" });
    const idempotency = { scope: "key_1", key: "k", bodyDigest: "bb" };
    await assert.rejects(submit(largeChunks(), { idempotency }), refusedWith("idempotency_conflict"));
    assert.deepEqual(await files.list(), []);
  });

  it("hands the idempotency claim to the spool", async () => {
    const idempotency = { scope: "key_1", key: "k", bodyDigest: "aa" };
    assert.deepEqual(await submit([encode(header)], { idempotency }), { id: "spl_1", replayed: false });
    assert.deepEqual(stored[0]!.idempotency, idempotency);
  });

  it("refuses a message without recipients, or with too many", () => {
    assert.throws(() => intake.begin(submission({ recipients: [] })), refusedWith("no_recipients"));
    const recipients = ["a@x.org", "b@x.org", "c@x.org", "d@x.org"];
    assert.throws(() => intake.begin(submission({ recipients })), refusedWith("too_many_recipients"));
    intake.begin(submission({ recipients: recipients.slice(1) }));
  });

  it("refuses all messages when the disk is nearly full", () => {
    freeBytes = 200 * mebibyte - 1;
    assert.throws(() => intake.begin(submission()), refusedWith("disk_nearly_full"));
    freeBytes = 200 * mebibyte;
    intake.begin(submission());
  });

  it("holds the answer back while the disk is low", async () => {
    freeBytes = 350 * mebibyte;
    let isDone = false;
    const accepted = submit([encode(header)]).then((value) => {
      isDone = true;
      return value;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.advance(499);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(isDone, false);
    clock.advance(1);
    assert.deepEqual(await accepted, { id: "spl_1", replayed: false });
  });

  it("refuses a bare newline when the setting says so", async () => {
    settings = { ...settings, bareNewlines: "reject" };
    await assert.rejects(submit([encode(`${header}\r\none\ntwo\r\n`)]), refusedWith("bare_newline"));
    settings = { ...settings, bareNewlines: "normalize" };
    await submit([encode(`${header}\r\none\ntwo\r\n`)]);
    assert.ok(inlineText().endsWith("\r\n\r\none\r\ntwo\r\n"));
  });

  it("refuses a message that goes round in a loop", async () => {
    const hops = (count: number) => encode(`${"Received: by a\r\n".repeat(count)}${header}\r\n`);
    await submit([hops(30)]);
    await assert.rejects(submit([hops(31)]), refusedWith("mail_loop"));
  });

  /** Chunks of a message that goes to a file. */
  function largeChunks(): Uint8Array[] {
    return Array.from({ length: 6 }, () => encode("x".repeat(65536)));
  }
});
