/** The life of relays: add, change, enable, disable, remove; and the table of them that deliveries go by. */

import { integerCodec } from "../config/codec/integer.ts";
import { nearestName } from "../config/nearest.ts";
import { type ConfigViolation, DispatchError } from "../error/mod.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import type { SecretBox } from "../secret/secret_box.ts";
import { concurrencyRange } from "./concurrency.ts";
import type { Provider } from "./provider/provider.ts";
import { applyChanges, checkSettings, type GivenSettings, readGivenSettings } from "./provider_settings.ts";
import { requireProvider } from "./provider_table.ts";
import type { Relay, RelayTable } from "./relay.ts";
import type { RelayStore, StoredRelay } from "./relay_store.ts";
import { type RelayView, viewRelay } from "./relay_view.ts";
import { placeOfSecret, readyRelay } from "./stored_relay.ts";

/** What an operator asks for when adding a relay. */
export interface NewRelay extends GivenSettings {
  /** Unique; 1–64 letters, digits, `.`, `_`, `-`, the first a letter or digit. */
  readonly name: string;
  readonly provider: string;
  /** Concurrent deliveries, 1–32. Default: 4. */
  readonly concurrency?: number;
  /** Whether it becomes the default relay. Default: only when there is no other. */
  readonly default?: boolean;
}

/** What an operator asks for when changing a relay; what is absent stays. */
export interface RelayChange extends GivenSettings {
  readonly name: string;
  readonly concurrency?: number;
}

/** What a {@link RelayService} needs from its surroundings. */
export interface RelayServiceOptions {
  readonly store: RelayStore;
  readonly box: Pick<SecretBox, "seal" | "open">;
  /** Makes ids: `prefix` + 32 hex digits of a UUIDv7. */
  readonly uniqueId: (prefix: string) => string;
  /** Gets what a subscriber throws: it neither undoes the change nor keeps it from the other subscribers. */
  readonly report: (error: unknown) => void;
}

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const concurrencyCodec = integerCodec(concurrencyRange);

/** The relays of this Dispatch. One change at a time; each replaces the table and tells the subscribers. */
export class RelayService {
  readonly #options: RelayServiceOptions;
  readonly #subscribers = new Set<(table: RelayTable) => void>();
  #stored: readonly StoredRelay[] = [];
  #table: RelayTable = { relays: [], rules: [] };
  readonly #changes = new Mutex();

  private constructor(options: RelayServiceOptions) {
    this.#options = options;
  }

  /** Reads all relays from the store. */
  static async open(options: RelayServiceOptions): Promise<RelayService> {
    const service = new RelayService(options);
    await service.#load();
    return service;
  }

  /** All relays as of now, ready for use. */
  get table(): RelayTable {
    return this.#table;
  }

  /** Calls `listener` with each new table; the returned function ends that. */
  subscribe(listener: (table: RelayTable) => void): () => void {
    this.#subscribers.add(listener);
    return () => this.#subscribers.delete(listener);
  }

  /** All relays, secrets masked. */
  list(): RelayView[] {
    return this.#stored.map((stored) => this.#view(stored));
  }

  /** One relay, secrets masked. @throws {DispatchError} `relay_unknown` */
  show(name: string): RelayView {
    return this.#view(this.#require(name));
  }

  /** One relay, ready for use. @throws {DispatchError} `relay_unknown`, `relay_unusable` */
  find(name: string): Relay {
    const { id } = this.#require(name);
    const relay = this.#ready(id);
    if (relay.problem !== undefined) throw new DispatchError("relay_unusable", { name, reason: relay.problem });
    return relay;
  }

