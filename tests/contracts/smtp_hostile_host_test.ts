import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { generateSelfSigned, type TlsIdentity } from "../../core/certificate/mod.ts";
import type { DeliveryReport } from "../../core/relay/outcome.ts";
import { reportSmtpResult, type SmartHost } from "../../core/relay/smtp_result.ts";
import { type SmtpMessage, SmtpSession } from "../../runtime-node/smtp_client.ts";
import { type SmtpTimes, usualTimes } from "../../runtime-node/smtp_times.ts";
import {
  type Script,
  type ScriptedAnswer,
  type ScriptedSession,
  ScriptedSmtpServer,
  type ScriptedStep,
} from "../support/scripted_smtp_server.ts";

const never = new AbortController().signal;
const text = "Subject: Hello\r\n\r\nWorld\r\n";

/** Where a host goes wrong, and what the reason then says that it was at. */
const steps: Readonly<Record<string, { readonly step: ScriptedStep; readonly moment: RegExp }>> = {
  greeting: { step: "greeting", moment: /before its greeting|no greeting/ },
  EHLO: { step: "EHLO", moment: /after EHLO/ },
  STARTTLS: { step: "STARTTLS", moment: /after STARTTLS/ },
  AUTH: { step: "AUTH", moment: /after AUTH/ },
  MAIL: { step: "MAIL", moment: /after MAIL/ },
  RCPT: { step: "RCPT", moment: /after RCPT/ },
  DATA: { step: "DATA", moment: /after DATA/ },
  "the final dot": { step: "content", moment: /after DATA/ },
};

/** Short enough to be waited for, and long enough for a busy machine to come as far as it should. */
const shortTimes: SmtpTimes = { connectMs: 1500, openMs: 2000, silenceMs: 1500, messageMs: 2000 };

