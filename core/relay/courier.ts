/** The worker: claims messages that are due, sends them over their relays, and settles them. */
import type { Clock, Logger } from "../capabilities.ts";
import type { ClaimedMessage, LaneRooms, Settlement, Spool } from "../spool/mod.ts";
import type { RetrySettings } from "../spool/retry_schedule.ts";
import { WaitingRoom } from "../spool/waiting_room.ts";
import { Consignment } from "./consignment.ts";
import type { DeliveryReport } from "./outcome.ts";
import { placeInLane } from "./place_in_lane.ts";
import type { Leg } from "./plan_legs.ts";
import type { CarrierKind } from "./provider/provider.ts";
import { refuseLeg } from "./refuse_leg.ts";
import type { Relay, RelayTable } from "./relay.ts";
import { type Job, patienceMs, RelayLines } from "./relay_lines.ts";
import { RoutePlan } from "./route_plan.ts";
import { singleLine } from "./single_line.ts";
import { sameForAll, soundReport } from "./sound_report.ts";
import { SpoolLedger } from "./spool_ledger.ts";
import type { Transport } from "./transport.ts";

/** Settings of the worker, read anew for each message. */
export interface CourierSettings {
  /** Concurrent deliveries, 1–32. One that takes longer than a second counts for its relay alone from then on. */
  readonly workerCount: number;
  readonly retry: RetrySettings;
}

/** What a {@link Courier} needs from its surroundings. */
export interface CourierOptions {
  readonly spool: Pick<Spool, "claim" | "settle" | "park">;
  readonly relays: () => RelayTable;
  readonly settings: () => CourierSettings;
  readonly transportFor: (carrier: CarrierKind) => Transport | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly createEventId: () => string;
}

/** Pause after the spool could not be read or written. */
const troublePauseMs = 1000;

/** Some recipients of a message on their way over a relay that can be used. */
interface Delivery extends Job {
  readonly consignment: Consignment;
  readonly leg: Leg;
}

