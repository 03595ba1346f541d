/** The provider `smtp`: one pool of sessions for each relay. */
import type { LargeFiles } from "../core/capabilities.ts";
import type { DeliveryReport } from "../core/relay/outcome.ts";
import type { Relay } from "../core/relay/relay.ts";
import { smartHostOf } from "../core/relay/smart_host.ts";
import { reportSmtpResult } from "../core/relay/smtp_result.ts";
import type { OutgoingMessage, Transport } from "../core/relay/transport.ts";
import type { SmtpMessage } from "./smtp_client.ts";
import { SmtpPool } from "./smtp_pool.ts";

/** {@link Transport} over SMTP; sessions are kept until the relay's settings, or the name for EHLO, change. */
export class SmtpTransport implements Transport {
  readonly #largeFiles: LargeFiles;
  readonly #clientName: () => string;
  /** By the relay's id; `terms` is all that its sessions depend on. */
  readonly #pools = new Map<string, { terms: string; pool: SmtpPool }>();

  /** @param clientName the name for EHLO */
  constructor(largeFiles: LargeFiles, clientName: () => string) {
    this.#largeFiles = largeFiles;
    this.#clientName = clientName;
  }

  async send(relay: Relay, message: OutgoingMessage, signal: AbortSignal): Promise<DeliveryReport> {
    const { content, entry, recipients } = message;
    const smtpMessage = {
      sender: entry.sender,
      recipients,
      sizeBytes: entry.sizeBytes,
      ...requestIn(entry),
      content: content.kind === "inline" ? content.bytes : () => this.#largeFiles.open(content.name),
    };
    return reportSmtpResult(recipients, await this.#poolOf(relay).send(smtpMessage, signal));
  }

  /** Ends the sessions of relays that are not among `relays` as they are. */
  keepOnly(relays: readonly Relay[]): void {
    const kept = new Map(relays.map((relay) => [relay.id, this.#termsOf(relay)]));
    for (const [id, { terms, pool }] of this.#pools) {
      if (kept.get(id) === terms) continue;
      pool.close();
      this.#pools.delete(id);
    }
  }

  #poolOf(relay: Relay): SmtpPool {
    const terms = this.#termsOf(relay);
    const known = this.#pools.get(relay.id);
    if (known?.terms === terms) return known.pool;
    known?.pool.close();
    const pool = new SmtpPool(smartHostOf(relay, this.#clientName()), relay.concurrency);
    this.#pools.set(relay.id, { terms, pool });
    return pool;
  }

  /** Tables of relays cross threads as copies, so that equal relays are not the same object. */
  #termsOf(relay: Relay): string {
    return JSON.stringify([smartHostOf(relay, this.#clientName()), relay.concurrency]);
  }
}

/** What the sender of a message wants to be told; nearly always nothing in particular. */
function requestIn({ dsn, recipients = [] }: OutgoingMessage["entry"]): Pick<SmtpMessage, "dsn"> {
  const requests = recipients.flatMap((recipient) => (recipient.dsn === undefined ? [] : [recipient]));
  if (dsn === undefined && requests.length === 0) return {};
  return { dsn: { ...dsn, recipients: new Map(requests.map(({ address, dsn: request }) => [address, request!])) } };
}
