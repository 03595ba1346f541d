/** Sends a message to a listener, as any client does: by SMTP or by HTTP. */
import { hostname } from "node:os";
import { DispatchError } from "../../core/error/mod.ts";
import { compose } from "../../core/mail/compose.ts";
import { parseMailboxes } from "../../core/mail/mailbox.ts";
import { idSource } from "../id_source.ts";
import { SmtpSession } from "../smtp_client.ts";
import { refuseUsage } from "./usage_failure.ts";

/** Longest time that sending may take. */
const timeoutMs = 60_000;

/** A message as it was typed. */
export interface GivenMessage {
  readonly from: string;
  readonly to: string[];
  readonly subject: string | undefined;
  readonly text: string | undefined;
}

/** Sends to `HOST:PORT` by SMTP, encrypted when that is offered; returns the id that the listener gave. */
export async function sendOverSmtp(target: string, message: GivenMessage): Promise<string> {
  const [, host = "", port = ""] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(target) ?? [];
  if (host === "") refuseUsage(`--smtp takes HOST:PORT; ${JSON.stringify(target)} is none.`);
  const [from] = readMailboxes("--from", [message.from]);
  const to = readMailboxes("--to", message.to);
  const { subject = "", text = "" } = message;
  const messageId = `${idSource.uniqueId("")}@${hostname()}`;
  const content = Buffer.concat([...compose({ from: from!, to, subject, text, dateMs: Date.now(), messageId })]);
  const signal = AbortSignal.timeout(timeoutMs);
  const smartHost = {
    host,
    port: Number(port),
    tls: "auto",
    verifyCertificate: false,
    clientName: hostname(),
  } as const;
  const session = await SmtpSession.open(smartHost, signal);
  if (!(session instanceof SmtpSession)) throw refusal(session.reply);
  const recipients = to.map(({ address }) => address);
  const envelope = { sender: from!.address, recipients, sizeBytes: content.byteLength, content };
  const result = await session.send(envelope, signal);
  session.quit();
  if (result.kind !== "sent") throw refusal(result.reply);
  return /spl_[0-9a-f]{32}/.exec(result.reply)?.[0] ?? result.reply;
}

/** Sends to the API at `url`; returns the id that it gave. */
export async function sendOverHttp(url: string, key: string, message: GivenMessage): Promise<string> {
  if (!URL.canParse(url)) refuseUsage(`--http takes a URL; ${JSON.stringify(url)} is none.`);
  const response = await fetch(new URL("/api/v1/messages", url), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw refusal(cause instanceof Error ? cause.message : String(cause), cause);
  });
  const answer = (await response.json()) as { id?: string; detail?: string };
  if (answer.id === undefined) throw refusal(answer.detail ?? `HTTP ${response.status}`);
  return answer.id;
}

function readMailboxes(option: string, given: readonly string[]) {
  const mailboxes = parseMailboxes(given.join(", "));
  if (mailboxes === null || mailboxes.length === 0) {
    return refuseUsage(`${option} takes an address; ${JSON.stringify(given.join(", "))} is none.`);
  }
  return mailboxes;
}

function refusal(answer: string, cause?: unknown): DispatchError {
  return new DispatchError("message_refused", { answer }, { cause });
}
