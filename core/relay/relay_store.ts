/** Where relays are stored. */

/** A relay as stored: secret settings sealed, each bound to the place `relay/<id>/<setting>`. */
export interface StoredRelay {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  /** Settings by name; a secret one is sealed text. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly enabled: boolean;
  readonly isDefault: boolean;
  readonly concurrency: number;
  readonly maxMessageBytes: number | null;
  readonly fallback: string | null;
  readonly fallbackAfterSeconds: number;
}

/** Where relays are stored. One is the default at all times. */
export interface RelayStore {
  list(): Promise<StoredRelay[]>;
  /** Adds or replaces the relay with this id; when it is the default, no other is any longer. */
  put(relay: StoredRelay): Promise<void>;
  remove(id: string): Promise<void>;
}
