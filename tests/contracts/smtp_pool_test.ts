import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { LargeFiles } from "../../core/capabilities.ts";
import type { Relay } from "../../core/relay/relay.ts";
import type { SmtpResult } from "../../core/relay/smtp_result.ts";
import { openLargeFiles } from "../../runtime-node/large_files.ts";
import { SmtpPool } from "../../runtime-node/smtp_pool.ts";
import { SmtpTransport } from "../../runtime-node/smtp_transport.ts";
import { PostfixSink } from "../support/e2e_postfix_sink.ts";
import { findTool, until } from "../support/e2e_process.ts";
import { sampleRelay } from "../support/sample_relay.ts";
import { ScriptedSmtpServer, type ScriptedStep } from "../support/scripted_smtp_server.ts";

const never = new AbortController().signal;

/** Accepts so many recipients of each transaction, and refuses `unknown@…` in any. */
function refuseBeyond(limit: number, refusal: string) {
  let accepted = 0;
  return (step: ScriptedStep, line: string, _connection: number): string | null => {
    if (step === "MAIL") accepted = 0;
    if (step !== "RCPT") return null;
    if (line.includes("unknown")) return "550 5.1.1 unknown";
    return ++accepted > limit ? refusal : null;
  };
}

const text = "Subject: Hello\r\n\r\n.World\r\n";

function message(name = "app") {
  const content = new TextEncoder().encode(text);
  return { sender: `${name}@example.org`, recipients: ["a@x.org"], sizeBytes: content.length, content };
}

describe("SmtpPool", () => {
  let server: ScriptedSmtpServer;
  let pool: SmtpPool;

  beforeEach(async () => {
    server = await ScriptedSmtpServer.start();
    const { port } = server;
    const host = { host: "127.0.0.1", port, tls: "none", verifyCertificate: true, clientName: "c.example" } as const;
    pool = new SmtpPool(host);
  });

  afterEach(async () => {
    pool.close();
    await server.close();
  });

  async function send(signal = never): Promise<SmtpResult> {
    const [attempt, ...others] = await pool.send(message(), signal);
    assert.deepEqual([attempt?.recipients, others], [["a@x.org"], []]);
    return attempt!.result;
  }

  it("sends message after message over one session", async () => {
    for (let i = 0; i < 5; i++) assert.equal((await send()).kind, "sent");
    assert.equal(server.sessions.length, 1);
    assert.equal(server.contents.length, 5);
  });

  it("has as many sessions as messages under way, and keeps them", async () => {
    for (let round = 0; round < 2; round++) {
      const results = await Promise.all(Array.from({ length: 3 }, () => send()));
      assert.ok(results.every(({ kind }) => kind === "sent"));
    }
    assert.equal(server.sessions.length, 3);
    assert.equal(server.contents.length, 6);
  });

  it("ends a session after five hundred messages, with QUIT", async () => {
    for (let i = 0; i < 501; i++) assert.equal((await send()).kind, "sent");
    assert.equal(server.sessions.length, 2);
    await until("the first session to end", () => server.sessions[0]?.hasEnded);
    assert.equal(server.sessions[0]?.commands.at(-1), "QUIT");
    assert.equal(server.sessions[0]?.contents.length, 500);
  });

  it("takes a new session at once when the server has ended the idle one", async () => {
    await send();
    server.dropAll();
    assert.equal((await send()).kind, "sent");
    assert.equal(server.sessions.length, 2);
  });

  it("takes a new session at once when the server ends the idle one upon the next message", async () => {
    await send();
    for (const ending of ["close", "421 4.4.2 idle for too long"] as const) {
      const known = server.sessions.length;
      server.script = { answer: (step, _line, session) => (step === "MAIL" && session <= known ? ending : null) };
      assert.equal((await send()).kind, "sent", ending);
    }
    assert.equal(server.contents.length, 3);
  });

  it("tries a message that the server may have taken only once", async () => {
    await send();
    server.script = { answer: (step) => (step === "content" ? "close" : null) };
    const result = await send();
    assert.deepEqual(result.kind === "failed" && result.code, null);
    assert.equal(server.contents.length, 2);
  });

  it("tries a new session once, and no more", async () => {
    server.script = { answer: (step) => (step === "MAIL" ? "close" : null) };
    assert.equal((await send()).kind, "failed");
    assert.equal(server.sessions.length, 1);
  });

  it("keeps the session after a refusal, and gives up a broken one", async () => {
    server.script = { answer: (step) => (step === "RCPT" ? "550 5.1.1 unknown" : null) };
    await send();
    server.script = { answer: (step) => (step === "DATA" ? "close" : null) };
    await send();
    assert.equal(server.sessions.length, 1);
    server.script = {};
    assert.equal((await send()).kind, "sent");
    assert.equal(server.sessions.length, 2);
  });

  it("breaks off all that is under way", async () => {
    server.script = { answer: (step) => (step === "MAIL" ? "hang" : null) };
    const stop = new AbortController();
    const results = Array.from({ length: 3 }, () => send(stop.signal));
    await until("three messages under way", () => server.commands.filter((l) => l.startsWith("MAIL")).length === 3);
    stop.abort();
    assert.ok((await Promise.all(results)).every(({ kind }) => kind === "failed"));
    assert.equal(server.sessions.length, 3);
  });

  it("says QUIT on its idle sessions when it is closed", async () => {
    await send();
    pool.close();
    await until("the session to end", () => server.open === 0);
    assert.equal(server.commands.at(-1), "QUIT");
  });

  it("lets a message under way finish when it is closed, and keeps its session no longer", async () => {
    const sent = send();
    await until("the connection", () => server.open === 1);
    pool.close();
    assert.equal((await sent).kind, "sent");
    await until("the session to end", () => server.open === 0);
  });
});

