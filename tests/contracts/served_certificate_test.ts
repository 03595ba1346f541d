/** The service asks its own listeners for their certificates: it gets the truth, takes nobody's place, and is soon done. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import type { TlsPolicy } from "../../core/tls/policy.ts";
import { openHttpsListener as openBunListener } from "../../runtime-bun/https_listener.ts";
import { openHttpsListener as openNodeListener } from "../../runtime-node/https_listener.ts";
import { OwnProbes } from "../../runtime-node/own_probes.ts";
import { fingerprintServedBy } from "../../runtime-node/served_certificate.ts";
import { pickPort } from "../support/e2e_ports.ts";
import { until } from "../support/e2e_process.ts";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { ListenerFixture, newTlsPolicy } from "../support/smtp_listener_fixture.ts";

const openHttpsListener = "bun" in process.versions ? openBunListener : openNodeListener;

/** SHA-256 of the certificate that a client of the port sees. */
async function fingerprintOver(port: number): Promise<string> {
  const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.resume().end();
  await once(socket, "close");
  return fingerprint256;
}

describe("fingerprintServedBy", () => {
  const probes = new OwnProbes();
  const isOwn = probes.includes.bind(probes);
  let first: TlsPolicy;
  let second: TlsPolicy;
  let endings: (() => Promise<void>)[] = [];

  before(async () => {
    [first, second] = [await newTlsPolicy(), await newTlsPolicy()];
  });

  afterEach(async () => {
    await Promise.all(endings.map((end) => end()));
    endings = [];
  });

  it("sees what SMTPS and STARTTLS serve, before and after a swap", async () => {
    const [smtp, smtps] = [new ListenerFixture(), new ListenerFixture()];
    endings.push(
      () => smtp.close(),
      () => smtps.close(),
    );
    await smtp.open(first, { isOwn });
    await smtps.open(first, { isOwn, isImplicitTls: true });
    const ask = () =>
      Promise.all([
        fingerprintServedBy({ kind: "smtp", port: smtp.port }, probes),
        fingerprintServedBy({ kind: "smtps", port: smtps.port }, probes),
      ]);
    const truth = await fingerprintOver(smtps.port);
    assert.deepEqual(await ask(), [truth, truth]);
    smtp.listener.swap(second);
    smtps.listener.swap(second);
    const next = await fingerprintOver(smtps.port);
    assert.notEqual(next, truth);
    assert.deepEqual(await ask(), [next, next]);
    assert.deepEqual([...smtp.logger.events, ...smtps.logger.events], []);
  });

  it("sees what HTTPS serves, and leaves no line in its log", async () => {
    const failures: unknown[] = [];
    const listener = await openHttpsListener({
      name: "HTTPS API",
      port: 0,
      handler: () => new Response("hello"),
      policy: first,
      onHandshakeFailure: (failure) => failures.push(failure),
    });
    endings.push(() => listener.close(0));
    const truth = await fingerprintOver(listener.port);
    assert.equal(await fingerprintServedBy({ kind: "https", port: listener.port }, probes), truth);
    await until("the connections to be over", () => listener.connections() === 0);
    assert.deepEqual(failures, []);
  });

  it("is answered by a listener that is full, and does not count there", async () => {
    const fixture = new ListenerFixture();
    endings.push(() => fixture.close());
    fixture.settings.max = 1;
    await fixture.open(first, { isOwn });
    const client = await SmtpClient.connect(fixture.port);
    assert.match((await SmtpClient.connect(fixture.port)).greeting, /^421 /);
    await until("the refused client to be gone", () => fixture.places.open === 1);
    assert.match(await fingerprintServedBy({ kind: "smtp", port: fixture.port }, probes), /^(?:[0-9A-F]{2}:){31}/);
    assert.equal(fixture.places.open, 1);
    client.close();
  });

  it("says that a port nobody listens on refuses the connection", async () => {
    const port = await pickPort();
    await assert.rejects(fingerprintServedBy({ kind: "https", port }, probes), {
      message: "it refused the connection",
    });
  });

  describe("beside a listener that is no good", () => {
    let server: Server;
    let port: number;

    before(async () => {
      server = createServer((socket) => {
        socket.on("error", () => undefined);
        if (answer === null) socket.resume();
        else socket.end(answer);
      });
      server.listen(0);
      await once(server, "listening");
      ({ port } = server.address() as AddressInfo);
    });
    let answer: string | null = null;

    after(() => server.close());

    for (const kind of ["smtp", "https"] as const) {
      it(`gives up on ${kind} that says nothing`, async () => {
        answer = null;
        const startedMs = performance.now();
        const message = "it took more than 0.2 seconds";
        await assert.rejects(fingerprintServedBy({ kind, port }, probes, 200), { message });
        assert.ok(performance.now() - startedMs < 2000);
      });
    }

    it("repeats what SMTP refuses it with", async () => {
      answer = "421 4.3.2 Too busy\r\n";
      await assert.rejects(fingerprintServedBy({ kind: "smtp", port }, probes), /421 4\.3\.2 Too busy/);
    });

    it("says that the connection was closed", async () => {
      answer = "";
      await assert.rejects(fingerprintServedBy({ kind: "smtp", port }, probes), /closed the connection/);
    });
  });
});

describe("OwnProbes", () => {
  it("knows a connection by its port and by loopback, until the port is released", () => {
    const probes = new OwnProbes();
    const remotePort = probes.reserve();
    for (const remoteAddress of ["127.0.0.1", "::ffff:127.0.0.1", "::1"]) {
      assert.equal(probes.includes({ remoteAddress, remotePort }), true, remoteAddress);
    }
    assert.equal(probes.includes({ remoteAddress: "127.0.0.1", remotePort: remotePort - 1 }), false);
    for (const remoteAddress of ["10.0.0.1", "::ffff:10.0.0.1", "fd00::1"]) {
      assert.equal(probes.includes({ remoteAddress, remotePort }), false, remoteAddress);
    }
    probes.release(remotePort);
    assert.equal(probes.includes({ remoteAddress: "127.0.0.1", remotePort }), false);
  });
});