/** What a host does, and what is seen of it; `times` are the usual ones, which no test outlasts, unless it has to. */
const misdeeds: readonly {
  readonly name: string;
  readonly answer: ScriptedAnswer;
  readonly reason: RegExp;
  readonly times?: SmtpTimes;
  readonly isAnyMoment?: true;
}[] = [
  { name: "says nothing", answer: "hang", reason: /in time/, times: shortTimes },
  {
    name: "says a byte now and then",
    answer: { bytes: "2", after: "trickle" },
    reason: /in time/,
    times: shortTimes,
  },
  { name: "hangs up", answer: "close", reason: /was closed|failed/ },
  { name: "hangs up in its reply", answer: { bytes: "250-half", after: "close" }, reason: /was closed|failed/ },
  { name: "speaks HTTP", answer: "HTTP/1.1 400 Bad Request\r\nServer: x\r\n", reason: /no SMTP reply: "HTTP\/1.1 400/ },
  { name: "sends rubbish", answer: "\u0001\u0002\u00ff rubbish", reason: /no SMTP reply: / },
  { name: "says a line without end", answer: { bytes: "2", after: "repeat" }, reason: /more .* than any SMTP server/ },
  {
    name: "gives a reply without end",
    answer: { bytes: "250-x\r\n", after: "repeat" },
    reason: /more .* than any SMTP/,
  },
  { name: "sends nothing but newlines", answer: { bytes: "\r\n", after: "repeat" }, reason: /more .* than any SMTP/ },
];

describe("SmtpSession with a host that goes wrong", () => {
  let identity: TlsIdentity;

  before(async () => {
    identity = await generateSelfSigned(crypto, {
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1"],
      nowMs: Date.now(),
    });
  });

  async function meet(
    script: Script,
    times: SmtpTimes = usualTimes,
    { tls = "starttls" as SmartHost["tls"], content = new TextEncoder().encode(text) } = {},
  ): Promise<{ report: DeliveryReport; session: ScriptedSession | undefined }> {
    const server = await ScriptedSmtpServer.start({
      extensions: ["STARTTLS", "AUTH PLAIN", "8BITMIME"],
      tls: { cert: identity.certPem, key: identity.keyPem },
      ...script,
    });
    const credentials = tls === "none" ? {} : { username: "app", password: "geheim" };
    const host = { host: "127.0.0.1", port: server.port, tls, verifyCertificate: false, clientName: "c.example" };
    const message: SmtpMessage = { sender: "a@x.org", recipients: ["b@x.org"], sizeBytes: content.length, content };
    try {
      const opened = await SmtpSession.open({ ...host, ...credentials }, never, { times });
      const result = opened instanceof SmtpSession ? await opened.send(message, never) : opened;
      if (opened instanceof SmtpSession) opened.close();
      return { report: reportSmtpResult(["b@x.org"], result), session: server.sessions[0] };
    } finally {
      await server.close();
    }
  }

  for (const { name, answer, reason, times } of misdeeds) {
    it(`takes it for a temporary failure, and says at what, when it ${name}`, async () => {
      await Promise.all(
        Object.entries(steps).map(async ([place, { step, moment }]) => {
          const { report, session } = await meet({ answer: (at) => (at === step ? answer : null) }, times);
          const { result, response } = report.outcomes[0]!;
          assert.equal(result, "temporary", `${place}: ${response}`);
          assert.match(response, reason, place);
          assert.match(response, moment, place);
          assert.match(response, /127\.0\.0\.1:\d+/, place);
          assert.ok(!response.includes("geheim"), place);
          assert.equal(session?.contents.length, step === "content" ? 1 : 0, place);
          // What is left is in the buffers of the two ends.
          assert.ok(session!.saidBytes < 24 * 1024 * 1024, `${place}: ${session!.saidBytes} bytes were read`);
        }),
      );
    });
  }

  it("ends a handshake that does not get on", async () => {
    const afterSaying = (bytes: string): Script => {
      const answer: ScriptedAnswer = { bytes, after: "hang" };
      return { answer: (at) => (at === "STARTTLS" ? answer : null) };
    };
    const [silent, rubbish, implicit] = await Promise.all([
      meet(afterSaying("220 go on\r\n"), shortTimes),
      meet(afterSaying("220 go on\r\n250 rubbish\r\n"), shortTimes),
      meet({ answer: () => "hang" }, shortTimes, { tls: "implicit" }),
    ]);
    assert.match(silent.report.outcomes[0]!.response, /did not finish the TLS handshake in time/);
    assert.equal(rubbish.report.outcomes[0]!.result, "temporary");
    assert.match(implicit.report.outcomes[0]!.response, /could not be reached in time/);
  });

  it("says that TLS has failed where the host speaks something else", async () => {
    const { report } = await meet({}, usualTimes, { tls: "implicit" });
    assert.match(report.outcomes[0]!.response, /^The connection to 127\.0\.0\.1:\d+ failed before its greeting: /);
  });

  it("does not take a banner of 25 MB", async () => {
    const banner = `220 ${"x".repeat(25 * 1024 * 1024)}`;
    const { report } = await meet({ answer: (at) => (at === "greeting" ? banner : null) });
    assert.match(report.outcomes[0]!.response, /said more before its greeting than any SMTP server has to say/);
  });

  it("takes a message for delivered only once the whole reply to it is there", async () => {
    const { session } = await meet({}, usualTimes, { tls: "none" });
    const whole = session!.saidBytes;
    const lastReply = "250 2.0.0 ok: queued as 4F1C2D\r\n".length;
    for (let cut = 0; cut <= whole; cut++) {
      const { report, session: cutShort } = await meet({ cutAfterBytes: cut }, usualTimes, { tls: "none" });
      const { result, response } = report.outcomes[0]!;
      // A reply without its newline may be the beginning of another.
      assert.equal(result, cut >= whole ? "delivered" : "temporary", `after ${cut} of ${whole} bytes: ${response}`);
      assert.equal(cutShort?.contents.length, cut >= whole - lastReply ? 1 : 0, `after ${cut} bytes`);
    }
  });

  it("tries again what a host has read in part", async () => {
    const content = Buffer.from(`Subject: large\r\n\r\n${"0123456789\r\n".repeat(400_000)}`);
    const { report } = await meet(
      { answer: (at) => (at === "DATA" ? { bytes: "354 go on\r\n", after: "hang" } : null) },
      shortTimes,
      { content },
    );
    assert.match(report.outcomes[0]!.response, /did not answer in time after DATA/);
    const other = await meet(
      { answer: (at) => (at === "DATA" ? { bytes: "354 go on\r\n", after: "close" } : null) },
      usualTimes,
      { content },
    );
    assert.equal(other.report.outcomes[0]!.result, "temporary");
  });
});
