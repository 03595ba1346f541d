/** The shared certificate, seen with OpenSSL from outside. */
import assert from "node:assert/strict";
import type { Stage } from "../../support/e2e_stage.ts";
import { shakeHands, shownBy, startTls } from "../../support/openssl_client.ts";
import type { Scenario } from "../scenario.ts";

const tools = ["openssl"];

const overSmtp = (stage: Stage, ...options: string[]) => shakeHands(stage.ports.smtp, ...startTls, ...options);
const overHttps = (stage: Stage, ...options: string[]) => shakeHands(stage.ports.https, ...options);

/** The shared certificate. */
export const certificate: readonly Scenario[] = [
  {
    name: "SMTP and HTTPS serve one certificate, the same after a restart; an idle service stops at once, also with an idle client",
    tools,
    async play(stage) {
      const first = await stage.start();
      const shared = await shownBy(stage.ports.smtp, ...startTls);
      assert.equal(shared.length, 1);
      assert.deepEqual(await shownBy(stage.ports.https), shared);
      assert.notDeepEqual(await shownBy(stage.ports.operator), shared);
      await stage.greet();
      const startedMs = performance.now();
      assert.deepEqual(await first.stop(), { code: 0, signal: null });
      assert.ok(performance.now() - startedMs < 5000);
      await stage.start();
      assert.deepEqual(await shownBy(stage.ports.smtp, ...startTls), shared);
      assert.deepEqual(await shownBy(stage.ports.https), shared);
    },
  },
  {
    name: "cert show names the certificate that OpenSSL sees, and what each listener serves",
    tools,
    isGuest: true,
    async play(stage) {
      const shown = await stage.json<{
        source: string;
        identity: { fingerprintSha256: string; dnsNames: string[]; ipAddresses: string[] };
        served: { port: number; current: boolean }[];
      }>("cert", "show");
      assert.deepEqual([shown.identity.fingerprintSha256], await shownBy(stage.ports.smtp, ...startTls));
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
    isGuest: true,
    async play(stage) {
      const { service } = stage;
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
    isGuest: true,
    async play(stage) {
      assert.match(await overSmtp(stage, "-tls1_2"), /BEGIN CERTIFICATE/);
      await stage.configure("tls.min_version", "TLSv1.3");
      for (const connect of [overSmtp, overHttps]) {
        assert.doesNotMatch(await connect(stage, "-tls1_2"), /BEGIN CERTIFICATE/);
        assert.match(await connect(stage, "-tls1_3"), /New, TLSv1\.3/);
      }
    },
  },
];
