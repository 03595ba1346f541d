/** A Postfix of its own folder that takes mail on loopback and hands all of it to one relay host. Needs root. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pickPort } from "./e2e_ports.ts";
import { findTool, run, until } from "./e2e_process.ts";
import { SmtpClient } from "./e2e_smtp_client.ts";

/** What a Postfix is told about its relay host. */
export interface PostfixRelayOptions {
  /** The port of the relay host, whose name is `localhost`. */
  readonly port: number;
  /** Path of the certificates that it trusts; read when a client process starts. */
  readonly certificates: string;
  /** Lines of main.cf beyond what every one needs. */
  readonly settings: readonly string[];
}

/** master.cf without what it takes mail by: service, type, private, unprivileged, chroot, wakeup, limit, program. */
const services = `
pickup    unix        n  -  n  60    1  pickup
cleanup   unix        n  -  n  -     0  cleanup
qmgr      unix        n  -  n  300   1  qmgr
tlsmgr    unix        -  -  n  1000? 1  tlsmgr
rewrite   unix        -  -  n  -     -  trivial-rewrite
bounce    unix        -  -  n  -     0  bounce
defer     unix        -  -  n  -     0  bounce
trace     unix        -  -  n  -     0  bounce
flush     unix        n  -  n  1000? 0  flush
proxymap  unix        -  -  n  -     -  proxymap
smtp      unix        -  -  n  -     -  smtp
error     unix        -  -  n  -     -  error
retry     unix        -  -  n  -     -  error
anvil     unix        -  -  n  -     1  anvil
scache    unix        -  -  n  -     1  scache
tlsproxy  unix        -  -  n  -     0  tlsproxy
postlog   unix-dgram  n  -  n  -     1  postlogd
`;

/** See the file's first line. */
export class PostfixRelay {
  readonly #folder: string;
  readonly #port: number;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /** Starts one and waits until it listens. */
  static async start(options: PostfixRelayOptions): Promise<PostfixRelay> {
    const folder = await mkdtemp(join(tmpdir(), "dispatch-postfix-"));
    // Its processes are another user's.
    await chmod(folder, 0o755);
    for (const name of ["etc", "spool", "data"]) await mkdir(join(folder, name));
    const relay = new PostfixRelay(folder, await pickPort());
    await writeFile(join(folder, "etc/main.cf"), mainConfig(folder, options));
    await writeFile(join(folder, "etc/master.cf"), `127.0.0.1:${relay.#port} inet n - n - - smtpd${services}`);
    assert.equal((await run(["chown", "postfix", join(folder, "data")])).code, 0);
    assert.equal(await relay.#tell("start"), 0);
    await relay.logged(/started -- version/);
    return relay;
  }

  /** Where it takes mail. */
  get port(): number {
    return this.#port;
  }

  /** All that it has logged. */
  log(): Promise<string> {
    return this.#log();
  }

  /** Hands it a message whose lines end in CRLF and whose dots are doubled. */
  async submit(sender: string, recipient: string, content: string): Promise<void> {
    const client = await SmtpClient.greet(this.#port);
    try {
      assert.match(await client.send(sender, [recipient], content), /^250 /);
    } finally {
      client.close();
    }
  }

  /** Waits until it has logged a line like this. @throws with all that it has logged instead. */
  async logged(pattern: RegExp): Promise<void> {
    try {
      await until(`Postfix to log ${pattern}`, async () => pattern.test(await this.#log()));
    } catch (cause) {
      throw new Error(`${(cause as Error).message}:\n${await this.#log()}`, { cause });
    }
  }

  /** Has it read its settings and tables anew, and try everything that waits. */
  async retryAnew(): Promise<void> {
    assert.equal(await this.#tell("reload"), 0);
    assert.equal(await this.#tell("flush"), 0);
  }

  /** Ends it and removes its folder. */
  async close(): Promise<void> {
    await this.#tell("stop");
    // Its processes may outlive their master by a moment.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #log(): Promise<string> {
    try {
      return await readFile(join(this.#folder, "mail.log"), "utf8");
    } catch {
      return "";
    }
  }

  /** Runs `postfix` with a command and returns its exit code. What it starts would keep a pipe open, so it has none. */
  async #tell(command: string): Promise<number | null> {
    const words = ["-c", join(this.#folder, "etc"), command];
    const [code] = await once(spawn(findTool("postfix") as string, words, { stdio: "ignore" }), "close");
    return code;
  }
}

function mainConfig(folder: string, { port, certificates, settings }: PostfixRelayOptions): string {
  const lines = [
    "compatibility_level = 3.6",
    `queue_directory = ${folder}/spool`,
    `data_directory = ${folder}/data`,
    `maillog_file = ${folder}/mail.log`,
    `maillog_file_prefixes = ${folder}`,
    "myhostname = postfix.example.org",
    "mydestination =",
    "alias_maps =",
    "mynetworks = 127.0.0.0/8",
    "inet_interfaces = 127.0.0.1",
    "inet_protocols = ipv4",
    "smtpd_peername_lookup = no",
    "smtp_dns_support_level = disabled",
    `relayhost = [localhost]:${port}`,
    `smtp_tls_CAfile = ${certificates}`,
    ...settings,
  ];
  return `${lines.join("\n")}\n`;
}
