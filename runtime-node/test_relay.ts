/** Sends a real test message through a relay, and keeps the conversation. */
import { compose } from "../core/mail/compose.ts";
import type { RelayTest, TestEnvelope } from "../core/operations/operation_context.ts";
import { localProvider, localTransport } from "../core/relay/local_transport.ts";
import type { DeliveryReport } from "../core/relay/outcome.ts";
import type { Relay } from "../core/relay/relay.ts";
import { smartHostOf } from "../core/relay/smart_host.ts";
import { reportSmtpResult, type SmtpResult } from "../core/relay/smtp_result.ts";
import { idSource } from "./id_source.ts";
import { type SmtpMessage, SmtpSession } from "./smtp_client.ts";
import type { SmtpTrace } from "./smtp_trace.ts";

/** Longest time that a test may take. */
const timeoutMs = 60_000;

const marks = { sent: "→", received: "←", note: "•" } as const;

/** Sends a test message over a session of its own. */
export async function testRelay(relay: Relay, envelope: TestEnvelope, serverName: string): Promise<RelayTest> {
  const content = testMessage(relay, envelope, serverName);
  const transcript: string[] = [];
  const report = await send(relay, envelope, content, serverName, (direction, line) =>
    transcript.push(`${marks[direction]} ${line}`),
  );
  return { ok: report.outcomes.every(({ result }) => result === "delivered"), transcript, report };
}

async function send(
  relay: Relay,
  { from, to }: TestEnvelope,
  content: Uint8Array,
  serverName: string,
  trace: SmtpTrace,
): Promise<DeliveryReport> {
  const message: SmtpMessage = { sender: from, recipients: [to], sizeBytes: content.byteLength, content };
  if (relay.provider !== localProvider)
    return reportSmtpResult([to], await converse(relay, message, serverName, trace));
  const entry = { id: idSource.messageId(), sender: from, sizeBytes: content.byteLength, tags: [] };
  const outgoing = { entry, recipients: [to], content: { kind: "inline" as const, bytes: content } };
  return localTransport.send(relay, outgoing, AbortSignal.timeout(timeoutMs));
}

async function converse(relay: Relay, message: SmtpMessage, serverName: string, trace: SmtpTrace): Promise<SmtpResult> {
  const signal = AbortSignal.timeout(timeoutMs);
  const opened = await SmtpSession.open(smartHostOf(relay, serverName), signal, { trace });
  if (!(opened instanceof SmtpSession)) return opened;
  try {
    return await opened.send(message, signal);
  } finally {
    opened.quit();
  }
}

function testMessage(relay: Relay, { from, to }: TestEnvelope, serverName: string): Uint8Array {
  const chunks = compose({
    from: { name: "Dispatch", address: from },
    to: [{ name: "", address: to }],
    subject: `Test of the relay ${relay.name}`,
    text: `This message shows that the relay ${relay.name} of ${serverName} works.\n`,
    dateMs: Date.now(),
    messageId: `${idSource.uniqueId("")}@${serverName}`,
  });
  return new Uint8Array(Buffer.concat([...chunks]));
}
