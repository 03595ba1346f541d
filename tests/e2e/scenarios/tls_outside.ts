/** TLS on STARTTLS, SMTPS and HTTPS, judged by other people's scanners and clients. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pickPort } from "../../support/e2e_ports.ts";
import { run } from "../../support/e2e_process.ts";
import { projectRoot } from "../../support/e2e_project_files.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

/** A listener that speaks TLS, from the first byte or after STARTTLS. */
interface Listener {
  readonly name: "STARTTLS" | "SMTPS" | "HTTPS";
  readonly port: number;
}

/** Has the service that runs open all listeners that there are. */
async function openAll(stage: Stage): Promise<readonly Listener[]> {
  const smtps = await pickPort();
  await stage.configure("listener.implicit_tls_ports", [smtps]);
  return [
    { name: "STARTTLS", port: stage.ports.smtp },
    { name: "SMTPS", port: smtps },
    { name: "HTTPS", port: stage.ports.https },
  ];
}

const tls12Suites = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"];
const tls13Suites = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** Has sslscan try every version and suite that it knows, and holds what was accepted against what may be. */
async function scan({ name, port }: Listener, signature: "ECDSA" | "RSA"): Promise<void> {
  const starttls = name === "STARTTLS" ? ["--starttls-smtp"] : [];
  const { stdout } = await run(["sslscan", "--no-colour", ...starttls, `127.0.0.1:${port}`]);
  for (const version of ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"]) {
    assert.match(stdout, new RegExp(`^${version} +disabled$`, "m"), `${name}\n${stdout}`);
  }
  const accepted = Array.from(stdout.matchAll(/^(?:Preferred|Accepted) +(\S+) +\d+ bits +(\S+)/gm));
  assert.deepEqual(
    accepted.map(([, version, suite]) => `${version} ${suite}`).sort(),
    [
      ...tls12Suites.map((suite) => `TLSv1.2 ECDHE-${signature}-${suite}`),
      ...tls13Suites.map((suite) => `TLSv1.3 ${suite}`),
    ].sort(),
    name,
  );
  assert.match(stdout, /^Session renegotiation not supported$/m);
  assert.match(stdout, /^TLSv1\.2 not vulnerable to heartbleed$/m);
}

/** One connection of GnuTLS that trusts one certificate alone. */
async function connectGnutls({ name, port }: Listener, trusted: string, priority: string) {
  const starttls = name === "STARTTLS" ? ["--starttls-proto", "smtp"] : [];
  const trust = ["--x509cafile", trusted, "--verify-hostname", "localhost", "--priority", priority];
  const { code, stdout, stderr } = await run([
    "gnutls-cli",
    ...starttls,
    ...trust,
    "--port",
    String(port),
    "127.0.0.1",
  ]);
  return { isConnected: code === 0 && stdout.includes("Handshake was completed"), output: stdout + stderr };
}

/** What GnuTLS is made to offer, and nobody may accept. */
const refusedPriorities = {
  "TLS 1.0 and 1.1": "LEGACY:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0",
  "a key exchange without forward secrecy": "LEGACY:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA",
  "a cipher that does not authenticate":
    "LEGACY:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC:+AES-256-CBC:+3DES-CBC",
};

/** One connection of OpenSSL, which keeps or gives back its session. */
async function connectOpenssl({ name, port }: Listener, ...options: string[]): Promise<string> {
  const starttls = name === "STARTTLS" ? ["-starttls", "smtp", "-name", "client.example.org"] : [];
  const command = ["openssl", "s_client", "-connect", `127.0.0.1:${port}`, ...starttls, ...options];
  // The session of TLS 1.3 arrives after the handshake, with the first answer.
  const request = name === "HTTPS" ? "GET / HTTP/1.0\r\n\r\n" : "QUIT\r\n";
  const { stdout } = await run([...command, "-ign_eof"], { input: request, timeoutMs: 15_000 });
  return stdout;
}

/** What a self-signed certificate can't be without. */
const selfSigned = ["cert_chain_of_trust", "cert_revocation"];
const worrying = ["MEDIUM", "HIGH", "CRITICAL", "FATAL"];

