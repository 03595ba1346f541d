import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { SMTPServer } from "smtp-server";
import { generateSelfSigned, type TlsIdentity } from "../../core/certificate/mod.ts";
import { secretMask } from "../../core/config/mask.ts";
import { AccessTokens } from "../../core/relay/oauth/access_tokens.ts";
import type { DeliveryOutcome, DeliveryReport } from "../../core/relay/outcome.ts";
import type { Relay } from "../../core/relay/relay.ts";
import { smartHostOf } from "../../core/relay/smart_host.ts";
import { systemClock } from "../../runtime-node/clock.ts";
import { directFetch } from "../../runtime-node/direct_fetch.ts";
import { SmtpSession } from "../../runtime-node/smtp_client.ts";
import { SmtpTransport } from "../../runtime-node/smtp_transport.ts";
import { FakeTokenEndpoint, microsoftClient } from "../support/fake_token_endpoint.ts";
import { MemoryLargeFiles } from "../support/memory_large_files.ts";
import { sampleRelay } from "../support/sample_relay.ts";
import { ScriptedSmtpServer } from "../support/scripted_smtp_server.ts";

const never = new AbortController().signal;
const text = "Subject: Hello\r\n\r\nWorld\r\n";
const mailbox = "scanner@contoso.example";
const application = { ...microsoftClient, auth: "xoauth2_microsoft", username: mailbox };

let endpoint: FakeTokenEndpoint;
let tokens: AccessTokens;
let transport: SmtpTransport;

