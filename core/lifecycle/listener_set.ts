/** The listeners that are bound: started together, changed one by one without a gap, closed together. */
import type { Logger } from "../capabilities.ts";
import { type DispatchError, isDispatchError } from "../error/mod.ts";
import { type ListenerSpec, nameListener, unprivilegedSmtpPort } from "./listener_plan.ts";

/** A bound listener, whatever it speaks. */
export interface Listener {
  /** Takes no new connections, lets open ones finish for `graceMs`, then closes what is left. */
  close(graceMs: number): Promise<void>;
}

/** A listener of the set. */
export interface BoundListener<L extends Listener> extends ListenerSpec {
  readonly listener: L;
}

/** A listener that could not be bound when the service started. */
export interface UnboundListener extends ListenerSpec {
  readonly reason: string;
}

/** A change that is prepared: the new listeners are bound, the old ones still serve. */
export interface PreparedChange {
  /** Closes the listeners that are no longer asked for. */
  commit(): void;
  /** Closes the new ones again. */
  undo(): Promise<void>;
}

/** What a {@link ListenerSet} needs from its surroundings. */
export interface ListenerSetOptions<L extends Listener> {
  /** @throws {DispatchError} `listener_unbindable` */
  readonly open: (spec: ListenerSpec) => Promise<L>;
  /** Brings a listener up to date that has just come into the set: it was not told of what changed while it was opened. */
  readonly catchUp: (bound: BoundListener<L>) => void;
  readonly logger: Logger;
  /** Time that open connections have when a listener is closed. */
  readonly graceMs: number;
}

/** The listeners that are bound. */
export class ListenerSet<L extends Listener> {
  readonly #options: ListenerSetOptions<L>;
  readonly #bound = new Map<string, BoundListener<L>>();
  readonly #unbound = new Map<string, UnboundListener>();

  constructor(options: ListenerSetOptions<L>) {
    this.#options = options;
  }

  get bound(): readonly BoundListener<L>[] {
    return [...this.#bound.values()];
  }

  get unbound(): readonly UnboundListener[] {
    return [...this.#unbound.values()];
  }

  /** Binds what can be bound and says what can't; port 25 gives way to 2525. */
  async start(specs: readonly ListenerSpec[]): Promise<void> {
    for (const spec of specs) {
      const error = await this.#tryOpen(spec);
      if (error === null) continue;
      this.#options.logger.error("listener.unbindable", error.message, { ...error.facts });
      const isTaken = specs.some(({ port }) => port === unprivilegedSmtpPort);
      if (spec.kind !== "smtp" || spec.port !== 25 || isTaken) continue;
      const standIn = { ...spec, port: unprivilegedSmtpPort };
      if ((await this.#tryOpen(standIn)) === null) {
        this.#options.logger.warn("listener.stand_in", "SMTP listens on port 2525 in place of 25.", { ...standIn });
      }
    }
  }

  /**
   * Binds what `next` asks for and `previous` did not. What could not be bound at the start is left as it is.
   *
   * @throws {DispatchError} `listener_unbindable`; then all is as before
   */
  async prepare(next: readonly ListenerSpec[], previous: readonly ListenerSpec[]): Promise<PreparedChange> {
    const before = new Set(previous.map(nameListener));
    const opened: BoundListener<L>[] = [];
    const undo = async (): Promise<void> => {
      await Promise.all(opened.map(({ listener }) => listener.close(0)));
    };
    try {
      for (const spec of next) {
        const isBound = this.#bound.has(nameListener(spec));
        if (!isBound && !before.has(nameListener(spec))) {
          opened.push({ ...spec, listener: await this.#options.open(spec) });
        }
      }
    } catch (error) {
      await undo();
      throw error;
    }
    return { undo, commit: () => this.#commit(next, opened) };
  }

  async close(): Promise<void> {
    const { graceMs } = this.#options;
    await Promise.all(this.bound.map(({ listener }) => listener.close(graceMs)));
    this.#bound.clear();
  }

  async #tryOpen(spec: ListenerSpec): Promise<DispatchError | null> {
    try {
      this.#add({ ...spec, listener: await this.#options.open(spec) });
      return null;
    } catch (error) {
      if (!isDispatchError(error, "listener_unbindable")) throw error;
      this.#unbound.set(nameListener(spec), { ...spec, reason: error.facts.reason });
      return error;
    }
  }

  #add(bound: BoundListener<L>): void {
    this.#bound.set(nameListener(bound), bound);
    this.#options.catchUp(bound);
  }

  #commit(next: readonly ListenerSpec[], opened: readonly BoundListener<L>[]): void {
    for (const bound of opened) this.#add(bound);
    const wanted = new Set(next.map(nameListener));
    if (wanted.has("smtp:25") && !this.#bound.has("smtp:25")) wanted.add(`smtp:${unprivilegedSmtpPort}`);
    for (const name of this.#unbound.keys()) if (!wanted.has(name)) this.#unbound.delete(name);
    for (const [name, { listener }] of this.#bound) {
      if (wanted.has(name)) continue;
      this.#bound.delete(name);
      void listener.close(this.#options.graceMs);
    }
  }
}
