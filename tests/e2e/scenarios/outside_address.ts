/** Somebody from outside, at every port of a fresh install. */
import assert from "node:assert/strict";
import { feedRoutes, operationRoutes } from "../../../web/admin/operation_routes.ts";
import {
  converseBeside,
  hasIpv6,
  ownNetworkObstacle,
  runBeside,
  startInOwnNetwork,
} from "../../support/e2e_own_network.ts";
import { until } from "../../support/e2e_process.ts";
import type { Service } from "../../support/e2e_service.ts";
import type { Scenario } from "../scenario.ts";

/** Of RFC 5737 and RFC 3849: in nobody's list. One for each door, as only so many rows of one address are kept. */
const outsiders = { smtp: "198.51.100.7", http: "198.51.100.8", dashboard: "198.51.100.9", ipv6: "2001:db8::7" };

/** What a session is answered after EHLO, command by command. */
const smtpCommands: readonly (readonly [command: string, reply: RegExp])[] = [
  ["MAIL FROM:<a@example.org>", /^550 5\.7\.1 ADDRESS may not send here; .*listener\.allowed_cidrs$/],
  ["MAIL FROM:<>", /^550 5\.7\.1 ADDRESS may not send here; .*listener\.allowed_cidrs$/],
  ["RCPT TO:<you@example.org>", /^503 /],
  ["DATA", /^503 /],
  ["BDAT 0 LAST", /^50[023] /],
  ["VRFY postmaster", /^25[02] |^50[02] /],
  ["EXPN staff", /^50[02] /],
  ["ETRN example.org", /^50[02] /],
  ["NOOP", /^250 /],
  ["RSET", /^250 /],
  ["MAIL FROM:<a@example.org> SIZE=1", /^550 5\.7\.1 /],
  ["QUIT", /^221 /],
];

const httpMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const apiPaths = ["", "api/v1/messages", "api/v1/messages/spl_0", "api/v1/openapi.json", "health", "nothing"];

/** One request for each path; `status code` of each answer. */
async function request(service: Service, origin: string, method: string, paths: readonly string[]): Promise<string[]> {
  const verb = method === "HEAD" ? ["--head"] : ["--request", method];
  const urls = paths.flatMap((path) => [`${origin}/${path}`, "--output", "/dev/null"]);
  const options = ["--silent", "--insecure", "--path-as-is", "--globoff", "--write-out", "%{http_code}\n"];
  const { stdout } = await runBeside(service, ["curl", ...options, ...verb, ...urls]);
  return stdout.trim().split("\n");
}

