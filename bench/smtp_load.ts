/** Load from Postfix's smtp-source, and the two smart hosts: one that takes everything, one that never speaks. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { findTool, run, until } from "../tests/support/e2e_process.ts";
import { SmtpClient } from "../tests/support/e2e_smtp_client.ts";

/** What smtp-source sends. */
export interface LoadOptions {
  readonly port: number;
  readonly messages: number;
  /** Whether a connection takes one message after the other; else each message has a connection of its own. */
  readonly keepsConnections: boolean;
}

const connections = 20;
const messageBytes = 4096;

/** Sends the messages and returns how many were acknowledged a second. */
export async function sendLoad({ port, messages, keepsConnections }: LoadOptions): Promise<number> {
  const options = ["-s", connections, "-l", messageBytes, "-m", messages, "-f", "a@example.org", "-t", "b@example.org"];
  const startedMs = performance.now();
  const command = [tool("smtp-source"), ...options.map(String), ...(keepsConnections ? ["-d"] : [])];
  const result = await run([...command, `127.0.0.1:${port}`], { timeoutMs: 300_000 });
  if (result.code !== 0) throw new Error(`smtp-source failed: ${result.stderr}`);
  return (messages * 1000) / (performance.now() - startedMs);
}

/** An smtp-sink that ends once it has received `messages`. */
export class CountingSink {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exit = once(child, "close");
  }

  /** Starts one on `port`. */
  static async start(port: number, messages: number): Promise<CountingSink> {
    const args = ["-u", "nobody", "-M", String(messages), `127.0.0.1:${port}`, "256"];
    const sink = new CountingSink(spawn(tool("smtp-sink"), args, { stdio: "ignore" }));
    await until("smtp-sink to listen", async () => {
      const client = await SmtpClient.connect(port).catch(() => null);
      client?.close();
      return client !== null;
    });
    return sink;
  }

  /** Resolves once all messages are there. */
  async full(): Promise<void> {
    await this.#exit;
  }

  /** Ends it before that. */
  async close(): Promise<void> {
    this.#child.kill();
    await this.#exit;
  }
}

/**
 * A smart host that takes connections and never says a word, so that what is accepted stays where it is: then the rate of
 * accepting is measured without that of delivering.
 */
export async function startSilentHost(port: number): Promise<() => void> {
  const server = createServer((socket) => socket.on("error", () => undefined)).listen(port, "127.0.0.1");
  await once(server, "listening");
  return () => server.close();
}

function tool(name: string): string {
  const path = findTool(name);
  if (path === null) throw new Error(`${name} is not installed; it comes with Debian's package postfix`);
  return path;
}