describe("SmtpTransport", () => {
  let directory: string;
  let largeFiles: LargeFiles;
  let server: ScriptedSmtpServer;
  let transport: SmtpTransport;
  let clientName: string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "dispatch-transport-"));
    largeFiles = openLargeFiles(directory);
    server = await ScriptedSmtpServer.start();
    clientName = "relay.example.org";
    transport = new SmtpTransport(largeFiles, () => clientName);
  });

  afterEach(async () => {
    transport.keepOnly([]);
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function relayTo(port: number): Relay {
    const settings = { host: "127.0.0.1", port, tls: "none" };
    return sampleRelay("r", { settings });
  }

  function outgoing(content: { kind: "inline"; bytes: Uint8Array } | { kind: "large"; name: string }) {
    const entry = { id: "spl_1", sender: "app@example.org", sizeBytes: 100, tags: [] };
    return { entry, recipients: ["a@x.org"], content };
  }

  const small = () => outgoing({ kind: "inline", bytes: new TextEncoder().encode(text) });

  async function putLarge(name: string, bytes: Uint8Array): Promise<void> {
    const writer = await largeFiles.create(name);
    await writer.write(bytes);
    await writer.commit();
  }

  it("reports one outcome for each recipient", async () => {
    const report = await transport.send(relayTo(server.port), small(), never);
    assert.deepEqual(report, {
      outcomes: [{ address: "a@x.org", result: "delivered", response: "250 2.0.0 ok: queued as 4F1C2D" }],
      providerMessageId: "4F1C2D",
      retryAfterSeconds: null,
    });
  });

  it("sends a large message from its file", async () => {
    const bytes = Buffer.from(`Subject: large\r\n\r\n${"0123456789\r\n".repeat(100_000)}`);
    await putLarge("spl_1.eml", bytes);
    const report = await transport.send(relayTo(server.port), outgoing({ kind: "large", name: "spl_1.eml" }), never);
    assert.equal(report.outcomes[0]?.result, "delivered");
    assert.ok(server.contents[0]?.equals(bytes));
  });

  it("takes a large message whose file is gone for a temporary failure, and completes nothing", async () => {
    const report = await transport.send(relayTo(server.port), outgoing({ kind: "large", name: "spl_2.eml" }), never);
    assert.equal(report.outcomes[0]?.result, "temporary");
    assert.equal(server.contents.length, 0);
  });

  it("sends to the recipients beyond the host's limit in transactions of their own, at once", async () => {
    for (const [extensions, refusal] of [
      [["PIPELINING"], "452 4.5.3 Error: too many recipients"],
      [[], "552 Too many recipients"],
    ] as const) {
      const other = await ScriptedSmtpServer.start({ extensions, answer: refuseBeyond(2, refusal) });
      const recipients = ["a@x.org", "b@x.org", "unknown@x.org", "c@x.org", "d@x.org", "e@x.org"];
      const report = await transport.send(relayTo(other.port), { ...small(), recipients }, never);
      assert.deepEqual(
        report.outcomes.map(({ address, result }) => [address, result]),
        recipients.map((address) => [address, address.startsWith("unknown") ? "permanent" : "delivered"]),
      );
      assert.equal(other.sessions.length, 1);
      assert.equal(other.contents.length, 3);
      const [first, ...others] = other.commands.join("\n").split("MAIL FROM").slice(1);
      assert.equal(first?.match(/RCPT/g)?.length, 6);
      assert.ok(
        others.every((commands) => commands.match(/RCPT/g)!.length <= 3),
        "asks for more than the host takes",
      );
      transport.keepOnly([]);
      await other.close();
    }
  });

  it("takes a host that is full for full, and not for one that wants fewer recipients", async () => {
    server.script = { answer: refuseBeyond(1, "452 4.3.1 insufficient system storage") };
    const report = await transport.send(
      relayTo(server.port),
      { ...small(), recipients: ["a@x.org", "b@x.org"] },
      never,
    );
    assert.deepEqual(
      report.outcomes.map(({ result }) => result),
      ["delivered", "temporary"],
    );
    assert.equal(server.contents.length, 1);
  });

  it("gives the recipients of the next transactions the failure that ended the first one of them", async () => {
    let transactions = 0;
    const refuse = refuseBeyond(1, "452 4.5.3 too many recipients");
    server.script = {
      answer: (step, line, connection) => {
        if (step === "MAIL") transactions++;
        if (step === "content" && transactions === 2) return "554 5.6.0 no more of this";
        return refuse(step, line, connection);
      },
    };
    const recipients = ["a@x.org", "b@x.org", "c@x.org"];
    const report = await transport.send(relayTo(server.port), { ...small(), recipients }, never);
    assert.deepEqual(
      report.outcomes.map(({ address, result }) => [address, result]),
      [
        ["a@x.org", "delivered"],
        ["b@x.org", "permanent"],
        ["c@x.org", "permanent"],
      ],
    );
  });

  it("passes on what the sender wants to be told, where the host offers that, and says so where it does not", async () => {
    const dsn = { ret: "HDRS", envid: "QQ+2B31" } as const;
    const recipients = [
      {
        address: "a@x.org",
        kind: "to",
        state: "pending",
        dsn: { notify: ["SUCCESS", "DELAY"], orcpt: "rfc822;A@x.org" },
      },
      { address: "b@x.org", kind: "to", state: "pending", dsn: { notify: ["NEVER"] } },
      { address: "c@x.org", kind: "to", state: "pending" },
    ] as const;
    const outgoing = { ...small(), recipients: recipients.map(({ address }) => address) };
    const message = { ...outgoing, entry: { ...outgoing.entry, dsn, recipients } };
    for (const extensions of [["DSN"], ["DSN", "PIPELINING"]]) {
      server.script = { extensions };
      transport.keepOnly([]);
      const report = await transport.send(relayTo(server.port), message, never);
      assert.equal("omitted" in report, false);
      assert.deepEqual(server.sessions.at(-1)?.commands.slice(1, 5), [
        "MAIL FROM:<app@example.org> RET=HDRS ENVID=QQ+2B31",
        "RCPT TO:<a@x.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;A@x.org",
        "RCPT TO:<b@x.org> NOTIFY=NEVER",
        "RCPT TO:<c@x.org>",
      ]);
    }
    server.script = { extensions: [] };
    transport.keepOnly([]);
    assert.deepEqual((await transport.send(relayTo(server.port), message, never)).omitted, ["DSN request"]);
    assert.deepEqual(server.sessions.at(-1)?.commands.slice(1, 3), [
      "MAIL FROM:<app@example.org>",
      "RCPT TO:<a@x.org>",
    ]);
    // Nothing is left of it for the next message.
    await transport.send(relayTo(server.port), small(), never);
    assert.equal(server.sessions.at(-1)?.commands.includes("MAIL FROM:<app@example.org>"), true);
  });

  it("keeps sessions with a relay, and ends them when it is no longer among those to keep", async () => {
    const relay = relayTo(server.port);
    await transport.send(relay, small(), never);
    transport.keepOnly([relay]);
    await transport.send(relay, small(), never);
    assert.equal(server.sessions.length, 1);
    transport.keepOnly([]);
    await until("the session to end", () => server.open === 0);
  });

  it("keeps sessions when the relays are replaced by equal ones", async () => {
    await transport.send(relayTo(server.port), small(), never);
    const same = relayTo(server.port);
    transport.keepOnly([same]);
    await transport.send(same, small(), never);
    assert.equal(server.sessions.length, 1);
  });

  it("gives a new name of its own with the next message", async () => {
    const relay = relayTo(server.port);
    await transport.send(relay, small(), never);
    clientName = "new.example.org";
    await transport.send(relay, small(), never);
    assert.deepEqual(
      server.commands.filter((line) => line.startsWith("EHLO")),
      ["EHLO relay.example.org", "EHLO new.example.org"],
    );
  });

  it("sends over the relay as it is now, after a change of its settings", async () => {
    await transport.send(relayTo(server.port), small(), never);
    const other = await ScriptedSmtpServer.start();
    await transport.send(relayTo(other.port), small(), never);
    assert.equal(other.contents.length, 1);
    await other.close();
  });

  if (findTool("smtp-sink") === null) console.log("left out: SmtpTransport into smtp-sink, which is not installed");
  else {
    it("arrives at Postfix's smtp-sink as it left, over few sessions", async () => {
      const sink = await PostfixSink.start();
      const relay = relayTo(sink.port);
      const reports = await Promise.all(Array.from({ length: 40 }, () => transport.send(relay, small(), never)));
      assert.ok(reports.every(({ outcomes }) => outcomes[0]?.result === "delivered"));
      const messages = await until("the messages", async () => {
        const all = await sink.messages();
        return all.length === 40 && all;
      });
      for (const { content, recipients } of messages) {
        assert.equal(content, text.replaceAll("\r\n", "\n"));
        assert.deepEqual(recipients, ["<a@x.org>"]);
      }
      transport.keepOnly([]);
      await sink.close();
    });
  }
});
