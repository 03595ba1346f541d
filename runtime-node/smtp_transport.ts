/** The provider `smtp`: one pool of sessions for each relay. */
import type { LargeFiles } from "../core/capabilities.ts";
import { dsnRequestOf } from "../core/relay/dsn_request_of.ts";
import type { TokenSource } from "../core/relay/oauth/token_grant.ts";
import type { DeliveryReport } from "../core/relay/outcome.ts";
import type { Relay } from "../core/relay/relay.ts";
import { smartHostOf } from "../core/relay/smart_host.ts";
import { joinReports, reportSmtpResult } from "../core/relay/smtp_result.ts";
import type { OutgoingMessage, Transport } from "../core/relay/transport.ts";
import { SmtpPool } from "./smtp_pool.ts";

interface KeptPool {
  /** The relay and the name that it was last asked for. */
  readonly relay: Relay;
  readonly clientName: string;
  /** All that its sessions depend on. */
  readonly terms: string;
  readonly pool: SmtpPool;
}

/** {@link Transport} over SMTP; sessions are kept until the relay's settings, or the name for EHLO, change. */
export class SmtpTransport implements Transport {
  readonly #largeFiles: LargeFiles;
  readonly #clientName: () => string;
  readonly #tokens: TokenSource | undefined;
  /** By the relay's id. */
  readonly #pools = new Map<string, KeptPool>();

  /** @param clientName the name for EHLO */
  constructor(largeFiles: LargeFiles, clientName: () => string, tokens?: TokenSource) {
    this.#largeFiles = largeFiles;
    this.#clientName = clientName;
    this.#tokens = tokens;
  }

  async send(relay: Relay, message: OutgoingMessage, signal: AbortSignal): Promise<DeliveryReport> {
    const { content, entry, recipients } = message;
    const dsn = dsnRequestOf(message);
    const smtpMessage = {
      sender: entry.sender,
      recipients,
      sizeBytes: entry.sizeBytes,
      ...(dsn === null ? {} : { dsn }),
      content: content.kind === "inline" ? content.bytes : () => this.#largeFiles.open(content.name),
    };
    const attempts = await this.#poolOf(relay).send(smtpMessage, signal);
    const reports = attempts.map((attempt) => reportSmtpResult(attempt.recipients, attempt.result));
    return joinReports(recipients, reports);
  }

  /** Ends the sessions of relays that are not among `relays` as they are. */
  keepOnly(relays: readonly Relay[]): void {
    const kept = new Map(relays.map((relay) => [relay.id, JSON.stringify(smartHostOf(relay, this.#clientName()))]));
    for (const [id, { terms, pool }] of this.#pools) {
      if (kept.get(id) === terms) continue;
      pool.close();
      this.#pools.delete(id);
    }
  }

  #poolOf(relay: Relay): SmtpPool {
    const clientName = this.#clientName();
    const known = this.#pools.get(relay.id);
    if (known?.relay === relay && known.clientName === clientName) return known.pool;
    // Tables of relays cross threads as copies, so that equal relays are not the same object.
    const host = smartHostOf(relay, clientName);
    const terms = JSON.stringify(host);
    if (known?.terms !== terms) known?.pool.close();
    const pool = known?.terms === terms ? known.pool : new SmtpPool(host, this.#tokens);
    this.#pools.set(relay.id, { relay, clientName, terms, pool });
    return pool;
  }
}
