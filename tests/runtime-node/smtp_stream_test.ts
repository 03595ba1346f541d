import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { SmtpStream, type TakeLine } from "../../runtime-node/smtp_stream.ts";

/** Writes down what comes, and answers at once; DATA begins a message, whose content is written down when it is whole. */
function collect(): { stream: SmtpStream; came: string[] } {
  const came: string[] = [];
  const take: TakeLine = (line, next) => {
    came.push(line.kind === "line" ? Buffer.from(line.bytes).toString("latin1") : line.kind);
    if (came.at(-1) === "DATA") receive();
    next();
  };
  const stream = new SmtpStream(take, () => false);
  function receive(): void {
    let content = "";
    const message = stream.startDataMode();
    message.on("data", (chunk: Buffer) => {
      content += chunk.toString("latin1");
    });
    message.on("end", () => {
      came.push(`content ${JSON.stringify(content)}`);
      setImmediate(() => stream.continue());
    });
  }
  return { stream, came };
}

const write = (stream: SmtpStream, text: string) =>
  new Promise<void>((resolve) => stream.write(Buffer.from(text, "latin1"), () => resolve()));

test("SmtpStream hands over commands and whole messages in the order in which one write holds them", async () => {
  const { stream, came } = collect();
  await write(stream, "MAIL\r\nDATA\r\n..a\r\n.\r\nDATA\r\n.\r\nRSET\r\nDATA\r\nb\r\n.\r\nQU");
  await write(stream, "IT\r\n");
  const content = (text: string) => `content ${JSON.stringify(text)}`;
  assert.deepEqual(came, [
    "MAIL",
    "DATA",
    content(".a\r\n"),
    "DATA",
    content(""),
    "RSET",
    "DATA",
    content("b\r\n"),
    "QUIT",
  ]);
});

test("SmtpStream reads no command before the message has its answer", async () => {
  const lines: string[] = [];
  const stream = new SmtpStream(
    ({ kind }, next) => {
      lines.push(kind);
      if (lines.length === 1) stream.startDataMode().resume();
      next();
    },
    () => false,
  );
  const isWritten = write(stream, "DATA\r\nHello\r\n.\r\nNOOP\r\n");
  await nextTurn();
  await nextTurn();
  assert.equal(lines.length, 1);
  stream.continue();
  await isWritten;
  assert.equal(lines.length, 2);
});

test("SmtpStream takes no more content than the message's reader does", async () => {
  const { stream } = collect();
  const message = stream.startDataMode().pause();
  const chunk = "x".repeat(100_000);
  let written = 0;
  void write(stream, chunk).then(() => (written += 1));
  void write(stream, chunk).then(() => (written += 1));
  await nextTurn();
  assert.equal(written, 0);
  assert.equal(message.readableLength, chunk.length);
  let read = 0;
  message.on("data", ({ length }: Buffer) => {
    read += length;
  });
  message.resume();
  await write(stream, "\r\n");
  assert.deepEqual([written, read], [2, 2 * chunk.length + 2]);
});

test("SmtpStream goes on reading when the message's reader is gone", async () => {
  const { stream } = collect();
  const message = stream.startDataMode().pause();
  const isWritten = write(stream, "x".repeat(100_000));
  message.destroy();
  await isWritten;
  await write(stream, "x".repeat(100_000));
  assert.equal(stream.dataBytes, 200_000);
});

test("SmtpStream throws away what comes once it is closed, what waits behind a command included", async () => {
  const lines: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const stream = new SmtpStream(
    ({ kind }, next) => {
      lines.push(kind);
      void promise.then(next);
    },
    () => false,
  );
  const isWritten = write(stream, "QUIT\r\nNOOP\r\nNOO");
  stream.isClosed = true;
  resolve();
  await isWritten;
  await write(stream, "P\r\n");
  assert.deepEqual(lines, ["line"]);
});

test("SmtpStream gives others a turn among many commands", async () => {
  const { stream, came } = collect();
  const isWritten = write(stream, "NOOP\r\n".repeat(250));
  await nextTurn();
  assert.ok(came.length < 250, `${came.length}`);
  await isWritten;
  assert.equal(came.length, 250);
});

test("SmtpStream does nothing of a line whose end never came", async () => {
  const { stream, came } = collect();
  stream.end("NOOP\r\nQUIT");
  await once(stream, "finish");
  assert.deepEqual(came, ["NOOP"]);
});

test("SmtpStream tells of a handler that throws", async () => {
  const stream = new SmtpStream(
    () => {
      throw new TypeError("planted");
    },
    () => false,
  );
  stream.write("NOOP\r\n");
  const [error] = await once(stream, "error");
  assert.equal((error as Error).message, "planted");
});
