/**
 * An OpenSMTPD that takes mail on loopback and relays it to Dispatch. Its program insists on paths and users of its own;
 * it finds them in a mount namespace, so that nothing on the host changes. Needs root.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pickPort } from "./e2e_ports.ts";
import { findTool, until } from "./e2e_process.ts";
import { SmtpClient } from "./e2e_smtp_client.ts";

/** What an OpenSMTPD is told. */
export interface OpenSmtpdOptions {
  /** Path of the certificates that it trusts. */
  readonly certificates: string;
  /** For each domain of recipients what stands behind `relay` in its action. */
  readonly relays: Readonly<Record<string, string>>;
  /** Credentials that a relay's URL may name: `name:password` by label. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Names it looks up, as Debian's package would have made them. */
const users = ["opensmtpd:x:64100:64100::/var/lib/opensmtpd/empty:/bin/false", "opensmtpq:x:64101:64101::/:/bin/false"];
const groups = ["opensmtpd:x:64100:", "opensmtpq:x:64101:"];

/** Run in the namespace: $1 is the folder, $2 the certificates, $3 the program. */
const enter = `set -e
for name in passwd group resolv.conf; do [ ! -e "/etc/$name" ] || mount --bind "$1/$name" "/etc/$name"; done
for folder in /etc/ssl/certs /var/spool /var/lib /run; do mount -t tmpfs tmpfs "$folder"; done
cp "$2" /etc/ssl/certs/ca-certificates.crt
mkdir -p /var/lib/opensmtpd/empty
mkdir -m 711 /var/spool/smtpd
exec "$3" -d -f "$1/smtpd.conf"`;

/** Why no OpenSMTPD can be started here, or `null`. */
export function openSmtpdObstacle(): string | null {
  if (process.getuid?.() !== 0) return "needs root";
  return spawnSync("unshare", ["--mount", "true"]).status === 0 ? null : "needs a mount namespace";
}

/** See the file's first lines. */
export class OpenSmtpd {
  readonly #child: ChildProcess;
  readonly #folder: string;
  /** Where it takes mail. */
  readonly port: number;
  #log = "";

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#log += chunk;
      });
    }
  }

  /** Starts one and waits until it listens. */
  static async start(options: OpenSmtpdOptions): Promise<OpenSmtpd> {
    const folder = await mkdtemp(join(tmpdir(), "dispatch-opensmtpd-"));
    const port = await pickPort();
    await writeFile(join(folder, "passwd"), `${await readFile("/etc/passwd", "utf8")}${users.join("\n")}\n`);
    await writeFile(join(folder, "group"), `${await readFile("/etc/group", "utf8")}${groups.join("\n")}\n`);
    await writeFile(join(folder, "resolv.conf"), "nameserver 127.0.0.1\n");
    await writeFile(join(folder, "smtpd.conf"), configOf(port, options), { mode: 0o600 });
    const program = [folder, options.certificates, findTool("smtpd") as string];
    const child = spawn("unshare", ["--mount", "sh", "-c", enter, "sh", ...program]);
    const server = new OpenSmtpd(child, folder, port);
    await server.logged(/OpenSMTPD \S+ starting/);
    await until("OpenSMTPD to listen", () => server.#isListening());
    return server;
  }

  /** Hands it a message whose lines end in CRLF and whose dots are doubled; returns its reply. */
  async submit(sender: string, recipient: string, content: string): Promise<string> {
    const client = await SmtpClient.greet(this.port);
    try {
      return await client.send(sender, [recipient], content);
    } finally {
      client.close();
    }
  }

  /** Waits until it has logged a line like this. @throws with all that it has logged instead. */
  async logged(pattern: RegExp): Promise<void> {
    try {
      await until(`OpenSMTPD to log ${pattern}`, () => pattern.test(this.#log));
    } catch (cause) {
      throw new Error(`${(cause as Error).message}:\n${this.#log}`, { cause });
    }
  }

  /** Ends it and removes its folder. */
  async close(): Promise<void> {
    const exit = once(this.#child, "close");
    this.#child.kill();
    await exit;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #isListening(): Promise<boolean> {
    try {
      (await SmtpClient.connect(this.port)).close();
      return true;
    } catch {
      return false;
    }
  }
}

function configOf(port: number, { relays, secrets }: OpenSmtpdOptions): string {
  const credentials = Object.entries(secrets).map(([label, secret]) => `"${label}" = "${secret}"`);
  const actions = Object.entries(relays).flatMap(([domain, relay]) => [
    `action "${domain}" relay ${relay}`,
    `match from any for domain "${domain}" action "${domain}"`,
  ]);
  const lines = [
    ...(credentials.length === 0 ? [] : [`table secrets { ${credentials.join(", ")} }`]),
    `listen on 127.0.0.1 port ${port} hostname opensmtpd.example.org`,
    ...actions,
  ];
  return `${lines.join("\n")}\n`;
}
