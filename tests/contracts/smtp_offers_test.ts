import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { DispatchError } from "../../core/error/mod.ts";
import type { TokenGrant, TokenSource } from "../../core/relay/oauth/token_grant.ts";
import { reportSmtpResult, type SmartHost } from "../../core/relay/smtp_result.ts";
import { type SmtpMessage, SmtpSession } from "../../runtime-node/smtp_client.ts";
import { type Script, ScriptedSmtpServer, type ScriptedStep } from "../support/scripted_smtp_server.ts";

const never = new AbortController().signal;
const bytes = (text: string) => new TextEncoder().encode(text);

const tokenGrant: TokenGrant = {
  kind: "client_credentials",
  tokenEndpoint: "https://login.example.org/token",
  clientId: "id",
  clientSecret: "geheim",
  scope: "mail",
};

describe("SmtpSession goes by what a smart host offers", () => {
  let server: ScriptedSmtpServer;

  beforeEach(async () => {
    server = await ScriptedSmtpServer.start();
  });

  afterEach(() => server.close());

  const answering =
    (answers: Partial<Record<ScriptedStep, string>>): NonNullable<Script["answer"]> =>
    (step) =>
      answers[step] ?? null;

  function open(overrides: Partial<SmartHost> = {}, tokens?: TokenSource) {
    const host = { host: "127.0.0.1", port: server.port, tls: "none", clientName: "c.example" } as const;
    return SmtpSession.open({ ...host, verifyCertificate: true, ...overrides }, never, { tokens });
  }

  async function failureOf(overrides: Partial<SmartHost>, tokens?: TokenSource) {
    const opened = await open(overrides, tokens);
    assert.ok(!(opened instanceof SmtpSession));
    const [outcome] = reportSmtpResult(["b@x.org"], opened).outcomes;
    return { result: outcome!.result, reply: opened.reply };
  }

  async function send(script: Script, overrides: Partial<SmtpMessage>) {
    server.script = script;
    const session = await open();
    assert.ok(session instanceof SmtpSession);
    const content = overrides.content ?? bytes("Subject: x\r\n\r\nx\r\n");
    const sizeBytes = content instanceof Uint8Array ? content.length : 100;
    const message = { sender: "a@x.org", recipients: ["b@x.org"], sizeBytes, content, ...overrides };
    const report = reportSmtpResult(message.recipients, await session.send(message, never));
    assert.equal(session.isUsable, true);
    session.close();
    return report.outcomes.map(({ result, response }) => [result, response] as const);
  }

  const mails = () => server.commands.filter((line) => line.startsWith("MAIL"));

  it("sends nothing of a message of eight bits to a host of seven, nor of a stream", async () => {
    const content = bytes(`Subject: x\r\n\r\n${"x".repeat(100_000)}ü\r\n`);
    const stream = () => new Blob([content]).stream() as ReadableStream<Uint8Array>;
    for (const form of [content, stream]) {
      const [[result, response] = []] = await send({ extensions: [] }, { content: form });
      assert.equal(result, "permanent");
      assert.match(response ?? "", /8-bit content, and 127\.0\.0\.1:\d+ does not offer 8BITMIME/);
    }
    assert.deepEqual(mails(), []);
  });

  it("sends seven bits to a host of seven", async () => {
    const content = bytes(`Subject: x\r\n\r\n${"x".repeat(100_000)}\r\n`);
    const stream = () => new Blob([content]).stream() as ReadableStream<Uint8Array>;
    assert.equal((await send({ extensions: [] }, { content: stream }))[0]?.[0], "delivered");
    assert.deepEqual(mails(), ["MAIL FROM:<a@x.org>"]);
  });

  it("says SMTPUTF8 for UTF-8 in the headers, and sends them as 8-bit content to a host without", async () => {
    const content = bytes("Subject: Grüße\r\n\r\nx\r\n");
    assert.equal((await send({ extensions: ["8BITMIME", "SMTPUTF8"] }, { content }))[0]?.[0], "delivered");
    assert.deepEqual(mails(), ["MAIL FROM:<a@x.org> BODY=8BITMIME SMTPUTF8"]);
    assert.equal((await send({ extensions: ["8BITMIME"] }, { content }))[0]?.[0], "delivered");
    assert.equal(mails().at(-1), "MAIL FROM:<a@x.org> BODY=8BITMIME");
  });

  it("says SMTPUTF8 once where addresses and headers need it", async () => {
    const content = bytes("Subject: Grüße\r\n\r\nx\r\n");
    await send({ extensions: ["SMTPUTF8", "8BITMIME"] }, { content, sender: "jürgen@x.org" });
    assert.deepEqual(mails(), ["MAIL FROM:<jürgen@x.org> SMTPUTF8 BODY=8BITMIME"]);
  });

  it("sends to the others where one address needs what the host does not offer", async () => {
    const outcomes = await send({ extensions: [] }, { recipients: ["用户@x.org", "b@x.org"] });
    assert.deepEqual(
      outcomes.map(([result]) => result),
      ["permanent", "delivered"],
    );
    assert.deepEqual(
      server.commands.filter((line) => line.startsWith("RCPT")),
      ["RCPT TO:<b@x.org>"],
    );
  });

  for (const extensions of [[], ["PIPELINING"]]) {
    it(`keeps what each recipient was told when DATA, or the content, is refused (${extensions})`, async () => {
      for (const step of ["DATA", "content"] as const) {
        const script: Script = {
          extensions,
          answer: (at, line) => {
            if (at === "RCPT" && line.includes("gone@")) return "550 5.1.1 gone";
            if (at === "RCPT" && line.includes("busy@")) return "450 4.2.1 busy";
            return at === step ? "554 5.6.0 not this" : null;
          },
        };
        const recipients = ["gone@x.org", "b@x.org", "busy@x.org"];
        server.script = script;
        const session = await open();
        assert.ok(session instanceof SmtpSession);
        const message = { sender: "a@x.org", recipients, sizeBytes: 10, content: bytes("\r\nx\r\n") };
        const { outcomes } = reportSmtpResult(recipients, await session.send(message, never));
        session.close();
        assert.deepEqual(
          outcomes.map(({ result, response }) => [result, response]),
          [
            ["permanent", "550 5.1.1 gone"],
            ["permanent", "554 5.6.0 not this"],
            ["temporary", "450 4.2.1 busy"],
          ],
        );
      }
    });
  }

  const credentials = { username: "app", password: "geheim" };

  it("sends no password to a host that asks for none, and says what to do", async () => {
    server.script = { extensions: ["SIZE 1000"] };
    const { result, reply } = await failureOf(credentials);
    assert.equal(result, "temporary");
    assert.match(reply, /^127\.0\.0\.1:\d+ takes no sign-in: unset the user name, or use the port/);
    server.script = { extensions: ["STARTTLS"] };
    assert.match((await failureOf(credentials)).reply, /takes no sign-in without encryption: set tls to starttls$/);
    server.script = { extensions: [], answer: answering({ EHLO: "502 5.5.1 no" }) };
    assert.match((await failureOf(credentials)).reply, /takes no sign-in: /);
    server.script = { extensions: ["AUTH GSSAPI NTLM"] };
    assert.match((await failureOf(credentials)).reply, /takes sign-ins by GSSAPI, NTLM alone, not by PLAIN, LOGIN/);
    assert.ok(!server.commands.some((line) => line.startsWith("AUTH")));
  });

  it("takes bad credentials for permanent, in the host's words, and a host that is busy for temporary", async () => {
    server.script = { extensions: ["AUTH PLAIN"], answer: answering({ AUTH: "535 5.7.8 bad credentials" }) };
    assert.deepEqual(await failureOf(credentials), { result: "permanent", reply: "535 5.7.8 bad credentials" });
    server.script = { extensions: ["AUTH PLAIN"], answer: answering({ AUTH: "454 4.7.0 try again later" }) };
    assert.deepEqual(await failureOf(credentials), { result: "temporary", reply: "454 4.7.0 try again later" });
  });

  it("signs in by LOGIN where that is all there is", async () => {
    const challenges = ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"];
    server.script = {
      extensions: ["AUTH LOGIN"],
      answer: (step) => (step === "AUTH" ? (challenges.shift() ?? null) : null),
    };
    const opened = await open(credentials);
    assert.ok(opened instanceof SmtpSession);
    opened.close();
    const said = server.commands
      .slice(1)
      .map((line, index) => (index === 0 ? line : Buffer.from(line, "base64").toString()));
    assert.deepEqual(said, ["AUTH LOGIN", "app", "geheim"]);
  });

  /** Gives out `token 1`, `token 2` and so on, and keeps what was discarded. */
  function tokenSource(): TokenSource & { readonly discarded: string[] } {
    let number = 1;
    const discarded: string[] = [];
    return {
      discarded,
      token: async (grant) => {
        assert.equal(grant, tokenGrant);
        return `token ${number}`;
      },
      discard(_grant, token) {
        discarded.push(token);
        number++;
      },
    };
  }

  const xoauth2 = (token: string) => Buffer.from(`user=app\x01auth=Bearer ${token}\x01\x01`).toString("base64");
  const byToken = { username: "app", tokenGrant };

  it("signs in with an access token", async () => {
    server.script = { extensions: ["AUTH PLAIN XOAUTH2"] };
    const opened = await open(byToken, tokenSource());
    assert.ok(opened instanceof SmtpSession);
    opened.close();
    assert.deepEqual(
      server.commands.filter((line) => line.startsWith("AUTH")),
      [`AUTH XOAUTH2 ${xoauth2("token 1")}`],
    );
  });

  it("asks for another token when the host refuses the first, once", async () => {
    let isFirst = true;
    server.script = {
      extensions: ["AUTH XOAUTH2"],
      answer: (step, line) => {
        if (step !== "AUTH" || !isFirst) return null;
        isFirst = line !== "";
        return isFirst ? "334 eyJzdGF0dXMiOiI0MDEifQ==" : "535 5.7.8 expired";
      },
    };
    const tokens = tokenSource();
    const opened = await open(byToken, tokens);
    assert.ok(opened instanceof SmtpSession);
    opened.close();
    assert.deepEqual(tokens.discarded, ["token 1"]);
    assert.equal(server.commands.at(-1), `AUTH XOAUTH2 ${xoauth2("token 2")}`);
  });

  it("fails for good where no token is granted, and for now where nobody answers", async () => {
    server.script = { extensions: ["AUTH XOAUTH2"] };
    const failing = (error: DispatchError): TokenSource => ({ token: () => Promise.reject(error), discard() {} });
    const refused = new DispatchError("provider_refused", { provider: "Microsoft", reason: "invalid_client" });
    assert.deepEqual(await failureOf(byToken, failing(refused)), { result: "permanent", reply: refused.message });
    const facts = { provider: "Microsoft", reason: "time-out", retryAfterSeconds: null };
    const unreachable = new DispatchError("provider_unreachable", facts);
    assert.deepEqual(await failureOf(byToken, failing(unreachable)), {
      result: "temporary",
      reply: unreachable.message,
    });
    assert.ok(!server.commands.some((line) => line.startsWith("AUTH")));
  });

  it("says so where the host takes no access tokens", async () => {
    server.script = { extensions: ["AUTH PLAIN LOGIN"] };
    const { result, reply } = await failureOf(byToken, tokenSource());
    assert.equal(result, "temporary");
    assert.match(reply, /takes sign-ins by PLAIN, LOGIN alone, not by XOAUTH2$/);
  });
});
