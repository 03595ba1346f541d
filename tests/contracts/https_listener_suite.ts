/** What an HTTPS listener keeps to beyond an HTTP listener: its certificate, its versions, its swaps. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, test } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { generateSelfSigned, type TlsIdentity } from "../../core/certificate/mod.ts";
import type {
  HandshakeFailure,
  HttpHandler,
  HttpListenerOptions,
  HttpsListener,
  OpenHttpsListener,
} from "../../core/ingest/http_listener.ts";
import { type TlsPolicy, tlsPolicy } from "../../core/tls/policy.ts";
import { RawClient } from "../support/http_client.ts";
import { httpListenerSuite } from "./http_listener_suite.ts";

const names = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"], nowMs: Date.now() };
const policyOf = (identity: TlsIdentity): TlsPolicy =>
  tlsPolicy(identity, { minVersion: "TLSv1.2", alpn: ["http/1.1"] });
const get = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** A ClientHello that offers TLS 1.1 as its highest version (RFC 4346 section 7.4.1.2), two suites, no extensions. */
const hello11 = Buffer.concat([
  Buffer.from("160301002f" + "0100002b" + "0302", "hex"),
  Buffer.alloc(32, 7),
  Buffer.from("00" + "0004c013002f" + "0100", "hex"),
]);

async function handshake(port: number, options: object = {}): Promise<TLSSocket> {
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  await once(socket, "secureConnect");
  return socket;
}

