/** The settings in force: one immutable value behind one holder. */
import { sameValue } from "./resolve.ts";
import type { SettingKey, Settings } from "./settings.ts";

/** Is told of a change that is in force already. */
export type SettingsListener = (next: Settings, previous: Settings) => void;

interface Subscription {
  readonly keys: readonly SettingKey[];
  readonly listener: SettingsListener;
}

/** Tells whether one of `keys` differs between two states. */
export function anyChanged(keys: readonly SettingKey[], next: Settings, previous: Settings): boolean {
  return keys.some((key) => !sameValue(next[key], previous[key]));
}

/** Holds the settings in force; a change replaces them whole and tells those who asked for one of its keys. */
export class SettingsHolder {
  #current: Settings;
  readonly #subscriptions = new Set<Subscription>();
  readonly #report: (error: unknown) => void;

  /** `report` gets what a listener throws: it neither undoes the change nor keeps it from the other listeners. */
  constructor(initial: Settings, report: (error: unknown) => void) {
    this.#current = initial;
    this.#report = report;
  }

  get current(): Settings {
    return this.#current;
  }

  /** Calls `listener` after each change of one of `keys`, until the returned function is called. */
  subscribe(keys: readonly SettingKey[], listener: SettingsListener): () => void {
    const subscription = { keys, listener };
    this.#subscriptions.add(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }

  /** Puts `next` in force. */
  replace(next: Settings): void {
    const previous = this.#current;
    this.#current = next;
    for (const { keys, listener } of [...this.#subscriptions]) {
      if (!anyChanged(keys, next, previous)) continue;
      try {
        listener(next, previous);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
