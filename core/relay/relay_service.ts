/** The life of relays: add, change, enable, disable, remove. */
import { nearestName } from "../config/nearest.ts";
import { DispatchError } from "../error/mod.ts";
import { Mutex } from "../lifecycle/mutex.ts";
import type { SecretBox } from "../secret/secret_box.ts";
import type { Provider } from "./provider/provider.ts";
import {
  applyChanges,
  checkSecretsAnew,
  checkSettings,
  type GivenSettings,
  readGivenSettings,
} from "./provider_settings.ts";
import { requireProvider } from "./provider_table.ts";
import type { Relay } from "./relay.ts";
import { checkLimits, defaultLimits, type RelayLimits } from "./relay_limits.ts";
import { checkName } from "./relay_name.ts";
import type { RelayStore, StoredRelay } from "./relay_store.ts";
import type { RelayTableHolder } from "./relay_table.ts";
import { type RelayView, viewRelay } from "./relay_view.ts";
import { placeOfSecret, readyRelay } from "./stored_relay.ts";

/** What an operator asks for when adding a relay. */
export interface NewRelay extends GivenSettings, Partial<RelayLimits> {
  /** Unique; 1–64 letters, digits, `.`, `_`, `-`, the first a letter or digit. */
  readonly name: string;
  readonly provider: string;
  /** Whether it becomes the default relay. Default: only when there is no other. */
  readonly default?: boolean;
}

/** What an operator asks for when changing a relay; what is absent stays. */
export interface RelayChange extends GivenSettings, Partial<RelayLimits> {
  readonly name: string;
}

/** What a {@link RelayService} needs from its surroundings. */
export interface RelayServiceOptions {
  readonly store: RelayStore;
  readonly box: Pick<SecretBox, "seal" | "open">;
  /** Makes ids: `prefix` + 32 hex digits of a UUIDv7. */
  readonly uniqueId: (prefix: string) => string;
  /** Gets the relays, ready for use, and knows the rules that name them. */
  readonly table: RelayTableHolder;
}

/** The relays of this Dispatch. One change at a time; each is in force before it is answered. */
export class RelayService {
  readonly #options: RelayServiceOptions;
  #stored: readonly StoredRelay[] = [];
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

  /** All relays, secrets masked. */
  list(): RelayView[] {
    const counts = this.#countRules();
    return this.#stored.map((stored) => viewRelay(stored, this.#ready(stored.id), counts.get(stored.name) ?? 0));
  }

  /** One relay, secrets masked. @throws {DispatchError} `relay_unknown` */
  show(name: string): RelayView {
    const stored = this.#require(name);
    return viewRelay(stored, this.#ready(stored.id), this.#countRules().get(name) ?? 0);
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
        ...defaultLimits,
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

  /** Keeps a relay from being used; rules that name it are skipped. @throws {DispatchError} `relay_unknown`, `relay_is_default` */
  disable(name: string): Promise<RelayView> {
    return this.#change(async () => ({ ...this.#requireSpare(name), enabled: false }));
  }

  /**
   * Removes a relay and returns what it was; rules that name it are skipped from then on.
   *
   * @throws {DispatchError} `relay_unknown`, `relay_is_default`, `relay_is_fallback`
   */
  remove(name: string): Promise<RelayView> {
    return this.#changes.run(async () => {
      const stored = this.#requireSpare(name);
      const of = this.#stored.filter(({ fallback }) => fallback === name).map((other) => other.name);
      if (of.length > 0) throw new DispatchError("relay_is_fallback", { name, of });
      const view = this.show(name);
      await this.#options.store.remove(stored.id);
      await this.#load();
      return view;
    });
  }

  /** The relay as `request` wants it, secrets sealed. */
  async #revise(provider: Provider, stored: StoredRelay, request: RelayChange): Promise<StoredRelay> {
    const given = readGivenSettings(provider, request);
    const settings = applyChanges(stored.settings, given.changes);
    const limits = limitsOf(request, stored);
    const others = this.#stored.filter(({ id }) => id !== stored.id);
    const violations = [
      ...checkName(request.name),
      ...checkLimits(request.name, limits, others),
      ...given.violations,
      ...[...checkSettings(provider, settings), ...checkSecretsAnew(provider, stored.settings, given.changes)].filter(
        // A value that was refused is not also missing.
        ({ key }) => !given.violations.some((violation) => violation.key === key),
      ),
    ];
    if (violations.length > 0) throw new DispatchError("relay_invalid", { violations });
    const sealed = await this.#sealChanges(provider, stored.id, given.changes);
    return { ...stored, ...limits, settings: applyChanges(stored.settings, sealed) };
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
    this.#options.table.replace({ relays });
  }

  /** How many rules name each relay. */
  #countRules(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { relay } of this.#options.table.current.rules) counts.set(relay, (counts.get(relay) ?? 0) + 1);
    return counts;
  }

  #ready(id: string): Relay {
    return this.#options.table.current.relays.find((relay) => relay.id === id)!;
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

/** The limits that `request` names, and for the others those that are. */
function limitsOf(request: Partial<RelayLimits>, stored: RelayLimits): RelayLimits {
  const { concurrency, maxMessageBytes, fallback, fallbackAfterSeconds } = { ...stored, ...request };
  return { concurrency, maxMessageBytes, fallback, fallbackAfterSeconds };
}