async function fingerprintServed(port: number): Promise<string> {
  const socket = await handshake(port);
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** One request over a new connection; resolves to the status line. */
async function requestOnce(port: number): Promise<string> {
  const client = await RawClient.connect(port, true);
  client.send("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const answer = await client.expect(/done$/);
  client.socket.destroy();
  return answer.slice(0, answer.indexOf("\r\n"));
}

/** Runs the suite against one runtime's listener. */
export async function httpsListenerSuite(name: string, openListener: OpenHttpsListener): Promise<void> {
  const [first, second] = await Promise.all([generateSelfSigned(crypto, names), generateSelfSigned(crypto, names)]);
  const opened: HttpsListener[] = [];
  const failures: HandshakeFailure[] = [];
  const openWith = async (options: Omit<HttpListenerOptions, "name">) => {
    const onHandshakeFailure = (failure: HandshakeFailure) => failures.push(failure);
    const listener = await openListener({ name: "https", policy: policyOf(first), onHandshakeFailure, ...options });
    opened.push(listener);
    return listener;
  };
  const open = (handler: HttpHandler = () => new Response("done")) => openWith({ port: 0, handler });
  const check = (what: string, run: () => Promise<void>) => test(`${name} ${what}`, run);
  after(() => Promise.all(opened.map((listener) => listener.close(0))));

  httpListenerSuite({ name, isTls: true, open: openWith });

  check("tells the handler TLS version and cipher", async () => {
    const { port } = await open((_, { tls }) => Response.json(tls));
    const client = await RawClient.connect(port, true);
    client.send(get);
    assert.match(await client.expect(/\}$/), /\{"version":"TLSv1\.3","cipher":"TLS_[A-Z0-9_]+"\}$/);
  });

  check("names the cipher of TLS 1.2 as the standards do", async () => {
    const { port } = await open((_, { tls }) => Response.json(tls));
    const socket = await handshake(port, { maxVersion: "TLSv1.2" });
    socket.write(get);
    const [answer] = await once(socket, "data");
    socket.destroy();
    assert.match(String(answer), /\{"version":"TLSv1\.2","cipher":"TLS_ECDHE_ECDSA_WITH_[A-Z0-9_]+"\}$/);
  });

  check("negotiates http/1.1 by ALPN", async () => {
    const { port } = await open();
    const socket = await handshake(port, { ALPNProtocols: ["h2", "http/1.1"] });
    socket.destroy();
    assert.equal(socket.alpnProtocol, "http/1.1");
  });

  check("swap shows the new certificate to the next handshake", async () => {
    const listener = await open();
    assert.equal(await fingerprintServed(listener.port), first.facts.fingerprintSha256);
    listener.swap(policyOf(second));
    assert.equal(await fingerprintServed(listener.port), second.facts.fingerprintSha256);
  });

  check("swap leaves an open connection as it is", async () => {
    const listener = await open();
    const client = await RawClient.connect(listener.port, true);
    client.send(get);
    await client.expect(/done$/);
    listener.swap(policyOf(second));
    client.send(get);
    await client.expect(/done[\s\S]*done$/);
  });

  check("swap leaves a body that is arriving as it is", async () => {
    const listener = await open(async (request) => new Response(await new Response(request.body).text()));
    const client = await RawClient.connect(listener.port, true);
    client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc");
    listener.swap(policyOf(second));
    client.send("def");
    await client.expect(/abcdef$/);
  });

  check("swap raises the floor for the next handshake", async () => {
    const listener = await open();
    (await handshake(listener.port, { maxVersion: "TLSv1.2" })).destroy();
    listener.swap(tlsPolicy(first, { minVersion: "TLSv1.3", alpn: ["http/1.1"] }));
    await assert.rejects(handshake(listener.port, { maxVersion: "TLSv1.2" }));
  });

  check("loses no connection over twenty swaps under load", async () => {
    const listener = await open();
    let isLoaded = true;
    const load = Array.from({ length: 4 }, async () => {
      const answers: string[] = [];
      while (isLoaded) answers.push(await requestOnce(listener.port));
      return answers;
    });
    for (let i = 0; i < 20; i++) {
      listener.swap(policyOf(i % 2 === 0 ? second : first));
      await requestOnce(listener.port);
    }
    isLoaded = false;
    const answers = (await Promise.all(load)).flat();
    assert.ok(answers.length > 20, `${answers.length} answers`);
    assert.deepEqual(new Set(answers), new Set(["HTTP/1.1 200 OK"]));
  });

  check("refuses TLS 1.1 with the alert for it and reports the address", async () => {
    const { port } = await open();
    failures.length = 0;
    const socket = connect(port, "127.0.0.1");
    socket.write(hello11);
    const [answer] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    // Content type alert; level fatal, description protocol_version (RFC 8446 section 6).
    assert.deepEqual([answer[0], answer[5], answer[6]], [21, 2, 70]);
    assert.deepEqual(failures, [{ clientAddress: "127.0.0.1", port, reason: "ERR_SSL_UNSUPPORTED_PROTOCOL" }]);
  });

  check("answers plain HTTP with 400 and a plain sentence", async () => {
    const { port } = await open();
    failures.length = 0;
    const client = await RawClient.connect(port, false);
    client.send(get);
    assert.match(await client.expect(/http:\/\/\n$/), /^HTTP\/1\.1 400 [\s\S]*This port speaks HTTPS\./);
    assert.equal(await client.isClosedWithin(2000), true);
    assert.deepEqual(failures, [{ clientAddress: "127.0.0.1", port, reason: "plain_http" }]);
  });

  check("drops a connection that never starts its handshake", async () => {
    const { port } = await openWith({
      port: 0,
      handler: () => new Response(),
      timeouts: { headersMs: 200, bodyMs: 200 },
    });
    const client = await RawClient.connect(port, false);
    client.socket.write(hello11.subarray(0, 20));
    assert.equal(await client.isClosedWithin(3000), true);
  });

  check("drops a connection whose handshake comes a byte at a time, however steadily", async () => {
    const { port } = await openWith({
      port: 0,
      handler: () => new Response(),
      timeouts: { headersMs: 300, bodyMs: 300 },
    });
    const client = await RawClient.connect(port, false);
    // A record of 16 KiB that holds a ClientHello as long as that (RFC 8446 sections 4 and 5.1): it is never whole.
    client.socket.write(Buffer.from("160301400001003ffc0303", "hex"));
    const dripping = setInterval(() => client.socket.write(Buffer.alloc(1)), 20);
    assert.equal(await client.isClosedWithin(10_000), true);
    clearInterval(dripping);
  });
}
