/** The one way to read and change the configuration, for the command line, the admin API and the dashboard alike. */
import type { Logger } from "../capabilities.ts";
import { type ConfigViolation, DispatchError } from "../error/mod.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import type { ConfigStore, StoredSetting } from "./config_store.ts";
import type { Pin } from "./environment_names.ts";
import { type ConfigView, viewSetting } from "./mask.ts";
import { type PinNote, type Resolution, resolveSettings } from "./resolve.ts";
import { type ChangeAuthor, readValues, requireKey, requireSettable } from "./setting_change.ts";
import { type SettingKey, type Settings, settingKeys } from "./settings.ts";
import { anyChanged, SettingsHolder } from "./settings_holder.ts";
import {
  readStoredLayer,
  type SecretSealer,
  type StoredLayer,
  type StoredValue,
  seedRows,
  storedSetting,
} from "./stored_layer.ts";
import { writeSurely } from "./write_surely.ts";

/** Takes back what a guard did, because the change was refused after all. */
export type UndoGuard = () => void | Promise<void>;

/**
 * Is asked before a change is stored, and may prepare for it (bind the new port). To throw refuses the change. Returns
 * how to take the preparation back, if there is anything to take back.
 */
export type ConfigGuard = (next: Settings, previous: Settings) => Promise<UndoGuard | undefined>;

/** What the configuration rests on. */
export interface ConfigServiceOptions {
  readonly store: ConfigStore;
  readonly sealer: SecretSealer;
  /** What the environment pins: `readPins` of the environment. */
  readonly pins: ReadonlyMap<SettingKey, Pin>;
  /** `defaultSettings` of this host. */
  readonly defaults: Settings;
  readonly logger: Logger;
  /** Opens in spite of invalid values, so that they can be set right; their defaults are in force. Default `false`. */
  readonly repair?: boolean;
}

/**
 * Reads the configuration, and adds a row with the default for each key that has none.
 *
 * @throws {DispatchError} `config_invalid` with all violations of table and environment, `secret_unreadable`
 */
export async function openConfig(options: ConfigServiceOptions): Promise<ConfigService> {
  const { store, sealer, defaults, repair = false } = options;
  const stored = await readStoredLayer(await store.readAll(), sealer);
  const service = new ConfigService(options, stored);
  if (service.violations.length > 0 && !repair) {
    throw new DispatchError("config_invalid", { violations: service.violations });
  }
  for (const { key, note } of service.pinNotes) options.logger.warn("config.put_right", `${key}: ${note}`, { key });
  await store.seed(seedRows(defaults));
  return service;
}

/** The configuration of one running Dispatch. Changes are made one at a time, each whole or not at all. */
export class ConfigService {
  /** The settings in force, and who is told of changes. */
  readonly holder: SettingsHolder;
  readonly #options: ConfigServiceOptions;
  readonly #guards = new Set<{ readonly keys: readonly SettingKey[]; readonly guard: ConfigGuard }>();
  #stored: StoredLayer;
  #resolution: Resolution;
  readonly #changes = new Mutex();

