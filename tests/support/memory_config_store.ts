/** A config table in memory, and what else a configuration needs in a test. */
import type { Logger } from "../../core/capabilities.ts";
import type { ConfigStore, SettingRow, StoredSetting } from "../../core/config/config_store.ts";
import { defaultSettings, openConfig, readPins, type SecretSealer } from "../../core/config/mod.ts";

export class MemoryConfigStore implements ConfigStore {
  readonly rows = new Map<string, SettingRow>();
  /** What the next write is refused with. */
  failure: Error | null = null;
  /** What the answer to the next write is replaced with, once it was made. */
  lostAnswer: Error | null = null;
  /** What reading is refused with. */
  readFailure: Error | null = null;

  async readAll(): Promise<SettingRow[]> {
    if (this.readFailure !== null) throw this.readFailure;
    return [...this.rows.values()];
  }

  async write(rows: readonly StoredSetting[], removed: readonly string[]): Promise<void> {
    if (this.failure !== null) throw this.failure;
    for (const key of removed) this.rows.delete(key);
    for (const row of rows) this.rows.set(row.key, { ...row, seeded: false });
    if (this.lostAnswer !== null) throw this.lostAnswer;
  }

  async seed(rows: readonly StoredSetting[]): Promise<void> {
    for (const row of rows) if (!this.rows.has(row.key)) this.rows.set(row.key, { ...row, seeded: true });
  }

  /** Puts a row as an operator would have left it. */
  put(key: string, json: string): void {
    this.rows.set(key, { key, json, seeded: false });
  }
}

/** Seals by naming the place, so that a test sees where a secret was bound to. */
export const namingSealer: SecretSealer = {
  seal: async (place, plaintext) => `sealed(${place}):${plaintext}`,
  open: async (place, sealed) => sealed.slice(`sealed(${place}):`.length),
};

/** A logger that keeps the names of its events. */
export function eventNames(): Logger & { readonly events: string[] } {
  const events: string[] = [];
  const record = (event: string): void => void events.push(event);
  return { events, debug: record, info: record, warn: record, error: record };
}

/** Opens a configuration on `store`, on the host `relay1`. */
export function openMemoryConfig(
  store: MemoryConfigStore,
  {
    environment = {},
    repair = false,
    logger = eventNames(),
  }: { readonly environment?: Record<string, string>; readonly repair?: boolean; readonly logger?: Logger } = {},
) {
  const defaults = defaultSettings({ hostName: "relay1" });
  return openConfig({ store, sealer: namingSealer, pins: readPins(environment), defaults, logger, repair });
}
