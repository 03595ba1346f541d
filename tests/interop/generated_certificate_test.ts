/** Other programs connect to a server with a generated certificate, which is all that they trust. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createServer, type Server } from "node:tls";
import { generateSelfSigned, type KeyKind, type TlsIdentity } from "../../core/certificate/mod.ts";
import { findTool, run } from "../support/e2e_process.ts";
import { projectRoot } from "../support/e2e_project_files.ts";

/** Whom a client connects to, and what it trusts. */
interface Connection {
  readonly host: string;
  readonly port: number;
  /** PEM file with the only certificate that is trusted. */
  readonly pinned: string;
  /** An empty folder of the client's own. */
  readonly folder: string;
  /** Where the clients are that were compiled. */
  readonly programs: string;
}

interface Client {
  readonly name: string;
  /** Where one is missing the tests are left out, and that is said. */
  readonly tools: readonly string[];
  /** The command that puts it into a folder, once: to compile takes longer than to connect. */
  readonly compile?: (programs: string) => readonly string[];
  /** The command that ends with 0 when the server was trusted; after others that prepare it. */
  readonly commands: (connection: Connection) => readonly (readonly string[])[];
}

const clientFolder = `${projectRoot}tests/interop/clients`;
const runtime = (name: string, ...options: string[]) => [`${projectRoot}node_modules/.bin/${name}`, ...options];

function script(name: string, command: readonly string[], ...options: string[]): Client {
  const commands = ({ host, port, pinned }: Connection) => [[...command, host, String(port), pinned, ...options]];
  return { name, tools: [command[0]!], commands };
}

const java: Client = {
  name: "Java",
  tools: ["javac", "java"],
  compile: (programs) => ["javac", "-d", programs, `${clientFolder}/tls_client.java`],
  commands: ({ host, port, pinned, programs }) => [
    // Without the compiler that makes long runs faster, a short one takes half the time.
    ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", programs, "TlsClient", host, String(port), pinned],
  ],
};

const go: Client = {
  name: "Go",
  tools: ["go"],
  compile: (programs) => ["go", "build", "-o", `${programs}/go_client`, `${clientFolder}/tls_client.go`],
  commands: ({ host, port, pinned, programs }) => [[`${programs}/go_client`, host, String(port), pinned]],
};

function openssl(name: string, ...options: string[]): Client {
  const commands = ({ host, port, pinned }: Connection) => {
    const identity = /^[\d.]+$/.test(host) ? ["-verify_ip", host] : ["-verify_hostname", host];
    const verify = ["-verify_return_error", ...identity, "-CAfile", pinned, ...options];
    return [["openssl", "s_client", "-connect", `127.0.0.1:${port}`, ...verify]];
  };
  return { name, tools: ["openssl"], commands };
}

const clients: readonly Client[] = [
  openssl("OpenSSL"),
  openssl("OpenSSL at its strictest", "-x509_strict"),
  openssl("OpenSSL with partial chains", "-partial_chain"),
  {
    name: "curl",
    tools: ["curl"],
    commands: ({ host, port, pinned }) => [
      ["curl", "-sS", "--cacert", pinned, "--resolve", `*:${port}:127.0.0.1`, `https://${host}:${port}/`],
    ],
  },
  {
    name: "GnuTLS",
    tools: ["gnutls-cli"],
    commands: ({ host, port, pinned }) => [
      ["gnutls-cli", "--x509cafile", pinned, "--verify-hostname", host, "--port", String(port), "127.0.0.1"],
    ],
  },
  {
    name: "NSS, with the certificate as a trusted peer",
    tools: ["certutil", "tstclnt"],
    commands: ({ host, port, pinned, folder }) => [
      ["certutil", "-N", "-d", `sql:${folder}`, "--empty-password"],
      ["certutil", "-A", "-d", `sql:${folder}`, "-n", "pinned", "-t", "P,,", "-i", pinned],
      ["tstclnt", "-h", host, "-p", String(port), "-d", `sql:${folder}`, "-4"],
    ],
  },
  java,
  go,
  script("Python", ["python3", `${clientFolder}/tls_client.py`]),
  script("Python, as strict as 3.13", ["python3", `${clientFolder}/tls_client.py`], "strict"),
  script("Node", runtime("node", `${clientFolder}/tls_client.ts`)),
  script("Bun", runtime("bun", `${clientFolder}/tls_client.ts`)),
  script(
    "Deno, whose TLS is rustls",
    runtime("deno", "run", "--allow-all", "--no-lock", `${clientFolder}/tls_client.ts`),
  ),
];