/** Delivers until it is stopped. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #plan: RoutePlan;
  readonly #lines: RelayLines<Delivery>;
  /** No more messages are taken. */
  readonly #stop = new AbortController();
  /** What is under way is broken off. */
  readonly #giveUp = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #ledger: SpoolLedger;
  /** Messages of which some legs are done while others take their time. */
  readonly #halfway = new Set<Consignment>();
  readonly #progress = new WaitingRoom();
  readonly #canSend = (carrier: CarrierKind) => this.#options.transportFor(carrier) !== undefined;
  /** The rooms that the waiting claim was told of; `null` while none waits. */
  #claimedRooms: LaneRooms | null = null;
  /** Ends the waiting claim. */
  #endClaim = new AbortController();
  #isWatched = false;
  #running: Promise<void> | undefined;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#plan = new RoutePlan(options.relays(), options.clock.nowMs().toString(36));
    this.#lines = new RelayLines(this.#plan.health);
    this.#lines.isOnlyOne = this.#plan.hasOneWay;
    this.#ledger = new SpoolLedger({
      spool: options.spool,
      onTrouble: (id, error) => {
        this.#say("relay.settle_failed", `The outcome of ${id} can't be stored; trying again`, error);
        return this.#pause(troublePauseMs);
      },
      onStored: () => this.#goOn(),
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Must be called when `relays` returns another table: what waits is routed anew. */
  relaysChanged(): void {
    this.#followRelays();
    this.#endClaim.abort();
  }

  /** Takes no more messages, lets those under way finish for `graceMs`, then gives them up; the spool keeps them. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort();
    this.#endClaim.abort();
    this.#returnWaiting();
    this.#storeHalfway();
    const finished = (async () => {
      await this.#running;
      await Promise.all(this.#underWay);
      await this.#ledger.flushed();
    })();
    await Promise.race([finished, this.#pause(graceMs)]);
    this.#storeHalfway();
    this.#giveUp.abort();
    // Who was accepted until then is still to be stored.
    await Promise.race([finished, this.#pause(troublePauseMs)]);
  }

  /** Claims messages a little ahead of their delivery, several at a time: each claim is a journey to another thread. */
  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { workerCount } = this.#options.settings();
      const room = 2 * workerCount - this.#lines.quick - this.#lines.waiting;
      if (room < workerCount || this.#ledger.isMoving) await this.#progress.wait(signal);
      else await this.#claim(room);
    }
  }

  async #claim(max: number): Promise<void> {
    const rooms = this.#rooms();
    if (this.#endClaim.signal.aborted) this.#endClaim = new AbortController();
    this.#claimedRooms = rooms;
    try {
      const messages = await this.#options.spool.claim(
        max,
        this.#endClaim.signal,
        rooms.size === 0 ? undefined : rooms,
      );
      if (this.#stop.signal.aborted) return;
      if (rooms.size > 0) this.#relieve(rooms, messages, max);
      for (const message of messages) this.#take(message);
      this.#startDeliveries();
    } catch (error) {
      this.#say("relay.claim_failed", "The spool can't be read; trying again in a second", error);
      await this.#pause(troublePauseMs);
    } finally {
      this.#claimedRooms = null;
    }
  }

  /** Lanes in which messages wait for a relay, and how many of them it has room for. */
  #rooms(): LaneRooms {
    const nowMs = this.#options.clock.nowMs();
    const rooms = this.#lines.crowded().map((relay) => {
      return [this.#plan.laneOf(relay), this.#lines.roomOf(this.#plan.standInFor(relay, nowMs))] as const;
    });
    return new Map(rooms);
  }

  /** A lane that gave less than it was asked for has no more to give. */
  #relieve(rooms: LaneRooms, messages: readonly ClaimedMessage[], max: number): void {
    if (messages.length === 0 || messages.length === max) return;
    for (const relay of this.#lines.crowded()) {
      const lane = this.#plan.laneOf(relay);
      const asked = rooms.get(lane) ?? 0;
      if (messages.filter((message) => message.lane === lane).length < asked) this.#lines.relieve(relay);
    }
  }

  #take(message: ClaimedMessage): void {
    this.#followRelays();
    const legs = this.#plan.legsOf(message.entry, this.#options.clock.nowMs());
    const consignment = new Consignment(message, legs.length);
    if (legs.length === 0) this.#conclude(consignment);
    for (const leg of legs) this.#begin(consignment, leg);
  }

  #begin(consignment: Consignment, leg: Leg): void {
    const nowMs = this.#options.clock.nowMs();
    const { relay } = leg;
    const refusal = refuseLeg(leg, consignment.message.entry.sizeBytes, this.#canSend);
    if (refusal === null) {
      if (!this.#lines.join({ consignment, leg, relay: relay!, sinceMs: nowMs })) this.#withhold(consignment, leg);
      return;
    }
    if (relay?.problem !== undefined) this.#plan.health.note(relay, refusal, nowMs);
    this.#finish(consignment, leg, refusal, nowMs);
  }

  #startDeliveries(): void {
    this.#followRelays();
    const { workerCount } = this.#options.settings();
    while (this.#lines.quick < workerCount && !this.#ledger.isBehind) {
      const delivery = this.#lines.next(this.#options.clock.nowMs());
      if (delivery === undefined) break;
      const work = this.#deliver(delivery).finally(() => {
        this.#underWay.delete(work);
        this.#goOn();
      });
      this.#underWay.add(work);
    }
    this.#watch();
  }

  /** Goes on after something has come to its end. */
  #goOn(): void {
    this.#startDeliveries();
    this.#progress.wake();
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { consignment, leg, relay, sinceMs } = delivery;
    const report = await this.#send(relay, leg, consignment.message);
    const nowMs = this.#options.clock.nowMs();
    // What was under way over a relay that was mended, or removed, says nothing about the one of now.
    if (this.#lines.end(delivery, nowMs)) {
      this.#plan.health.note(relay, report, nowMs);
      if (this.#plan.health.isHopeless(relay)) this.#lines.crowd(relay);
    }
    if (this.#giveUp.signal.aborted) this.#abandon(consignment, leg, report, sinceMs);
    else this.#finish(consignment, leg, report, sinceMs);
    this.#renewClaim();
  }

  async #send(relay: Relay, leg: Leg, { entry, content }: ClaimedMessage): Promise<DeliveryReport> {
    const recipients = leg.recipients.map(({ address }) => address);
    try {
      const transport = this.#options.transportFor(relay.carrier!)!;
      return soundReport(await transport.send(relay, { entry, recipients, content }, this.#giveUp.signal), recipients);
    } catch (error) {
      this.#say("relay.send_failed", `Relay ${relay.name} failed unexpectedly`, error);
      return sameForAll(recipients, "temporary", error instanceof Error ? error.message : String(error));
    }
  }

  /** Ends a leg with what it met. */
  #finish(consignment: Consignment, leg: Leg, report: DeliveryReport, startMs: number): void {
    const nowMs = this.#options.clock.nowMs();
    const { relay, rule, isFallback } = leg;
    consignment.attempt({ relay, rule, isFallback, report, durationMs: Math.max(0, nowMs - startMs) });
    this.#conclude(consignment);
  }

  /** Ends a leg that may have been broken off: who was accepted, or refused, stays so, and for the others it was no attempt. */
  #abandon(consignment: Consignment, leg: Leg, report: DeliveryReport, startMs: number): void {
    const outcomes = report.outcomes.filter(({ result }) => result !== "temporary");
    if (outcomes.length > 0) this.#finish(consignment, leg, { ...report, outcomes }, startMs);
    else this.#giveBack(consignment, leg);
  }

  /** Ends a leg that is to be planned anew. */
  #giveBack(consignment: Consignment, leg: Leg): void {
    consignment.isReturned = true;
    this.#withhold(consignment, leg);
  }

  /** Ends a leg whose relay has no room. */
  #withhold(consignment: Consignment, leg: Leg): void {
    consignment.withhold(leg);
    this.#conclude(consignment);
  }

  /** Stores what became of a message once no leg of it is open. */
  #conclude(consignment: Consignment): void {
    if (!consignment.isOver) {
      if (consignment.isHalfway) this.#halfway.add(consignment);
      return;
    }
    this.#halfway.delete(consignment);
    const settlement = placeInLane(this.#settlementOf(consignment), consignment, {
      plan: this.#plan,
      nowMs: this.#options.clock.nowMs(),
      isApart: (relay) => this.#lines.isCrowded(relay) || this.#plan.health.failingSinceMs(relay) !== null,
    });
    const { id, lane = "", dueAtMs } = settlement;
    const isOnlyMoved = consignment.isUntouched && dueAtMs === consignment.entry.dueAtMs;
    if (isOnlyMoved) this.#ledger.park(id, lane);
    else this.#ledger.settle(consignment, settlement);
  }

  #settlementOf(consignment: Consignment): Settlement {
    return consignment.settle({
      retry: this.#options.settings().retry,
      nowMs: this.#options.clock.nowMs(),
      random: this.#options.random(),
      createEventId: this.#options.createEventId,
      takeoverAtMs: (relay, failingSinceMs) => this.#plan.takeoverAtMs(relay, failingSinceMs),
    });
  }

  /** Looks after those who wait, once in a while and only while someone does: no delivery has a timer of its own. */
  #watch(): void {
    if (this.#isWatched || (this.#lines.waiting === 0 && this.#halfway.size === 0)) return;
    this.#isWatched = true;
    this.#options.clock.after(patienceMs, () => {
      this.#isWatched = false;
      for (const { consignment, leg } of this.#lines.sweep(this.#options.clock.nowMs())) {
        this.#withhold(consignment, leg);
      }
      this.#storeHalfway();
      this.#goOn();
    });
  }

  /** Stores what is known of messages that are still on their way: who was accepted is not to be sent to again after a crash. */
  #storeHalfway(): void {
    for (const consignment of this.#halfway) this.#ledger.settle(consignment, this.#settlementOf(consignment));
    this.#halfway.clear();
  }

  #followRelays(): void {
    const table = this.#options.relays();
    if (!this.#plan.follow(table)) return;
    this.#returnWaiting();
    this.#lines.follow(table.relays);
    this.#lines.isOnlyOne = this.#plan.hasOneWay;
  }

  /** Gives back what has not set out yet. */
  #returnWaiting(): void {
    for (const { consignment, leg } of this.#lines.clear()) this.#giveBack(consignment, leg);
  }

  /** Claims anew when a relay has room that the waiting claim does not know of. */
  #renewClaim(): void {
    const rooms = this.#claimedRooms;
    if (rooms === null || rooms.size === 0) return;
    const isNewRoom = [...this.#rooms()].some(([lane, room]) => room > 0 && rooms.get(lane) === 0);
    if (isNewRoom) this.#endClaim.abort();
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(delayMs, resolve));
  }

  #say(event: string, message: string, error: unknown): void {
    const reason = singleLine(error instanceof Error ? error.message : String(error));
    this.#options.logger.error(event, `${message}: ${reason}`, { reason });
  }
}