  /**
   * Adds a relay.
   *
   * @throws {DispatchError} `relay_exists`, `provider_unknown`, `relay_setting_unknown`, `relay_secret_in_the_open`, or
   * `relay_invalid` with all violations
   */
  add(request: NewRelay): Promise<RelayView> {
    return this.#change(async () => {
      const provider = requireProvider(request.provider);
      if (this.#stored.some(({ name }) => name === request.name)) {
        throw new DispatchError("relay_exists", { name: request.name });
      }
      const blank: StoredRelay = {
        id: this.#options.uniqueId("rly_"),
        name: request.name,
        provider: provider.name,
        settings: {},
        enabled: true,
        isDefault: request.default === true || this.#stored.length === 0,
        concurrency: concurrencyRange.default,
        maxMessageBytes: null,
        fallback: null,
        fallbackAfterSeconds: 300,
      };
      return await this.#revise(provider, blank, request);
    });
  }

  /** Changes a relay. @throws {DispatchError} `relay_unknown`, or as {@link add} */
  set(request: RelayChange): Promise<RelayView> {
    return this.#change(async () => {
      const stored = this.#require(request.name);
      return await this.#revise(requireProvider(stored.provider), stored, request);
    });
  }

  /** Makes a relay the default. @throws {DispatchError} `relay_unknown`, `relay_disabled` */
  setDefault(name: string): Promise<RelayView> {
    return this.#change(async () => {
      const stored = this.#require(name);
      if (!stored.enabled) throw new DispatchError("relay_disabled", { name });
      return { ...stored, isDefault: true };
    });
  }

  /** Lets a relay be used again. @throws {DispatchError} `relay_unknown` */
  enable(name: string): Promise<RelayView> {
    return this.#change(async () => ({ ...this.#require(name), enabled: true }));
  }

  /** Keeps a relay from being used. @throws {DispatchError} `relay_unknown`, `relay_is_default` */
  disable(name: string): Promise<RelayView> {
    return this.#change(async () => ({ ...this.#requireSpare(name), enabled: false }));
  }

  /** Removes a relay and returns what it was. @throws {DispatchError} `relay_unknown`, `relay_is_default` */
  remove(name: string): Promise<RelayView> {
    return this.#changes.run(async () => {
      const stored = this.#requireSpare(name);
      const view = this.#view(stored);
      await this.#options.store.remove(stored.id);
      await this.#load();
      return view;
    });
  }

  /** The relay as `request` wants it, secrets sealed. */
  async #revise(provider: Provider, stored: StoredRelay, request: RelayChange): Promise<StoredRelay> {
    const given = readGivenSettings(provider, request);
    const concurrency = request.concurrency ?? stored.concurrency;
    const violations = [
      ...checkName(request.name),
      ...checkConcurrency(concurrency),
      ...given.violations,
      ...checkSettings(provider, applyChanges(stored.settings, given.changes)).filter(
        // A value that was refused is not also missing.
        ({ key }) => !given.violations.some((violation) => violation.key === key),
      ),
    ];
    if (violations.length > 0) throw new DispatchError("relay_invalid", { violations });
    const sealed = await this.#sealChanges(provider, stored.id, given.changes);
    return { ...stored, concurrency, settings: applyChanges(stored.settings, sealed) };
  }

  async #sealChanges(provider: Provider, id: string, changes: ReadonlyMap<string, string | number | boolean | null>) {
    const sealing = [...changes].map(async ([name, value]) => {
      const isSealed = provider.settings[name]?.secret === true && value !== null;
      return [name, isSealed ? await this.#options.box.seal(placeOfSecret(id, name), String(value)) : value] as const;
    });
    return new Map(await Promise.all(sealing));
  }

  #change(act: () => Promise<StoredRelay>): Promise<RelayView> {
    return this.#changes.run(async () => {
      const changed = await act();
      await this.#options.store.put(changed);
      await this.#load();
      return this.show(changed.name);
    });
  }

  async #load(): Promise<void> {
    const stored = await this.#options.store.list();
    const relays = await Promise.all(stored.map((relay) => readyRelay(this.#options.box, relay)));
    this.#stored = stored;
    this.#table = { relays, rules: [] };
    for (const subscriber of [...this.#subscribers]) this.#tell(subscriber);
  }

  #tell(subscriber: (table: RelayTable) => void): void {
    try {
      subscriber(this.#table);
    } catch (error) {
      this.#options.report(error);
    }
  }

  #view(stored: StoredRelay): RelayView {
    return viewRelay(stored, this.#ready(stored.id));
  }

  #ready(id: string): Relay {
    return this.#table.relays.find((relay) => relay.id === id)!;
  }

  #require(name: string): StoredRelay {
    const stored = this.#stored.find((candidate) => candidate.name === name);
    if (stored !== undefined) return stored;
    const known = this.#stored.map((candidate) => candidate.name);
    throw new DispatchError(
      "relay_unknown",
      known.length === 0 ? { name } : { name, nearest: nearestName(name, known) },
    );
  }

  #requireSpare(name: string): StoredRelay {
    const stored = this.#require(name);
    if (stored.isDefault) throw new DispatchError("relay_is_default", { name });
    return stored;
  }
}

function checkName(name: string): ConfigViolation[] {
  const rule = "must be 1 to 64 letters, digits, dots, underscores or hyphens, the first a letter or digit";
  return nameForm.test(name) ? [] : [{ key: "name", value: JSON.stringify(name), rule }];
}

function checkConcurrency(concurrency: number): ConfigViolation[] {
  const result = concurrencyCodec.fromJson(concurrency);
  return "value" in result ? [] : [{ key: "concurrency", value: String(concurrency), rule: result.rule }];
}