/** The names of all the certificates; curl is made to find the server under each. */
const names = { dnsNames: ["localhost", "*.example.org", "xn--bcher-kva.example"], ipAddresses: ["127.0.0.1"] };

/** A server with a generated certificate, and the file that clients have of it. */
interface Sample {
  readonly identity: TlsIdentity;
  readonly path: string;
  readonly server: Server;
  readonly port: number;
}

describe("a generated certificate that is all a client trusts", () => {
  let folder: string;
  const samples = new Map<KeyKind, Sample>();

  async function serve(key: KeyKind): Promise<Sample> {
    const identity = await generateSelfSigned(crypto, { ...names, key, nowMs: Date.now() });
    const path = join(folder, `${key}.pem`);
    await writeFile(path, identity.certPem);
    const server = createServer({ cert: identity.certPem, key: identity.keyPem }, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return { identity, path, server, port: (server.address() as AddressInfo).port };
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dispatch-trust-"));
    for (const key of ["p256", "p384", "rsa2048"] as const) samples.set(key, await serve(key));
  });
  after(async () => {
    for (const { server } of samples.values()) server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Returns what the client says when it refuses the server, else `null`. */
  async function connect({ commands }: Client, host: string, served: KeyKind, pinned = served): Promise<string | null> {
    const connection = {
      host,
      port: samples.get(served)!.port,
      pinned: samples.get(pinned)!.path,
      folder: await mkdtemp(join(folder, "client-")),
      programs: folder,
    };
    const steps = [...commands(connection)];
    const last = steps.pop()!;
    for (const step of steps) assert.equal((await run(step)).code, 0, step.join(" "));
    const { code, stdout, stderr } = await run(last, { input: "GET / HTTP/1.0\r\n\r\n" });
    return code === 0 ? null : `${stdout}${stderr}`;
  }

  for (const client of clients) {
    const missing = client.tools.filter((tool) => !tool.includes("/") && findTool(tool) === null);
    if (missing.length > 0) {
      console.log(`left out: ${client.name} trusts a generated certificate (not installed: ${missing.join(", ")})`);
      continue;
    }
    before(async () => {
      if (client.compile !== undefined) assert.equal((await run(client.compile(folder))).code, 0);
    });
    for (const key of ["p256", "p384", "rsa2048"] as const) {
      test(`is enough for ${client.name} to trust its server: ${key}`, async () => {
        assert.equal(await connect(client, "localhost", key), null);
      });
    }
    test(`is enough for ${client.name} to trust its server under an IP address`, async () => {
      assert.equal(await connect(client, "127.0.0.1", "p256"), null);
    });
    test(`lets ${client.name} refuse a server with another one`, async () => {
      assert.notEqual(await connect(client, "localhost", "p256", "p384"), null);
    });
  }

  const curl = clients.find(({ name }) => name === "curl")!;
  if (findTool("curl") !== null) {
    test("covers a name under its wildcard and a name outside ASCII, and no other name", async () => {
      assert.equal(await connect(curl, "mail.example.org", "p256"), null);
      assert.equal(await connect(curl, "xn--bcher-kva.example", "p256"), null);
      assert.match(
        (await connect(curl, "a.mail.example.org", "p256")) ?? "",
        /no alternative certificate subject name/,
      );
    });
  }
});
