/** Postfix's smtp-sink as the smart host: a receiver that shares no line of code with Dispatch. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pickPort } from "./e2e_ports.ts";
import { findTool, until } from "./e2e_process.ts";

/** A message as smtp-sink wrote it down. */
export interface DumpedMessage {
  /** The path of `MAIL FROM`, in its angle brackets. */
  readonly sender: string;
  /** The arguments of each `RCPT TO`. */
  readonly recipients: readonly string[];
  /** The content as it came, but for line ends: smtp-sink writes LF. One byte is one character. */
  readonly content: string;
}

/** The headers that smtp-sink puts before each message; the last one is a `Received` of three lines. */
const dumpHeaders = /^(?:X-[A-Za-z-]+: .*\n)+Received: .*\n\t.*\n\t.*\n/;

/** See the file's first line. */
export class PostfixSink {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
  }

  /** Starts smtp-sink on a free port and waits until it listens. */
  static async start(): Promise<PostfixSink> {
    const folder = await mkdtemp(join(tmpdir(), "dispatch-smtp-sink-"));
    const port = await pickPort();
    // As root smtp-sink wants another user, who has to be able to write.
    await chmod(folder, 0o777);
    const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
    const args = [...user, "-d", join(folder, "mail."), `127.0.0.1:${port}`, "64"];
    const child = spawn(findTool("smtp-sink") as string, args, { stdio: "ignore" });
    await until("smtp-sink to listen", () => canConnect(port));
    return new PostfixSink(port, child, folder);
  }

  /** All messages that are complete, in no order. */
  async messages(): Promise<DumpedMessage[]> {
    const names = await readdir(this.#folder);
    const dumps = await Promise.all(names.map((name) => readFile(join(this.#folder, name), "latin1")));
    // An empty line ends each dump: what has none is still being written.
    return dumps.filter((dump) => dumpHeaders.test(dump) && dump.endsWith("\n\n")).map(parseDump);
  }

  /** Ends smtp-sink and removes what it wrote. */
  async close(): Promise<void> {
    const exit = once(this.#child, "close");
    this.#child.kill();
    await exit;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function parseDump(dump: string): DumpedMessage {
  const head = (dumpHeaders.exec(dump) as RegExpExecArray)[0];
  const valuesOf = (name: string) =>
    Array.from(head.matchAll(new RegExp(`^${name}: (.*)$`, "gm")), ([, value]) => value);
  return {
    sender: /^<[^>]*>/.exec(valuesOf("X-Mail-Args")[0] ?? "")?.[0] ?? "",
    recipients: valuesOf("X-Rcpt-Args") as string[],
    content: dump.slice(head.length, -1),
  };
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