function hostOf(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** Ends up refused over one SMTP door, in the clear and encrypted. */
async function tryToSend(service: Service, address: string): Promise<void> {
  const dialogue = ["EHLO outside.example", ...smtpCommands.map(([command]) => command)];
  const signIn = ["EHLO outside.example", "AUTH PLAIN AGEAYg==", "QUIT"];
  const tls = ["openssl", "s_client", "-quiet", "-connect"];
  const doors: readonly (readonly [name: string, isGreeted: boolean, program: readonly string[]])[] = [
    ["25", true, ["curl", "--silent", "--no-buffer", `telnet://${hostOf(address)}:25`]],
    ["587 after STARTTLS", false, [...tls, `${hostOf(address)}:587`, "-starttls", "smtp"]],
    ["465", true, [...tls, `${hostOf(address)}:465`]],
  ];
  for (const [door, isGreeted, program] of doors) {
    const [, ...replies] = await converseBeside(service, program, dialogue, isGreeted);
    const answers = isGreeted ? replies.slice(1) : replies;
    assert.equal(answers.length, smtpCommands.length, `${door}: ${answers.join("\n")}`);
    for (const [index, [command, expected]] of smtpCommands.entries()) {
      assert.match(answers[index]?.replace(address, "ADDRESS") ?? "", expected, `${door}: ${command}`);
    }
    const toSignIn = (await converseBeside(service, program, signIn, isGreeted)).at(-2);
    assert.match(toSignIn ?? "", door === "25" ? /^538 / : /^550 5\.7\.1 /, `${door}: AUTH`);
  }
}

/** Is refused by every route of the ingestion API. */
async function tryToPost(service: Service, address: string): Promise<void> {
  for (const origin of [`http://${hostOf(address)}:8025`, `https://${hostOf(address)}:8026`]) {
    for (const method of httpMethods) {
      const answers = await request(service, origin, method, apiPaths);
      assert.deepEqual(
        answers,
        apiPaths.map(() => "403"),
        `${method} ${origin}`,
      );
    }
  }
  const { stdout } = await runBeside(service, ["curl", "--silent", `http://${hostOf(address)}:8025/api/v1/messages`]);
  assert.equal((JSON.parse(stdout) as { code: string }).code, "address_not_allowed");
}

/** Meets a sign-in page, and nothing behind it. */
async function tryToLookAround(service: Service, address: string): Promise<void> {
  const origin = `https://${address}:8420`;
  for (const { method, path } of [...operationRoutes, ...feedRoutes]) {
    const [status] = await request(service, origin, method, [`api${path.replaceAll("{id}", "1")}`]);
    assert.equal(status, "401", `${method} /api${path}`);
  }
  const pages = ["", "certificate", "queue/1", "nothing"];
  for (const status of await request(service, origin, "GET", pages)) assert.match(status, /^(?:303|401|404)$/);
  assert.deepEqual(await request(service, origin, "GET", ["health", "metrics"]), ["403", "403"]);
}

/** Fresh installs. */
export const outsideAddress: readonly Scenario[] = [
  {
    name: "an outside address gets nothing but refusals on every port of a fresh install, and the operator is told why",
    tools: ["unshare", "nsenter", "ip", "curl", "openssl"],
    obstacle: ownNetworkObstacle,
    // What differs between the runtimes is their sockets, and the binary has Bun's.
    targets: ["bun", "node"],
    timeoutMs: 120_000,
    async play(stage) {
      for (const name of ["LISTENER_PORTS", "API_PORT", "API_TLS_PORT", "WEBUI_PORT"]) {
        delete stage.environment[`DISPATCH_${name}`];
      }
      stage.environment.DISPATCH_LISTENER_IMPLICIT_TLS_PORTS = "[465]";
      const { ipv6, ...ipv4 } = outsiders;
      const addresses = [...Object.values(ipv4).map((address) => `${address}/32`), ...(hasIpv6 ? [`${ipv6}/128`] : [])];
      const service = await startInOwnNetwork(stage, addresses);
      for (const address of hasIpv6 ? [outsiders.smtp, ipv6] : [outsiders.smtp]) await tryToSend(service, address);
      for (const address of hasIpv6 ? [outsiders.http, ipv6] : [outsiders.http]) await tryToPost(service, address);
      await tryToLookAround(service, outsiders.dashboard);
      const lookAtMetrics = ["curl", "--silent", "--insecure", "https://127.0.0.1:8420/metrics"];
      const { stdout: metrics } = await runBeside(service, lookAtMetrics);
      for (const source of ["smtp", "http"]) {
        assert.match(metrics, new RegExp(`^dispatch_denials_total\\{source="${source}"\\} [1-9]`, "m"));
      }
      assert.deepEqual(await stage.perform("queue.list", {}), []);

      for (const [address, setting, event] of [
        [outsiders.smtp, "listener.allowed_cidrs", "smtp.refused"],
        [outsiders.http, "api.allowed_cidrs", "http.refused"],
      ] as const) {
        const told = `add ${address} to ${setting}`;
        await service.logged(new RegExp(`"${event}".*${told}`));
        await until(`a denied row of ${address}`, async () => {
          const { rows } = await stage.perform("log.search", { event: "denied" });
          return rows.some((row) => row.clientAddress === address && row.error?.includes(told));
        });
        await until(`${address} in the audit log`, async () => {
          const { rows } = await stage.perform("audit.search", { event: "access.denied" });
          return rows.some((row) => row.address === address && row.subject === setting);
        });
      }
    },
  },
];
