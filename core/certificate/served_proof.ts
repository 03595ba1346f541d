/** Proves that every listener serves the certificate that it should, by asking the listeners. */
import { serviceActor } from "../access/actor.ts";
import type { Clock, Logger } from "../capabilities.ts";
import type { RecordAudit } from "../history/audit_event.ts";
import { type ListenerKind, type ListenerSpec, nameListener } from "../lifecycle/listener_plan.ts";
import type { ServedCertificate } from "./served_certificate.ts";

/** How often the listeners are asked, and for how long an answer holds. */
const intervalMs = 60 * 60 * 1000;
/** The same while some listener is not as it should be. */
const troubledIntervalMs = 60 * 1000;

/** What a proof rests on. */
export interface ServedProofOptions {
  /** The listeners that are bound. */
  readonly listeners: () => readonly ListenerSpec[];
  /** Fingerprint of the certificate that a listener is to serve; `null` for one without TLS. */
  readonly expected: (kind: ListenerKind) => string | null;
  /** Connects to a listener, and resolves to the fingerprint of what it serves. @throws an error that says why it showed none */
  readonly probe: (listener: ListenerSpec) => Promise<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: RecordAudit;
}

interface Round {
  /** What was asked, and what for. */
  readonly key: string;
  readonly startedAtMs: number;
  readonly served: Promise<readonly ServedCertificate[]>;
  /** `null` until it is over. */
  isGood: boolean | null;
}

interface Target extends ListenerSpec {
  readonly expected: string;
}

/** See the file's first line. */
export class ServedProof {
  readonly #options: ServedProofOptions;
  #last: Round | null = null;
  #reported = { text: "", atMs: 0 };
  #cancel: () => void = () => {};
  #isStopped = false;

  constructor(options: ServedProofOptions) {
    this.#options = options;
  }

  /** Asks every listener; who asks for the same at the same time gets the same answer. */
  async check(): Promise<readonly ServedCertificate[]> {
    const key = this.#key();
    const running = this.#last !== null && this.#last.isGood === null && this.#last.key === key ? this.#last : null;
    const round = running ?? this.#begin(key);
    const served = await round.served;
    // What was found is no answer any more when a certificate or a listener has changed meanwhile.
    return round.key === this.#key() ? served : await this.check();
  }

  /** What was found last, unless that is too long ago or something has changed since; then as {@link check}. */
  async latest(): Promise<readonly ServedCertificate[]> {
    const last = this.#last;
    if (last === null || last.key !== this.#key()) return await this.check();
    const ageMs = this.#options.clock.nowMs() - last.startedAtMs;
    return ageMs < (last.isGood === false ? troubledIntervalMs : intervalMs) ? await last.served : await this.check();
  }

  /** Asks every listener, logs what came of it, and does so again within the hour. To be called after each change. */
  async prove(): Promise<void> {
    const served = await this.check();
    if (this.#isStopped) return;
    this.#report(served);
    this.#cancel();
    const delayMs = isGood(served) ? intervalMs : troubledIntervalMs;
    this.#cancel = this.#options.clock.after(delayMs, () => void this.prove());
  }

  /** Asks no more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #targets(): Target[] {
    return this.#options.listeners().flatMap(({ kind, port }) => {
      const expected = this.#options.expected(kind);
      return expected === null ? [] : [{ kind, port, expected }];
    });
  }

  #key(): string {
    return this.#targets()
      .map((target) => `${nameListener(target)} ${target.expected}`)
      .join();
  }

  #begin(key: string): Round {
    const served = Promise.all(this.#targets().map((target) => this.#ask(target)));
    const round: Round = { key, startedAtMs: this.#options.clock.nowMs(), served, isGood: null };
    void served.then((results) => {
      round.isGood = isGood(results);
    });
    this.#last = round;
    return round;
  }

  async #ask(target: Target): Promise<ServedCertificate> {
    const { probe, clock } = this.#options;
    const { kind, port, expected } = target;
    let fingerprintSha256: string | null = null;
    let reason: string | null = null;
    try {
      fingerprintSha256 = await probe(target);
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    const checkedAt = new Date(clock.nowMs()).toISOString();
    return { listener: kind, port, fingerprintSha256, current: fingerprintSha256 === expected, reason, checkedAt };
  }

  /** The same trouble is not told every minute. */
  #report(served: readonly ServedCertificate[]): void {
    const { clock, logger, audit } = this.#options;
    const text = served.map(({ checkedAt: _, ...rest }) => JSON.stringify(rest)).join();
    const nowMs = clock.nowMs();
    if (text === this.#reported.text && nowMs - this.#reported.atMs < intervalMs / 2) return;
    this.#reported = { text, atMs: nowMs };
    for (const found of served) {
      const { listener, port, fingerprintSha256, current, reason } = found;
      if (current) continue;
      const message = describeNotServed(found);
      logger.error("certificate.not_served", message, { listener, port, fingerprintSha256, reason });
      audit({ event: "certificate.not_served", actor: serviceActor, subject: `${listener}:${port}`, reason: message });
    }
    if (!isGood(served)) return;
    const fingerprints = served.map(({ listener, port, fingerprintSha256 }) => [
      `${listener}:${port}`,
      fingerprintSha256,
    ]);
    logger.info("certificate.proven", "Every listener serves its certificate.", Object.fromEntries(fingerprints));
  }
}

/** One sentence about a listener that did not show the certificate in service. */
export function describeNotServed({
  listener,
  port,
  reason,
}: Pick<ServedCertificate, "listener" | "port" | "reason">): string {
  const which = `The ${listener} listener on port ${port}`;
  return reason === null
    ? `${which} serves another certificate than the one in service.`
    : `${which} gave no answer when it was asked for its certificate: ${reason}.`;
}

function isGood(served: readonly ServedCertificate[]): boolean {
  return served.every(({ current }) => current);
}