describe("a sign-in with an access token", () => {
  beforeEach(() => {
    endpoint = new FakeTokenEndpoint();
    tokens = new AccessTokens({ fetch: endpoint.fetch, clock: systemClock });
    transport = new SmtpTransport(new MemoryLargeFiles(), () => "relay.example.org", tokens);
  });

  afterEach(() => transport.keepOnly([]));

  function relayTo(port: number, settings: Relay["settings"] = {}): Relay {
    const host = { host: "127.0.0.1", port, tls: "starttls", verify_certificate: false };
    return sampleRelay("m365", { settings: { ...host, ...application, ...settings } });
  }

  async function send(relay: Relay, over = transport): Promise<DeliveryOutcome> {
    return (await report(relay, over)).outcomes[0]!;
  }

  async function report(relay: Relay, over = transport): Promise<DeliveryReport> {
    const bytes = new TextEncoder().encode(text);
    const entry = { id: "spl_1", sender: mailbox, sizeBytes: bytes.byteLength, tags: [] };
    const outgoing = { entry, recipients: ["a@x.org"], content: { kind: "inline" as const, bytes } };
    return await over.send(relay, outgoing, never);
  }

  describe("XOAUTH2 with a real server", () => {
    let identity: TlsIdentity;
    let server: SMTPServer;
    let port: number;
    /** User and token of each sign-in. */
    let signIns: string[];
    let messages: string[];
    /** Tokens that are taken. */
    let isGood: (token: string) => boolean;

    before(async () => {
      const names = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] };
      identity = await generateSelfSigned(crypto, { ...names, nowMs: Date.now() });
      server = new SMTPServer({
        authMethods: ["XOAUTH2"],
        cert: identity.certPem,
        key: identity.keyPem,
        onAuth({ username = "", accessToken = "" }, _session, callback) {
          signIns.push(`${username} ${accessToken}`);
          if (isGood(accessToken)) callback(null, { user: username });
          else callback(null, { data: { status: "400", schemes: "Bearer", scope: "https://mail.google.com/" } });
        },
        onData(stream, _session, callback) {
          let message = "";
          stream.setEncoding("latin1").on("data", (chunk: string) => {
            message += chunk;
          });
          stream.on("end", () => {
            messages.push(message);
            callback();
          });
        },
      });
      server.on("error", () => undefined);
      server.listen(0, "127.0.0.1");
      await once(server.server, "listening");
      port = (server.server.address() as AddressInfo).port;
    });

    beforeEach(() => {
      signIns = [];
      messages = [];
      isGood = () => true;
    });

    after(() => new Promise<void>((resolve) => server.close(() => resolve())));

    it("signs in with a token, and sends", async () => {
      const outcome = await send(relayTo(port));
      assert.equal(outcome.result, "delivered", outcome.response);
      assert.deepEqual(signIns, [`${mailbox} token-1`]);
      assert.deepEqual(messages, [text]);
    });

    it("signs in once for many messages of a session, and asks for one token for many sessions", async () => {
      const relay = relayTo(port);
      await send(relay);
      await send(relay);
      assert.equal(signIns.length, 1);
      await Promise.all([send(relay), send(relay), send(relay)]);
      assert.equal(messages.length, 5);
      assert.equal(endpoint.issued, 1);
    });

    it("signs in with a new token when the one it has is refused", async () => {
      await tokens.token(smartHostOf(relayTo(port), "x").tokenGrant!, never);
      isGood = (token) => token !== "token-1";
      assert.equal((await send(relayTo(port))).result, "delivered");
      assert.deepEqual(signIns, [`${mailbox} token-1`, `${mailbox} token-2`]);
    });

    it("fails for good, in the server's words, when the new token is refused as well", async () => {
      isGood = () => false;
      const outcome = await send(relayTo(port));
      assert.equal(outcome.result, "permanent");
      assert.match(
        outcome.response,
        /^535 .*the server says 400 of the access token; it wants a Bearer token for https:\/\/mail\.google\.com\/\)$/,
      );
      assert.equal(signIns.length, 2);
    });

    it("asks an endpoint at its address", async () => {
      const site = createServer(async (request, response) => {
        const body = Buffer.concat(await request.toArray());
        const headers = { "content-type": request.headers["content-type"] ?? "" };
        const init = { method: request.method ?? "", headers, body, redirect: "manual" } as const;
        const answer = await endpoint.fetch(new Request(`http://127.0.0.1${request.url}`, init));
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
      });
      site.listen(0, "127.0.0.1");
      await once(site, "listening");
      const source = new AccessTokens({ fetch: directFetch(), clock: systemClock });
      const real = new SmtpTransport(new MemoryLargeFiles(), () => "relay.example.org", source);
      try {
        const authority = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
        assert.equal((await send(relayTo(port, { authority }), real)).result, "delivered");
        assert.deepEqual(signIns, [`${mailbox} token-1`]);
      } finally {
        real.keepOnly([]);
        site.closeAllConnections();
        site.close();
      }
    });

    it("shows the conversation without the token", async () => {
      const lines: string[] = [];
      const host = smartHostOf(relayTo(port), "relay.example.org");
      const trace = (_direction: string, line: string) => void lines.push(line);
      for (const isTaken of [true, false]) {
        isGood = () => isTaken;
        const session = await SmtpSession.open(host, never, { trace, tokens });
        if (session instanceof SmtpSession) session.close();
      }
      const shown = lines.join("\n");
      assert.match(shown, /AUTH XOAUTH2/);
      for (const token of ["token-1", "token-2", "token-3"]) {
        const response = Buffer.from(`user=${mailbox}\x01auth=Bearer ${token}\x01\x01`).toString("base64");
        assert.ok(!shown.includes(token) && !shown.includes(response), shown);
      }
    });

    it("sends no token in the clear to a server that offers no encryption", async () => {
      const plain = await ScriptedSmtpServer.start({ extensions: ["AUTH XOAUTH2"] });
      try {
        for (const tls of ["starttls", "auto"]) {
          assert.equal((await send(relayTo(plain.port, { tls }))).result, "temporary");
        }
        assert.ok(!plain.commands.some((line) => line.startsWith("AUTH")));
      } finally {
        await plain.close();
      }
    });
  });

  describe("XOAUTH2 when things go wrong", () => {
    let server: ScriptedSmtpServer;

    beforeEach(async () => {
      server = await ScriptedSmtpServer.start({ extensions: ["AUTH LOGIN XOAUTH2"] });
    });

    afterEach(() => server.close());

    const toServer = () => relayTo(server.port, { tls: "none" });
    const signInsOf = () => server.commands.filter((line) => line.startsWith("AUTH"));

    it("signs in with a new token when the server refuses the first without an explanation", async () => {
      let refusals = 0;
      const refusal = "535 5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]";
      server.script = { ...server.script, answer: (step) => (step === "AUTH" && refusals++ === 0 ? refusal : null) };
      assert.equal((await send(toServer())).result, "delivered");
      assert.equal(new Set(signInsOf()).size, 2);
      assert.equal(endpoint.issued, 2);
    });

    it("keeps the token, and tries again later, when the server can't judge it now", async () => {
      const refusal = "454 4.7.0 Temporary authentication failure";
      server.script = { ...server.script, answer: (step) => (step === "AUTH" ? refusal : null) };
      const outcome = await send(toServer());
      assert.deepEqual([outcome.result, outcome.response], ["temporary", refusal]);
      assert.equal(endpoint.issued, 1);
      assert.equal(signInsOf().length, 1);
    });

    it("tells no token that the server repeats, nor does the conversation", async () => {
      const repeat = (line: string) =>
        `535 ${line} ${Buffer.from(line.slice(13), "base64").toString("latin1").replaceAll("\x01", " ")}`;
      server.script = { ...server.script, answer: (step, line) => (step === "AUTH" ? repeat(line) : null) };
      const lines: string[] = [];
      const host = smartHostOf(toServer(), "relay.example.org");
      const trace = (_direction: string, line: string) => void lines.push(line);
      const opened = await SmtpSession.open(host, never, { trace, tokens });
      assert.ok(!(opened instanceof SmtpSession) && opened.kind === "failed");
      const start = `535 AUTH XOAUTH2 ${secretMask} user=${mailbox} auth=Bearer ${secretMask}`;
      assert.equal(opened.reply.slice(0, start.length), start);
      const told = [opened.reply, ...lines].join("\n");
      assert.equal(signInsOf().length, 2);
      for (const secret of ["token-1", "token-2", ...signInsOf().map((line) => line.slice(13))]) {
        assert.ok(!told.includes(secret), told);
      }
    });

    it("tells no password that the server repeats", async () => {
      const password = "c0rrect-horse";
      const settings = { auth: "password", username: mailbox, password, tls: "none" };
      const repeat = (line: string) => `535 ${line} ${Buffer.from(line.slice(11), "base64").toString("latin1")}`;
      const answer = (step: string, line: string) => (step === "AUTH" ? repeat(line) : null);
      server.script = { extensions: ["AUTH PLAIN"], answer };
      const { response } = await send(relayTo(server.port, settings));
      assert.match(response, /^535 AUTH PLAIN /);
      for (const secret of [password, btoa(`\0${mailbox}\0${password}`)]) {
        assert.ok(!response.includes(secret), response);
      }
    });

    it("tries again later when the server ends the session over the token", async () => {
      server.script = { ...server.script, answer: (step) => (step === "AUTH" ? "close" : null) };
      assert.equal((await send(toServer())).result, "temporary");
    });

    it("fails for good where the token endpoint refuses the application, and does not sign in", async () => {
      endpoint.mood = "bad_secret";
      const outcome = await send(toServer());
      assert.equal(outcome.result, "permanent");
      assert.match(outcome.response, /^login\.microsoftonline\.com refused: invalid_client: AADSTS7000215/);
      assert.ok(!outcome.response.includes(microsoftClient.client_secret));
      assert.deepEqual(signInsOf(), []);
    });

    it("tries again when the token endpoint wants to be asked again", async () => {
      endpoint.mood = "throttled";
      const { outcomes, retryAfterSeconds } = await report(toServer());
      assert.equal(outcomes[0]?.result, "temporary");
      assert.equal(retryAfterSeconds, 17);
    });

    it("tries again later where the token endpoint is out of order", async () => {
      endpoint.mood = "web_page";
      const outcome = await send(toServer());
      assert.equal(outcome.result, "temporary");
      assert.match(outcome.response, /login\.microsoftonline\.com/);
    });

    it("says so where the server takes no access tokens", async () => {
      server.script = { extensions: ["AUTH PLAIN LOGIN"] };
      const outcome = await send(toServer());
      assert.equal(outcome.result, "temporary");
      assert.match(outcome.response, /XOAUTH2/);
      assert.deepEqual(signInsOf(), []);
    });
  });
});
