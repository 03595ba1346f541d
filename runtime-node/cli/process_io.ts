/** {@link CliIo} of this process. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { type CliIo, ClosedOutput } from "./cli_io.ts";
import { readLimited, writeWhole } from "./given_files.ts";

/** Returns the standard streams, files and signals of this process. */
export function processIo(): CliIo {
  // Each write reports its own failure; without a listener the same failure would also end the process.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  return {
    isInteractive: process.stdin.isTTY === true,
    printsToTerminal: process.stdout.isTTY === true,
    print: (chunk) => write(process.stdout, chunk),
    notify: (line) => write(process.stderr, `${line}\n`),
    readInput,
    askSecret,
    readFile: readLimited,
    writeFile: writeWhole,
    onInterrupt,
  };
}

function write(stream: NodeJS.WriteStream, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => {
      if (!error) resolve();
      else reject(isClosed(error) ? new ClosedOutput("nobody reads the output", { cause: error }) : error);
    });
  });
}

function isClosed(error: NodeJS.ErrnoException): boolean {
  return error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED" || error.code === "EOF";
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function askSecret(question: string): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  // The echo is off from here on: before the question is read, and answered by whoever is fast.
  const reader = createInterface({ input: process.stdin, output: silence, terminal: true });
  try {
    await write(process.stderr, question);
    return await reader.question("");
  } finally {
    reader.close();
    await write(process.stderr, "\n");
  }
}

function onInterrupt(callback: () => void): () => void {
  process.on("SIGINT", callback);
  process.on("SIGTERM", callback);
  return () => {
    process.off("SIGINT", callback);
    process.off("SIGTERM", callback);
  };
}
