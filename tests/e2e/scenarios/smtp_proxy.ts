/** SMTP and SMTPS behind HAProxy, which says by the PROXY protocol who its clients are. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { pickPort } from "../../support/e2e_ports.ts";
import { until } from "../../support/e2e_process.ts";
import { Sink } from "../../support/e2e_sink.ts";
import { SmtpClient } from "../../support/e2e_smtp_client.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

/** Of the client; the proxy connects from 127.0.0.1. */
const clientAddress = "127.0.0.7";

/** A port of the proxy. */
interface Front {
  readonly port: number;
  readonly isTls: boolean;
  /** What `server` lines of HAProxy's configuration say of the header. */
  readonly option: "send-proxy" | "send-proxy-v2";
  readonly target: number;
}

async function startHaproxy(stage: Stage, fronts: readonly Front[]): Promise<void> {
  const listens = fronts.map(
    ({ port, option, target }) =>
      `listen front_${port}\n  bind 127.0.0.1:${port}\n  server dispatch 127.0.0.1:${target} ${option} check inter 200\n`,
  );
  const timeouts = ["connect", "client", "server"].map((kind) => `  timeout ${kind} 20s\n`);
  const file = join(stage.folder, "haproxy.cfg");
  await writeFile(file, `defaults\n  mode tcp\n${timeouts.join("")}${listens.join("")}`);
  const haproxy = spawn("haproxy", ["-db", "-f", file], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    stdio: "ignore",
  });
  stage.onClose(() => haproxy.kill("SIGKILL"));
}

/** A session through the proxy, or `null` while there is none. */
async function connectThrough({ port, isTls }: Front): Promise<SmtpClient | null> {
  const socket = connect({ port, host: "127.0.0.1", localAddress: clientAddress });
  return SmtpClient.over(isTls ? connectTls({ socket, rejectUnauthorized: false }) : socket).catch(() => null);
}

/** SMTP behind a proxy. */
export const smtpProxy: readonly Scenario[] = [
  {
    name: "HAProxy's clients keep their addresses over SMTP and SMTPS, once listener.trusted_proxies has it",
    tools: ["haproxy"],
    // What differs between the runtimes is their sockets, and the binary has Bun's.
    targets: ["bun", "node"],
    async play(stage) {
      const smtps = await pickPort();
      stage.environment.DISPATCH_LISTENER_IMPLICIT_TLS_PORTS = `[${smtps}]`;
      const service = await stage.start();
      const sink = await Sink.start();
      stage.onClose(() => sink.close());
      await stage.relayTo(sink.port);
      const fronts: Front[] = [];
      for (const option of ["send-proxy", "send-proxy-v2"] as const) {
        for (const isTls of [false, true]) {
          fronts.push({ port: await pickPort(), isTls, option, target: isTls ? smtps : stage.ports.smtp });
        }
      }
      await stage.perform("config.set", { values: { "listener.trusted_proxies": ["127.0.0.1"] } });
      await startHaproxy(stage, fronts);

      for (const front of fronts) {
        const client = await until(`the proxy on port ${front.port}`, () => connectThrough(front));
        stage.onClose(() => client.close());
        await client.command("EHLO client.example.org");
        const content = `Subject: ${front.option}\r\n\r\nbody\r\n`;
        assert.match(await client.send("a@example.org", ["you@example.org"], content), /^250 /);
      }

      await until("the messages", () => sink.messages.length === fronts.length);
      for (const { content } of sink.messages) {
        assert.match(content.toString(), /^Received: from client\.example\.org \(\[127\.0\.0\.7\]\)/);
      }
      const { rows } = await stage.perform("log.search", { event: "queued" });
      assert.deepEqual(new Set(rows.map((row) => row.clientAddress)), new Set([clientAddress]));
      // Its checks, some of which hang up in the middle, are no clients without a header.
      assert.ok(!service.hasLogged("smtp.proxy_header_missing"));

      await assert.rejects(async () => {
        const client = await SmtpClient.connect(stage.ports.smtp, "EHLO client.example.org\r\n");
        client.close();
      });
      await service.logged(/"smtp\.proxy_header_missing".*listener\.trusted_proxies/);
      await stage.perform("config.unset", { key: "listener.trusted_proxies" });
      const direct = await stage.greet();
      assert.match(await direct.command("MAIL FROM:<a@example.org>"), /^250 /);
    },
  },
];
