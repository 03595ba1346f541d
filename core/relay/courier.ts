/** The worker: claims messages that are due, sends them over their relays, and settles them. */
import type { Clock, Logger } from "../capabilities.ts";
import { routeRecipients } from "../routing/route_recipients.ts";
import type { ClaimedMessage, Settlement, Spool } from "../spool/mod.ts";
import type { RetrySettings } from "../spool/retry_schedule.ts";
import { WaitingRoom } from "../spool/waiting_room.ts";
import type { DeliveryReport } from "./outcome.ts";
import type { Relay, RelayTable } from "./relay.ts";
import { type RouteAttempt, settleAttempt } from "./settle_attempt.ts";
import { singleLine } from "./single_line.ts";
import type { Transport } from "./transport.ts";

/** Settings of the worker, read anew for each message. */
export interface CourierSettings {
  /** Concurrent deliveries, 1–32. */
  readonly workerCount: number;
  readonly retry: RetrySettings;
}

/** What a {@link Courier} needs from its surroundings. */
export interface CourierOptions {
  readonly spool: Pick<Spool, "claim" | "settle">;
  readonly relays: () => RelayTable;
  readonly settings: () => CourierSettings;
  readonly transportFor: (provider: string) => Transport | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly createEventId: () => string;
}

/** Settlements that may be under way while the next messages are sent already; one sync serves many of them. */
const maxOpenSettlements = 64;

/** Pause after the spool could not be read or written. */
const troublePauseMs = 1000;

/** Delivers until it is stopped. */
export class Courier {
  readonly #options: CourierOptions;
  /** No more messages are taken. */
  readonly #stop = new AbortController();
  /** What is under way is broken off. */
  readonly #giveUp = new AbortController();
  /** Claimed, and not in delivery yet. */
  readonly #held: ClaimedMessage[] = [];
  readonly #active = new Set<Promise<void>>();
  readonly #settling = new Set<Promise<void>>();
  readonly #progress = new WaitingRoom();
  #running: Promise<void> | undefined;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Takes no more messages, lets those under way finish for `graceMs`, then gives them up; the spool keeps them. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort();
    const finished = (async () => {
      await this.#running;
      await Promise.all(this.#active);
      await Promise.all(this.#settling);
    })();
    await Promise.race([finished, this.#pause(graceMs)]);
    this.#giveUp.abort();
  }

  /** Claims messages a little ahead of their delivery, several at a time: each claim is a journey to another thread. */
  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { workerCount } = this.#options.settings();
      const room = 2 * workerCount - this.#active.size - this.#held.length;
      if (room < workerCount) await this.#progress.wait(signal);
      else await this.#hold(room, signal);
    }
  }

  async #hold(max: number, signal: AbortSignal): Promise<void> {
    try {
      this.#held.push(...(await this.#options.spool.claim(max, signal)));
      this.#startDeliveries();
    } catch (error) {
      this.#say("relay.claim_failed", "The spool can't be read; trying again in a second", error);
      await this.#pause(troublePauseMs);
    }
  }

  #startDeliveries(): void {
    const { workerCount } = this.#options.settings();
    while (this.#active.size < workerCount && this.#settling.size < maxOpenSettlements && !this.#stop.signal.aborted) {
      const message = this.#held.shift();
      if (message === undefined) break;
      this.#track(this.#active, this.#deliver(message));
    }
  }

  #track(set: Set<Promise<void>>, work: Promise<void>): void {
    const tracked = work.finally(() => {
      set.delete(tracked);
      this.#startDeliveries();
      this.#progress.wake();
    });
    set.add(tracked);
  }

  async #deliver(message: ClaimedMessage): Promise<void> {
    const pending = message.entry.recipients.filter(({ state }) => state === "pending");
    const routes = routeRecipients(this.#options.relays(), pending);
    const attempts = await Promise.all(
      routes.map(async ({ relay, rule, recipients }): Promise<RouteAttempt> => {
        const startMs = this.#options.clock.nowMs();
        const report = await this.#send(
          relay,
          message,
          recipients.map(({ address }) => address),
        );
        return { relay, rule, report, durationMs: this.#options.clock.nowMs() - startMs };
      }),
    );
    const settlement = settleAttempt(message.entry, attempts, {
      retry: this.#options.settings().retry,
      nowMs: this.#options.clock.nowMs(),
      random: this.#options.random(),
      createEventId: this.#options.createEventId,
    });
    this.#track(this.#settling, this.#settle(settlement));
  }

  async #send(relay: Relay | null, message: ClaimedMessage, recipients: readonly string[]): Promise<DeliveryReport> {
    // A relay that can't be used keeps its mail waiting: sending it elsewhere is not for us to decide.
    if (relay?.problem !== undefined) return allTemporary(recipients, relay.problem);
    const transport = relay === null ? undefined : this.#options.transportFor(relay.provider);
    if (relay === null || transport === undefined) return allTemporary(recipients, "No relay can take this message");
    try {
      return await transport.send(
        relay,
        { entry: message.entry, recipients, content: message.content },
        this.#giveUp.signal,
      );
    } catch (error) {
      this.#say("relay.send_failed", `Relay ${relay.name} failed unexpectedly`, error);
      return allTemporary(recipients, error instanceof Error ? error.message : String(error));
    }
  }

  /** Never gives up: a message that was delivered must not be sent again because the disk was full for a while. */
  async #settle(settlement: Settlement): Promise<void> {
    for (;;) {
      try {
        return await this.#options.spool.settle(settlement);
      } catch (error) {
        this.#say("relay.settle_failed", `The outcome of ${settlement.id} can't be stored; trying again`, error);
        await this.#pause(troublePauseMs);
      }
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(delayMs, resolve));
  }

  #say(event: string, message: string, error: unknown): void {
    const reason = singleLine(error instanceof Error ? error.message : String(error));
    this.#options.logger.error(event, `${message}: ${reason}`, { reason });
  }
}

function allTemporary(recipients: readonly string[], response: string): DeliveryReport {
  return {
    outcomes: recipients.map((address) => ({ address, result: "temporary", response: singleLine(response) })),
    providerMessageId: null,
    retryAfterSeconds: null,
  };
}