/** Has testssl.sh look for all weaknesses that it knows, without asking anyone else anything. */
async function examine({ name, port }: Listener, folder: string): Promise<void> {
  const report = join(folder, "testssl.json");
  const starttls = name === "STARTTLS" ? ["--starttls", "smtp"] : [];
  // All listeners have one policy, and sslscan asks each for every suite: once is enough for what is about suites alone.
  const ofSuites = name === "HTTPS" ? ["--standard", "--pfs", "--server-preference"] : [];
  const checks = ["--protocols", ...ofSuites, "--server-defaults", "--vulnerable"];
  const options = ["--quiet", "--warnings", "off", "--color", "0", "--nodns", "none", "--jsonfile", report];
  const result = await run(["testssl", ...options, ...checks, ...starttls, `127.0.0.1:${port}`], {
    timeoutMs: 280_000,
  });
  const findings = JSON.parse(await readFile(report, "utf8")) as { id: string; severity: string; finding: string }[];
  const severities = new Map(findings.map(({ id, severity }) => [id, severity]));
  // The last check of each kind, for a report that ended early has no findings either.
  const idsOfSuites = ofSuites.length === 0 ? [] : ["cipherlist_STRONG", "PFS", "cipher_order"];
  for (const id of ["TLS1_3", ...idsOfSuites, "cert_notAfter", "RC4"]) {
    assert.equal(severities.get(id), "OK", `${name}: ${id}\n${result.stdout}`);
  }
  assert.deepEqual(
    findings.filter(({ id, severity }) => worrying.includes(severity) && !selfSigned.includes(id)),
    [],
    name,
  );
}

function examination(index: number, name: Listener["name"]): Scenario {
  return {
    name: `testssl.sh finds no weakness on ${name} but that the certificate is self-signed`,
    tools: ["testssl", "openssl"],
    // Each listener once, for it takes most of a minute; sslscan and GnuTLS ask all of them on every target.
    targets: [name === "HTTPS" ? "node" : "bun"],
    timeoutMs: 290_000,
    async play(stage) {
      // It takes so long that it would keep guests waiting.
      await stage.start();
      await examine((await openAll(stage))[index]!, stage.folder);
    },
  };
}

/** See the file's first line. */
export const tlsOutside: readonly Scenario[] = [
  {
    name: "sslscan gets TLS 1.2 and 1.3 with forward secrecy and nothing else, with an ECDSA and an RSA key",
    tools: ["sslscan"],
    isGuest: true,
    async play(stage) {
      stage.onClose(() => stage.perform("cert.remove", {}));
      const listeners = await openAll(stage);
      for (const listener of listeners) await scan(listener, "ECDSA");
      await stage.json("cert", "generate", "--key", "rsa2048");
      for (const listener of listeners) await scan(listener, "RSA");
    },
  },
  {
    name: "GnuTLS trusts the exported certificate, and gets no old version, no static key exchange, no CBC",
    tools: ["gnutls-cli"],
    isGuest: true,
    async play(stage) {
      const listeners = await openAll(stage);
      const trusted = join(stage.folder, "dispatch.pem");
      const exported = await stage.cli(["cert", "export", "--format", "pem", "--out", trusted]);
      assert.equal(exported.code, 0, exported.stderr);
      for (const listener of listeners) {
        const { isConnected, output } = await connectGnutls(listener, trusted, "NORMAL");
        assert.ok(isConnected, `${listener.name}\n${output}`);
        assert.match(output, /Description: \(TLS1\.3-X\.509\)/);
        for (const [what, priority] of Object.entries(refusedPriorities)) {
          const refused = await connectGnutls(listener, trusted, priority);
          assert.match(refused.output, /A TLS fatal alert has been received/, `${what} on ${listener.name}`);
          assert.equal(refused.isConnected, false, `${what} on ${listener.name}`);
        }
      }
    },
  },
  {
    name: "a session is not resumed: each connection shows the certificate in service",
    tools: ["openssl"],
    isGuest: true,
    async play(stage) {
      const session = join(stage.folder, "session");
      for (const listener of await openAll(stage)) {
        for (const version of ["-tls1_2", "-tls1_3"]) {
          assert.match(await connectOpenssl(listener, version, "-sess_out", session), /^New, TLS/m);
          const again = await connectOpenssl(listener, version, "-sess_in", session);
          assert.match(again, /^New, TLS/m, `${listener.name} ${version}`);
          assert.match(again, /-----BEGIN CERTIFICATE-----/);
        }
      }
    },
  },
  {
    name: "a client on Node 24 exchanges keys by X25519MLKEM768, and can't renegotiate",
    isGuest: true,
    async play(stage) {
      const client = [`${projectRoot}node_modules/.bin/node`, `${projectRoot}tests/support/node_tls_client.ts`];
      for (const { name, port } of await openAll(stage)) {
        const starttls = name === "STARTTLS" ? ["starttls"] : [];
        const exchange = await run([...client, String(port), "exchange", ...starttls]);
        assert.equal(exchange.stdout.trim(), "X25519MLKEM768", `${name}: ${exchange.stderr}`);
        const renegotiation = await run([...client, String(port), "renegotiate", ...starttls]);
        assert.equal(renegotiation.stdout.trim(), "refused", `${name}: ${renegotiation.stderr}`);
      }
    },
  },
  ...(["STARTTLS", "SMTPS", "HTTPS"] as const).map((name, index) => examination(index, name)),
];
