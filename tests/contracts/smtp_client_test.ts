import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import { generateSelfSigned, type TlsIdentity } from "../../core/certificate/mod.ts";
import type { SmartHost, SmtpResult } from "../../core/relay/smtp_result.ts";
import { type SmtpMessage, SmtpSession } from "../../runtime-node/smtp_client.ts";
import { until } from "../support/e2e_process.ts";
import { type Script, ScriptedSmtpServer, type ScriptedStep } from "../support/scripted_smtp_server.ts";

const never = new AbortController().signal;
const text = "Subject: Hello\r\n\r\nWorld\r\n";

describe("SmtpSession", () => {
  let identity: TlsIdentity;
  let server: ScriptedSmtpServer;

  before(async () => {
    const names = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] };
    identity = await generateSelfSigned(crypto, { ...names, nowMs: Date.now() });
  });

  beforeEach(async () => {
    server = await ScriptedSmtpServer.start();
  });

  afterEach(() => server.close());

  function hostOf(overrides: Partial<SmartHost> = {}): SmartHost {
    const host = { host: "127.0.0.1", port: server.port, tls: "none", clientName: "relay.example.org" } as const;
    return { ...host, verifyCertificate: true, ...overrides };
  }

  function message(overrides: Partial<SmtpMessage> = {}): SmtpMessage {
    const content = new TextEncoder().encode(text);
    return { sender: "app@example.org", recipients: ["a@x.org"], sizeBytes: content.length, content, ...overrides };
  }

  function script(changes: Script): void {
    server.script = { ...server.script, ...changes };
  }

  const answering = (step: ScriptedStep, reply: string) => (at: ScriptedStep) => (at === step ? reply : null);

  async function openSession(overrides: Partial<SmartHost> = {}): Promise<SmtpSession> {
    const opened = await SmtpSession.open(hostOf(overrides), never);
    assert.ok(opened instanceof SmtpSession, JSON.stringify(opened));
    return opened;
  }

  /** How opening a session failed. */
  async function openFailure(overrides: Partial<SmartHost> = {}) {
    const opened = await SmtpSession.open(hostOf(overrides), never);
    assert.ok(!(opened instanceof SmtpSession) && opened.kind === "failed");
    return opened;
  }

  async function send(overrides: Partial<SmtpMessage> = {}): Promise<SmtpResult> {
    const session = await openSession();
    const result = await session.send(message(overrides), never);
    session.close();
    return result;
  }

  /** Content that begins and never ends; who opens a stream of it has to let go of that. */
  function watchedContent() {
    const opened: number[] = [];
    const released: number[] = [];
    const content = () => {
      const number = opened.push(opened.length);
      return new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
        cancel: () => void released.push(number),
      });
    };
    return { content, opened, released };
  }

  it("hands a message over with its envelope", async () => {
    const result = await send({ recipients: ["a@x.org", "b@x.org"] });
    assert.deepEqual(result, { kind: "sent", reply: "250 2.0.0 ok: queued as 4F1C2D", refused: [] });
    assert.deepEqual(server.commands, [
      "EHLO relay.example.org",
      "MAIL FROM:<app@example.org> BODY=8BITMIME",
      "RCPT TO:<a@x.org>",
      "RCPT TO:<b@x.org>",
      "DATA",
    ]);
    assert.equal(server.contents[0]?.toString(), text);
  });

  it("sends the null sender as it is", async () => {
    await send({ sender: "" });
    assert.ok(server.commands.includes("MAIL FROM:<> BODY=8BITMIME"));
  });

  it("says SIZE where it is offered, and 8BITMIME only there", async () => {
    script({ extensions: ["SIZE 100000"] });
    await send();
    assert.ok(server.commands.includes(`MAIL FROM:<app@example.org> SIZE=${text.length}`));
  });

  it("sends to quoted local parts as they are", async () => {
    const recipients = ['"a b"@x.org', '"a@b"@x.org', '"a, b: c; (d)"@x.org', '"a\\"b"@x.org'];
    assert.equal((await send({ sender: '"a b"@x.org', recipients })).kind, "sent");
    const named = server.commands.filter((command) => /^(?:MAIL|RCPT)/.test(command));
    assert.deepEqual(named, [
      'MAIL FROM:<"a b"@x.org> BODY=8BITMIME',
      ...recipients.map((recipient) => `RCPT TO:<${recipient}>`),
    ]);
  });

  it("says SMTPUTF8 for an address that needs it", async () => {
    await send({ recipients: ["jürgen@x.org"] });
    assert.ok(server.commands.includes("MAIL FROM:<app@example.org> SMTPUTF8 BODY=8BITMIME"));
    assert.ok(server.commands.includes("RCPT TO:<jürgen@x.org>"));
  });

  it("doubles dots at the start of lines, and changes no other byte", async () => {
    const lines = ["Subject: dots", "", ".", "..", ".x", "a.", "\u00e9\u0000\u00ff", ""];
    const content = Buffer.from(lines.join("\r\n"), "latin1");
    await send({ content });
    const wire = server.contents[0]?.toString("latin1") ?? "";
    assert.equal(wire.replaceAll("\r\n.", "\r\n"), content.toString("latin1"));
    assert.ok(wire.includes("\r\n..\r\n...\r\n..x\r\na.\r\n"));
  });

  it("sends a stream of many chunks byte for byte", async () => {
    const content = Buffer.from(`Subject: large\r\n\r\n${".line\r\n".repeat(200_000)}`);
    await send({ sizeBytes: content.length, content: () => new Blob([content]).stream() });
    assert.equal(server.contents[0]?.toString().replaceAll("\r\n..", "\r\n."), content.toString());
  });

  it("sends the envelope at once where the server takes pipelining", async () => {
    script({ extensions: ["PIPELINING"] });
    assert.equal((await send({ recipients: ["a@x.org", "b@x.org"] })).kind, "sent");
    assert.equal(server.contents.length, 1);
  });

  it("tells which recipients were refused, and sends to the others", async () => {
    for (const extensions of [[], ["PIPELINING"]]) {
      script({
        extensions,
        answer: (step, line) => {
          if (step !== "RCPT") return null;
          return line.includes("b@") ? "550 5.1.1 unknown" : line.includes("c@") ? "450 4.2.1 greylisted" : null;
        },
      });
      const result = await send({ recipients: ["a@x.org", "b@x.org", "c@x.org"] });
      assert.deepEqual(result, {
        kind: "sent",
        reply: "250 2.0.0 ok: queued as 4F1C2D",
        refused: [
          { address: "b@x.org", code: 550, reply: "550 5.1.1 unknown" },
          { address: "c@x.org", code: 450, reply: "450 4.2.1 greylisted" },
        ],
      });
    }
  });

  it("gives each recipient its own reply when all are refused, and sends no content", async () => {
    for (const extensions of [[], ["PIPELINING"]]) {
      const refusal = (line: string) => (line.includes("a@") ? "550 5.1.1 unknown" : "451 4.3.0 later");
      script({
        extensions,
        answer: (step, line) => {
          if (step === "DATA") return "554 5.5.1 no valid recipients";
          return step === "RCPT" ? refusal(line) : null;
        },
      });
      const result = await send({ recipients: ["a@x.org", "b@x.org"] });
      assert.equal(result.kind, "failed");
      assert.deepEqual(
        result.refused.map(({ address, code }) => [address, code]),
        [
          ["a@x.org", 550],
          ["b@x.org", 451],
        ],
      );
      assert.equal(server.contents.length, 0);
    }
  });

  for (const [step, code] of [
    ["MAIL", 451],
    ["MAIL", 550],
    ["DATA", 451],
    ["DATA", 554],
    ["content", 452],
    ["content", 554],
  ] as const) {
    it(`reports a ${code} at ${step} as about the message`, async () => {
      script({ answer: answering(step, `${code} 9.9.9 no`) });
      const result = await send();
      assert.deepEqual(result.kind === "failed" && [result.stage, result.code, result.reply], [
        "message",
        code,
        `${code} 9.9.9 no`,
      ]);
    });
  }

  for (const step of ["greeting", "EHLO"] as const) {
    it(`reports a 554 at ${step} as about the session`, async () => {
      script({ answer: (at) => (at === step || at === "HELO" ? "554 5.3.2 not today" : null) });
      const { stage, code } = await openFailure();
      assert.deepEqual([stage, code], ["session", 554]);
    });
  }

  for (const step of ["greeting", "EHLO"] as const) {
    it(`fails when the server closes the connection at ${step}`, async () => {
      script({ answer: (at) => (at === step ? "close" : null) });
      const { stage, code } = await openFailure();
      assert.deepEqual([stage, code], ["session", null]);
    });
  }

  for (const step of ["MAIL", "RCPT", "DATA", "content"] as const) {
    it(`fails without a verdict when the server closes the connection at ${step}`, async () => {
      script({ answer: (at) => (at === step ? "close" : null) });
      const session = await openSession();
      const result = await session.send(message(), never);
      assert.deepEqual(result.kind === "failed" && [result.code, result.refused], [null, []]);
      assert.equal(session.isUsable, false);
      assert.equal(session.hasAnswered, step !== "MAIL");
    });
  }

  it("fails when the server closes the connection in the middle of the sign-in", async () => {
    script({ extensions: ["AUTH PLAIN"], answer: (at) => (at === "AUTH" ? "close" : null) });
    assert.equal((await openFailure({ username: "u", password: "p" })).code, null);
  });

  it("tells what was refused even when the server then closes the connection at RSET", async () => {
    script({ answer: (at) => (at === "RCPT" ? "550 5.1.1 unknown" : at === "RSET" ? "close" : null) });
    const session = await openSession();
    const result = await session.send(message(), never);
    assert.deepEqual(result.refused, [{ address: "a@x.org", code: 550, reply: "550 5.1.1 unknown" }]);
    assert.equal(session.isUsable, false);
  });

  it("fails without a verdict on an answer that is none", async () => {
    for (const step of ["greeting", "MAIL", "RCPT", "content"] as const) {
      script({ answer: answering(step, "\u0001\u0002 rubbish") });
      const opened = await SmtpSession.open(hostOf(), never);
      const result = opened instanceof SmtpSession ? await opened.send(message(), never) : opened;
      assert.ok(result.kind === "failed" && (result.code === null || result.code < 500), step);
    }
  });

  it("takes another message after a refusal", async () => {
    script({ answer: (at) => (at === "MAIL" && server.contents.length === 0 ? "550 5.7.1 not you" : null) });
    const session = await openSession();
    assert.equal((await session.send(message(), never)).kind, "failed");
    script({ answer: () => null });
    assert.equal(session.isUsable, true);
    assert.equal((await session.send(message(), never)).kind, "sent");
    assert.equal(server.sessions.length, 1);
    session.close();
  });

  it("refuses by itself, for good, what is larger than the server allows, and lets go of the content", async () => {
    script({ extensions: ["8BITMIME", "SIZE 10"] });
    const { content, opened, released } = watchedContent();
    const result = await send({ content });
    assert.deepEqual(result.kind === "failed" && [result.stage, result.code], ["message", 552]);
    await until("the content to be let go", () => opened.length > 0 && released.length === opened.length);
  });

  it("lets go of the content when the session has ended before it", async () => {
    const session = await openSession();
    session.close();
    const { content, opened, released } = watchedContent();
    assert.equal((await session.send(message({ content }), never)).kind, "failed");
    await until("the content to be let go", () => opened.length > 0 && released.length === opened.length);
  });

  it("never completes a message whose content can't be read to its end", async () => {
    const content = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(text));
        },
        pull() {
          return new Promise((_resolve, reject) => setTimeout(() => reject(new Error("EIO: read failed")), 50));
        },
      });
    const session = await openSession();
    const result = await session.send(message({ content }), never);
    assert.deepEqual(result.kind === "failed" && [result.stage, result.code], ["message", null]);
    assert.equal(session.isUsable, false);
    await until("the connection to end", () => server.sessions[0]?.hasEnded);
    assert.equal(server.contents.length, 0);
  });

  it("breaks off when it is told to, and the message is not completed", async () => {
    const { content } = watchedContent();
    const session = await openSession();
    const stop = new AbortController();
    const sent = session.send(message({ content }), stop.signal);
    await until("DATA", () => server.commands.includes("DATA"));
    stop.abort();
    const result = await sent;
    assert.deepEqual(result.kind === "failed" && result.code, null);
    await until("the connection to end", () => server.sessions[0]?.hasEnded);
    assert.equal(server.contents.length, 0);
  });

  it("breaks off while it waits for a reply", async () => {
    script({ answer: (at) => (at === "content" || at === "greeting" ? "hang" : null) });
    const stop = new AbortController();
    const opened = SmtpSession.open(hostOf(), stop.signal);
    await until("the connection", () => server.sessions.length === 1);
    stop.abort();
    assert.ok(!((await opened) instanceof SmtpSession));
  });

  it("does nothing when it was told to stop before", async () => {
    const stopped = AbortSignal.abort();
    assert.ok(!((await SmtpSession.open(hostOf(), stopped)) instanceof SmtpSession));
    const session = await openSession();
    assert.equal((await session.send(message(), stopped)).kind, "failed");
    assert.equal(server.commands.filter((line) => line.startsWith("MAIL")).length, 0);
  });

  it("fails on a port where nobody listens", async () => {
    const host = hostOf();
    await server.close();
    const opened = await SmtpSession.open(host, never);
    assert.ok(!(opened instanceof SmtpSession) && opened.kind === "failed" && opened.stage === "session");
    server = await ScriptedSmtpServer.start();
  });

  it("signs in where a user name is set", async () => {
    script({ extensions: ["AUTH PLAIN LOGIN"] });
    const session = await openSession({ username: "user", password: "pass" });
    session.close();
    // RFC 4616: authorization id, NUL, user, NUL, password.
    assert.ok(server.commands.includes(`AUTH PLAIN ${Buffer.from("\0user\0pass").toString("base64")}`));
  });

  it("tells a refused sign-in from other failures", async () => {
    script({ extensions: ["AUTH PLAIN"], answer: answering("AUTH", "535 5.7.8 wrong") });
    const { stage, code, reply } = await openFailure({ username: "user", password: "pass" });
    assert.deepEqual([stage, code, reply], ["sign-in", 535, "535 5.7.8 wrong"]);
  });

  it("encrypts with STARTTLS when that is offered, and checks the certificate", async () => {
    script({ tls: { cert: identity.certPem, key: identity.keyPem }, extensions: ["STARTTLS"] });
    for (const tls of ["auto", "starttls"] as const) {
      const { stage, code } = await openFailure({ tls });
      assert.deepEqual([stage, code], ["session", null]);
    }
    assert.equal(server.commands.filter((line) => line.startsWith("MAIL")).length, 0);
  });

  it("encrypts with a certificate that nobody vouches for, where the check is switched off", async () => {
    script({ tls: { cert: identity.certPem, key: identity.keyPem }, extensions: ["STARTTLS"] });
    const session = await openSession({ tls: "starttls", verifyCertificate: false });
    assert.equal((await session.send(message(), never)).kind, "sent");
    assert.equal(server.sessions[0]?.isSecure, true);
    session.close();
  });

  it("encrypts from the first byte where that is set", async () => {
    script({ tls: { cert: identity.certPem, key: identity.keyPem }, isImplicitTls: true });
    const session = await openSession({ tls: "implicit", verifyCertificate: false });
    assert.equal((await session.send(message(), never)).kind, "sent");
    assert.equal(server.sessions[0]?.isSecure, true);
    session.close();
  });

  it("sends nothing in the clear where STARTTLS is required and not offered, or refused", async () => {
    script({ extensions: [], answer: answering("STARTTLS", "502 5.5.1 no") });
    assert.equal((await openFailure({ tls: "starttls", username: "u", password: "p" })).stage, "session");
    script({ extensions: ["STARTTLS"], answer: answering("STARTTLS", "454 4.7.0 not now") });
    assert.equal((await openFailure({ tls: "auto" })).stage, "session");
    assert.deepEqual(
      server.commands.filter((line) => /^(?:AUTH|MAIL)/.test(line)),
      [],
    );
  });

  it("signs in nowhere in the clear, unless encryption is switched off", async () => {
    script({ extensions: ["AUTH PLAIN"] });
    const credentials = { username: "u", password: "p" };
    assert.equal((await openFailure({ tls: "auto", ...credentials })).stage, "session");
    assert.ok(!server.commands.some((line) => line.startsWith("AUTH")));
    (await openSession({ tls: "none", ...credentials })).close();
    assert.ok(server.commands.some((line) => line.startsWith("AUTH")));
  });

  it("stays in the clear where encryption is neither offered nor required, and where it is switched off", async () => {
    (await openSession({ tls: "auto" })).close();
    script({ extensions: ["STARTTLS"] });
    (await openSession({ tls: "none" })).close();
    assert.ok(!server.commands.includes("STARTTLS"));
  });

  it("shows the conversation, credentials masked", async () => {
    script({ extensions: ["AUTH PLAIN"] });
    const lines: string[] = [];
    const host = hostOf({ username: "user", password: "geheim" });
    const trace = (direction: string, line: string) => lines.push(`${direction} ${line}`);
    const session = await SmtpSession.open(host, never, { trace });
    assert.ok(session instanceof SmtpSession);
    session.close();
    assert.ok(lines.includes("sent EHLO relay.example.org"));
    assert.ok(lines.includes("received 220 scripted ESMTP"));
    const secret = Buffer.from("\0user\0geheim").toString("base64");
    assert.ok(!lines.some((line) => line.includes("geheim") || line.includes(secret)));
  });
});
