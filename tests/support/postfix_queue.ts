/** A Postfix that takes mail and keeps it in its queue: another opinion on what a sender has said. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pickPort } from "./e2e_ports.ts";
import { findTool, until } from "./e2e_process.ts";
import { SmtpClient } from "./e2e_smtp_client.ts";

const daemons = "/usr/lib/postfix/sbin";
const services = "/usr/share/postfix/master.cf.dist";
/** Each with its mode; `postfix check` would make them, and take seconds for it. */
const queues = {
  private: 0o700,
  public: 0o710,
  maildrop: 0o730,
  ...Object.fromEntries(
    ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "saved", "trace"].map((name) => [
      name,
      0o700,
    ]),
  ),
  pid: 0o755,
};

/** Why there can be none here, or `null`. */
export function whyNoPostfix(): string | null {
  if (findTool("postcat") === null) return "not installed: postfix";
  return process.getuid?.() === 0 ? null : "only root can start it";
}

/** See the file's first line. */
export class PostfixQueue {
  readonly port: number;
  readonly #folder: string;
  readonly #master: ChildProcess;

  private constructor(port: number, folder: string, master: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#master = master;
  }

  /** Starts one and waits until it greets. */
  static async start(): Promise<PostfixQueue> {
    const port = await pickPort();
    const folder = mkdtempSync(join(tmpdir(), "dispatch-postfix-"));
    chmodSync(folder, 0o755);
    for (const [name, mode] of Object.entries(queues)) {
      const path = join(folder, "spool", name);
      mkdirSync(path, { recursive: true });
      chmodSync(path, mode);
      if (name !== "pid") execFileSync("chown", [name.match(/public|maildrop/) ? "postfix:postdrop" : "postfix", path]);
    }
    for (const name of ["etc", "data"]) mkdirSync(join(folder, name));
    execFileSync("chown", ["postfix", join(folder, "data")]);
    writeFileSync(join(folder, "etc/main.cf"), mainSettings(folder));
    writeFileSync(join(folder, "etc/master.cf"), serviceTable(port));
    const master = spawn(join(daemons, "master"), ["-d", "-c", join(folder, "etc")], { stdio: "ignore" });
    const queue = new PostfixQueue(port, folder, master);
    await until("Postfix to greet", () =>
      SmtpClient.connect(port).then(
        (client) => client.close() ?? true,
        () => false,
      ),
    );
    return queue;
  }

  /** Sends a message as it is on the wire, and returns what the queue holds of it; one byte is one character. */
  async send(wire: string): Promise<string> {
    const client = await SmtpClient.greet(this.port);
    await client.envelope("app@x.org", ["you@x.org"]);
    await client.write(Buffer.from(wire, "latin1"));
    const reply = await client.command(".");
    client.close();
    const [, id = ""] = /queued as (\w+)/.exec(reply) ?? [];
    if (id === "") throw new Error(`Postfix says ${reply}`);
    const args = ["-c", join(this.#folder, "etc"), "-hbq", id];
    return spawnSync(findTool("postcat") as string, args).stdout.toString("latin1");
  }

  async close(): Promise<void> {
    const exit = once(this.#master, "close");
    this.#master.kill();
    await exit;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function mainSettings(folder: string): string {
  return `compatibility_level=3.6
queue_directory=${folder}/spool
data_directory=${folder}/data
command_directory=/usr/sbin
daemon_directory=${daemons}
myhostname=peer.test
mydestination=
mynetworks=127.0.0.0/8
inet_interfaces=127.0.0.1
inet_protocols=ipv4
smtpd_relay_restrictions=permit_mynetworks,reject
smtpd_peername_lookup=no
defer_transports=smtp
maillog_file=${folder}/mail.log
maillog_file_prefixes=${folder}
`;
}

/** Debian's own, without chroot, and with the SMTP service on `port`. */
function serviceTable(port: number): string {
  const rows = readFileSync(services, "utf8")
    .split("\n")
    .filter((row) => /^[a-z]/.test(row))
    .map((row) => row.split(/\s+/));
  return rows
    .map(([name, type, hidden, privileged, , ...rest]) =>
      [name === "smtp" && type === "inet" ? `127.0.0.1:${port}` : name, type, hidden, privileged, "n", ...rest].join(
        " ",
      ),
    )
    .join("\n")
    .concat("\n");
}
