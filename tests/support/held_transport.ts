/** A transport whose deliveries wait until the test lets them go. */
import type { DeliveryOutcome, DeliveryReport } from "../../core/relay/outcome.ts";
import type { Relay } from "../../core/relay/relay.ts";
import type { OutgoingMessage, Transport } from "../../core/relay/transport.ts";

/** One delivery, as the transport was asked for it. */
export interface HeldDelivery {
  readonly relay: Relay;
  readonly message: OutgoingMessage;
  readonly signal: AbortSignal;
}

export class HeldTransport implements Transport {
  readonly sent: HeldDelivery[] = [];
  /** The most deliveries that were under way at the same time, in all and for each relay. */
  mostAtOnce = 0;
  readonly mostOver = new Map<string, number>();
  /** What deliveries over a relay, by its name, end with at once; those over others wait. */
  readonly answers = new Map<string, DeliveryOutcome["result"]>();
  readonly #underWay = new Map<() => void, string>();

  async send(relay: Relay, message: OutgoingMessage, signal: AbortSignal): Promise<DeliveryReport> {
    this.sent.push({ relay, message, signal });
    const answer = this.answers.get(relay.name);
    if (answer === undefined) await this.#wait(relay.name, signal);
    const result = answer ?? this.answers.get(relay.name) ?? (signal.aborted ? "temporary" : "delivered");
    const response = { delivered: "250 ok", temporary: "450 later", permanent: "550 no" }[result];
    return {
      outcomes: message.recipients.map((address) => ({ address, result, response })),
      providerMessageId: null,
      retryAfterSeconds: null,
    };
  }

  /** Ends that many of the deliveries that wait, the oldest first; of one relay alone when it is named. */
  letGo(count = Number.POSITIVE_INFINITY, over?: string): void {
    const chosen = [...this.#underWay].filter(([, name]) => over === undefined || name === over);
    for (const [release] of chosen.slice(0, count)) {
      this.#underWay.delete(release);
      release();
    }
  }

  /** Addresses that were sent to over the relay of that name, in order. */
  addressesOver(name: string): string[] {
    return this.sent.filter(({ relay }) => relay.name === name).flatMap(({ message }) => message.recipients);
  }

  #wait(name: string, signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve) => {
      const release = () => {
        this.#underWay.delete(release);
        resolve();
      };
      this.#underWay.set(release, name);
      signal.addEventListener("abort", release, { once: true });
      const over = [...this.#underWay.values()].filter((other) => other === name).length;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay.size);
      this.mostOver.set(name, Math.max(this.mostOver.get(name) ?? 0, over));
    });
  }
}