  constructor(options: ConfigServiceOptions, stored: StoredLayer) {
    this.#options = options;
    this.#stored = stored;
    this.#resolution = resolveSettings({ ...options, stored: stored.values });
    this.holder = new SettingsHolder(this.#resolution.settings, (error) => this.#report(error));
  }

  /** What is wrong with the values of table and environment; empty unless opened to repair. */
  get violations(): readonly ConfigViolation[] {
    return [...this.#stored.violations, ...this.#resolution.violations];
  }

  /** What was put right in the values of the environment. */
  get pinNotes(): readonly PinNote[] {
    return this.#resolution.pinNotes;
  }

  /** All settings, in the order of the registry. */
  list(): ConfigView[] {
    return settingKeys.map((key) => viewSetting(key, this.#resolution, this.#options));
  }

  /** @throws {DispatchError} `config_key_unknown` */
  get(key: string): ConfigView {
    return viewSetting(requireKey(key), this.#resolution, this.#options);
  }

  /**
   * Sets all of `input` or nothing; a string is what was typed, anything else a JSON value. Resolves to the new views.
   *
   * @throws {DispatchError} `config_key_unknown`, `config_not_settable`, `config_pinned`, `config_invalid` with all
   *   violations, and what a guard throws
   */
  set(input: Readonly<Record<string, unknown>>): Promise<ConfigView[]> {
    return this.#changes.run(() => this.#set(input, "operator"));
  }

  /** As {@link set}, for the parts of Dispatch that write settings themselves; their keys are settable too. */
  record(input: Readonly<Record<string, unknown>>): Promise<ConfigView[]> {
    return this.#changes.run(() => this.#set(input, "service"));
  }

  /** Puts the default of `key` back. @throws as {@link set} */
  unset(key: string): Promise<ConfigView> {
    return this.#changes.run(async () => {
      const known = requireSettable(key, "operator", this.#options.pins);
      await this.#apply(new Map(), [known]);
      return this.get(known);
    });
  }

  /** Asks `guard` before each change of one of `keys`, until the returned function is called. */
  guard(keys: readonly SettingKey[], guard: ConfigGuard): () => void {
    const entry = { keys, guard };
    this.#guards.add(entry);
    return () => void this.#guards.delete(entry);
  }

  async #set(input: Readonly<Record<string, unknown>>, author: ChangeAuthor): Promise<ConfigView[]> {
    const { pins } = this.#options;
    const given = new Map(Object.entries(input).map(([key, value]) => [requireSettable(key, author, pins), value]));
    const read = readValues(given);
    await this.#apply(new Map([...read].map(([key, { value }]) => [key, value])), []);
    return [...read].map(([key, { notes }]) => ({ ...this.get(key), ...(notes === undefined ? {} : { notes }) }));
  }

  async #apply(values: ReadonlyMap<SettingKey, unknown>, removed: readonly SettingKey[]): Promise<void> {
    const stored = this.#storedAfter(values, removed);
    const resolution = resolveSettings({ ...this.#options, stored: stored.values });
    this.#refuseNewViolations(resolution.violations);
    const undo = await this.#askGuards(resolution.settings);
    try {
      await writeSurely(this.#options.store, await this.#rowsOf(values), removed);
    } catch (error) {
      await this.#undo(undo);
      throw error;
    }
    this.#stored = stored;
    this.#resolution = resolution;
    this.holder.replace(resolution.settings);
  }

  #storedAfter(values: ReadonlyMap<SettingKey, unknown>, removed: readonly SettingKey[]): StoredLayer {
    const merged = new Map<SettingKey, StoredValue>(this.#stored.values);
    for (const key of removed) merged.delete(key);
    for (const [key, value] of values) merged.set(key, { value, seeded: false });
    const touched = new Set<string>([...values.keys(), ...removed]);
    return { values: merged, violations: this.#stored.violations.filter(({ key }) => !touched.has(key)) };
  }

  /** What was wrong before does not stand in the way of a change: several can only be set right one after another. */
  #refuseNewViolations(found: readonly ConfigViolation[]): void {
    const known = new Set(this.#resolution.violations.map((violation) => JSON.stringify(violation)));
    const violations = found.filter((violation) => !known.has(JSON.stringify(violation)));
    if (violations.length > 0) throw new DispatchError("config_invalid", { violations });
  }

  async #askGuards(next: Settings): Promise<UndoGuard[]> {
    const previous = this.holder.current;
    const undo: UndoGuard[] = [];
    for (const { keys, guard } of [...this.#guards]) {
      if (!anyChanged(keys, next, previous)) continue;
      try {
        undo.push((await guard(next, previous)) ?? (() => {}));
      } catch (error) {
        await this.#undo(undo);
        throw error;
      }
    }
    return undo;
  }

  async #undo(undo: readonly UndoGuard[]): Promise<void> {
    for (const step of undo.toReversed()) {
      try {
        await step();
      } catch (error) {
        this.#report(error);
      }
    }
  }

  #rowsOf(values: ReadonlyMap<SettingKey, unknown>): Promise<StoredSetting[]> {
    return Promise.all([...values].map(([key, value]) => storedSetting(key, value, this.#options.sealer)));
  }

  #report(error: unknown): void {
    this.#options.logger.error("config.follower_failed", "A part of Dispatch could not follow a change of settings.", {
      error,
    });
  }
}
