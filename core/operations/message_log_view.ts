/** What operators see of a row of the message log. */
import type { MessageEvent, MessageEventKind } from "../history/message_event.ts";
import type { RecipientKind } from "../mail/envelope.ts";
import type { OperationContext } from "./operation_context.ts";

/** One row of the message log; `null` is "none" or "not known". */
export interface MessageLogRow {
  readonly eventId: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Message id; `null` for what was refused before it had one. */
  readonly id: string | null;
  readonly event: MessageEventKind;
  readonly attempt: number;
  readonly sender: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string;
  readonly messageId: string | null;
  readonly sizeBytes: number;
  readonly relay: string | null;
  readonly rule: string | null;
  readonly provider: string | null;
  readonly providerMessageId: string | null;
  readonly response: string | null;
  readonly error: string | null;
  readonly durationMs: number | null;
  readonly source: "smtp" | "http" | "cli";
  readonly clientAddress: string | null;
  readonly apiKeyId: string | null;
  readonly apiKeyName: string | null;
  readonly smtpUser: string | null;
  readonly tlsVersion: string | null;
  readonly tlsCipher: string | null;
  /** What of the message the provider's API could not express. */
  readonly omitted: readonly string[];
  readonly tags: readonly string[];
  readonly attachments: readonly string[];
}

/** The views of `events`, with the names of their API keys. */
export async function viewMessageEvents(
  { keys }: Pick<OperationContext, "keys">,
  events: readonly MessageEvent[],
): Promise<MessageLogRow[]> {
  const isKeyed = events.some(({ origin }) => origin.apiKeyId !== null);
  const names = new Map(isKeyed ? (await keys.list()).map(({ id, name }) => [id, name]) : []);
  return events.map((event) => viewMessageEvent(event, names));
}

function viewMessageEvent(event: MessageEvent, keyNames: ReadonlyMap<string, string>): MessageLogRow {
  const { timeMs, recipients, origin, ...rest } = event;
  const addressesOf = (kind: RecipientKind) => recipients.filter((r) => r.kind === kind).map((r) => r.address);
  return {
    ...rest,
    time: new Date(timeMs).toISOString(),
    to: addressesOf("to"),
    cc: addressesOf("cc"),
    bcc: addressesOf("bcc"),
    source: origin.source,
    clientAddress: origin.clientAddress,
    apiKeyId: origin.apiKeyId,
    apiKeyName: keyNames.get(origin.apiKeyId ?? "") ?? null,
    smtpUser: origin.smtpUser,
    tlsVersion: origin.tls?.version ?? null,
    tlsCipher: origin.tls?.cipher ?? null,
  };
}
