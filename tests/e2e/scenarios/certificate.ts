/** The shared certificate, seen with OpenSSL from outside. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../support/e2e_process.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

const tools = ["openssl"];

/** Makes one TLS connection and returns all that openssl says about it. */
async function handshake(port: number, ...options: string[]): Promise<string> {
  const command = ["openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-showcerts", ...options];
  const result = await run(command, { timeoutMs: 15_000 });
  return result.stdout + result.stderr;
}

const overSmtp = (stage: Stage, ...options: string[]) =>
  handshake(stage.ports.smtp, "-starttls", "smtp", "-name", "client.example.org", ...options);
const overHttps = (stage: Stage, ...options: string[]) => handshake(stage.ports.https, ...options);

/** SHA-256 fingerprint of the first certificate in openssl's output, as openssl prints it. */
async function fingerprint(output: string): Promise<string> {
  const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(output)?.[0];
  assert.ok(pem, `no certificate was served:\n${output}`);
  const result = await run(["openssl", "x509", "-noout", "-fingerprint", "-sha256"], { input: pem });
  return result.stdout.trim().split("=")[1] as string;
}

/** The shared certificate. */
export const certificate: readonly Scenario[] = [
  {
    name: "SMTP and HTTPS serve one certificate, the same after a restart",
    tools,
    async play(stage) {
      const first = await stage.start();
      const shared = await fingerprint(await overSmtp(stage));
      assert.equal(await fingerprint(await overHttps(stage)), shared);
      assert.notEqual(await fingerprint(await handshake(stage.ports.operator)), shared);
      await first.stop();
      await stage.start();
      assert.equal(await fingerprint(await overSmtp(stage)), shared);
      assert.equal(await fingerprint(await overHttps(stage)), shared);
    },
  },
  {
    name: "the dashboard serves the certificate that the environment names, and its own when that is broken",
    tools,
    async play(stage) {
      const [cert, key] = [join(stage.folder, "cert.pem"), join(stage.folder, "key.pem")];
      const subject = ["-nodes", "-days", "30", "-subj", "/CN=dashboard.example.org", "-keyout", key, "-out", cert];
      await run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", ...subject]);
      Object.assign(stage.environment, { DISPATCH_DASHBOARD_CERT: cert, DISPATCH_DASHBOARD_KEY: key });
      const first = await stage.start();
      assert.equal(
        await fingerprint(await handshake(stage.ports.operator)),
        await fingerprint(await readFile(cert, "utf8")),
      );
      await first.stop();
      await writeFile(key, "no key");
      const second = await stage.start();
      await fingerprint(await handshake(stage.ports.operator));
      await second.logged(/certificate\.dashboard_unreadable/);
    },
  },
  {
    name: "cert show names the certificate that OpenSSL sees, and what each listener serves",
    tools,
    async play(stage) {
      await stage.start();
      const shown = await stage.json<{
        source: string;
        identity: { fingerprintSha256: string; dnsNames: string[]; ipAddresses: string[] };
        served: { port: number; current: boolean }[];
      }>("cert", "show");
      assert.equal(shown.identity.fingerprintSha256, await fingerprint(await overSmtp(stage)));
      assert.ok(shown.identity.dnsNames.includes("localhost"));
      assert.ok(shown.identity.ipAddresses.includes("127.0.0.1"));
      for (const port of [stage.ports.smtp, stage.ports.https]) {
        assert.equal(shown.served.find((served) => served.port === port)?.current, true);
      }
    },
  },
  {
    name: "TLS 1.2 and 1.3 are spoken on SMTP and HTTPS, TLS 1.1 is refused and the refusal is logged",
    tools,
    async play(stage) {
      const service = await stage.start();
      for (const connect of [overSmtp, overHttps]) {
        assert.match(await connect(stage, "-tls1_2"), /Protocol *: TLSv1\.2|New, TLSv1\.2/);
        assert.match(await connect(stage, "-tls1_3"), /New, TLSv1\.3/);
        // Without the lower security level this OpenSSL would not even ask for TLS 1.1.
        const refused = await connect(stage, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
        assert.match(refused, /alert (?:protocol version|handshake failure)|unsupported protocol/);
        assert.doesNotMatch(refused, /BEGIN CERTIFICATE/);
      }
      await service.logged(/"smtp\.tls_failed".*127\.0\.0\.1/);
      await service.logged(/"https\.tls_failed".*127\.0\.0\.1/);
    },
  },
  {
    name: "tls.min_version TLSv1.3 is served from the next handshake on",
    tools,
    async play(stage) {
      await stage.start();
      assert.match(await overSmtp(stage, "-tls1_2"), /BEGIN CERTIFICATE/);
      await stage.json("config", "set", "tls.min_version", "TLSv1.3");
      for (const connect of [overSmtp, overHttps]) {
        assert.doesNotMatch(await connect(stage, "-tls1_2"), /BEGIN CERTIFICATE/);
        assert.match(await connect(stage, "-tls1_3"), /New, TLSv1\.3/);
      }
    },
  },
];
