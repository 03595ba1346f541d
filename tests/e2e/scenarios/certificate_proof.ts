/** What the service says about what its listeners serve, held against what OpenSSL sees. */
import assert from "node:assert/strict";
import { pickPort } from "../../support/e2e_ports.ts";
import { run } from "../../support/e2e_process.ts";
import { SmtpClient } from "../../support/e2e_smtp_client.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import { shownBy, startTls } from "../../support/openssl_client.ts";
import type { Scenario } from "../scenario.ts";

interface Served {
  readonly listener: string;
  readonly port: number;
  readonly fingerprintSha256: string | null;
  readonly current: boolean;
  readonly checkedAt: string;
}

interface Health {
  readonly status: string;
  readonly certificate: { readonly fingerprintSha256: string; readonly served: Served[] };
  readonly dashboardCertificate: { readonly fingerprintSha256: string; readonly served: Served[] };
}

interface Shown {
  readonly identity: { readonly fingerprintSha256: string };
  readonly served: Served[];
}

async function metricsOf({ ports }: Stage): Promise<string[]> {
  const { stdout } = await run(["curl", "--silent", "--insecure", `https://127.0.0.1:${ports.operator}/metrics`]);
  return stdout.split("\n").filter((line) => line.startsWith("dispatch_certificate_"));
}

function summarize(served: readonly Served[]): unknown[] {
  return served.map(({ listener, port, fingerprintSha256, current }) => ({
    listener,
    port,
    fingerprintSha256,
    current,
  }));
}

/** See the file's first line. */
export const certificateProof: readonly Scenario[] = [
  {
    name: "after a change the service asks its listeners, and says in log, health and metrics what they serve",
    tools: ["openssl", "curl"],
    isGuest: true,
    async play(stage) {
      stage.onClose(() => stage.perform("cert.remove", {}));
      const { service } = stage;
      const smtps = await pickPort();
      await stage.configure("listener.implicit_tls_ports", [smtps]);
      await stage.json("cert", "generate", "--name", "relay.example.org");
      const { smtp, https, operator } = stage.ports;
      const [shared] = await shownBy(smtp, ...startTls);
      assert.deepEqual([await shownBy(smtps), await shownBy(https)], [[shared], [shared]]);
      const [own] = await shownBy(operator);
      const mail = [
        { listener: "smtp", port: smtp, fingerprintSha256: shared, current: true },
        { listener: "https", port: https, fingerprintSha256: shared, current: true },
        // In the order in which they were opened.
        { listener: "smtps", port: smtps, fingerprintSha256: shared, current: true },
      ];
      const dashboard = [{ listener: "dashboard", port: operator, fingerprintSha256: own, current: true }];

      const [proven] = await service.logged(new RegExp(`"certificate\\.proven".*${shared}`));
      const facts = JSON.parse(proven as string) as Record<string, string>;
      for (const { listener, port, fingerprintSha256 } of [...mail, ...dashboard]) {
        assert.equal(facts[`${listener}:${port}`], fingerprintSha256);
      }
      const health = await stage.json<Health>("health");
      assert.equal(health.certificate.fingerprintSha256, shared);
      assert.deepEqual(summarize(health.certificate.served), mail);
      assert.deepEqual(summarize(health.dashboardCertificate.served), dashboard);

      const metrics = await metricsOf(stage);
      const labels = (certificate: string) => (served: { listener: string; port: number }) =>
        `{certificate="${certificate}",listener="${served.listener}",port="${served.port}"}`;
      for (const label of [...mail.map(labels("shared")), ...dashboard.map(labels("dashboard"))]) {
        assert.ok(metrics.includes(`dispatch_certificate_served${label} 1`), label);
        const checked = metrics.find((line) =>
          line.startsWith(`dispatch_certificate_last_check_timestamp_seconds${label} `),
        );
        assert.ok(Math.abs(Date.now() / 1000 - Number(checked?.split(" ")[1])) < 60, checked);
      }
      assert.ok(
        metrics.includes(
          `dispatch_certificate_info{certificate="shared",fingerprint="${shared}",source="generated"} 1`,
        ),
      );
      const { stdout } = await run(["openssl", "x509", "-noout", "-enddate"], {
        input: (await stage.cli(["cert", "export"])).stdout,
      });
      const notAfter = Date.parse(stdout.trim().slice("notAfter=".length)) / 1000;
      assert.ok(metrics.includes(`dispatch_certificate_not_after_timestamp_seconds{certificate="shared"} ${notAfter}`));
    },
  },
  {
    name: "a listener that has no place left is asked all the same, takes nobody's, and logs nothing of it",
    async play(stage) {
      const service = await stage.start();
      await stage.json("config", "set", "listener.max_connections", "1");
      const client = await SmtpClient.greet(stage.ports.smtp);
      const shown = await stage.json<Shown>("cert", "generate");
      const smtp = shown.served.find(({ listener }) => listener === "smtp");
      assert.deepEqual([smtp?.current, smtp?.fingerprintSha256], [true, shown.identity.fingerprintSha256]);
      assert.match(await client.command("NOOP"), /^250 /);
      await service.logged(new RegExp(`"certificate\\.proven".*${shown.identity.fingerprintSha256}`));
      assert.doesNotMatch(service.stderr, /tls_failed|connection_refused/);
    },
  },
];
