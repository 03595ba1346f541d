/**
 * What the outside must supply: each contract in prose, implemented by the runtime folders and by tests.
 *
 * `fetch`, `crypto`, `TextEncoder`, `URL`, streams and `AbortSignal` are web standards and are used as they are; the
 * WebCrypto provider is still passed as a parameter wherever keys are made or used.
 */

/** Wall-clock time and timers. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
  /** Calls `callback` once after `delayMs`; the returned function cancels. A waiting timer keeps no process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Facts of a log line; values are printed escaped. Never a secret, never message content. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** The operational log, for the operator's eyes. `event` is a stable name in `dotted.lower_case`. */
export interface Logger {
  debug(event: string, message: string, facts?: LogFacts): void;
  info(event: string, message: string, facts?: LogFacts): void;
  warn(event: string, message: string, facts?: LogFacts): void;
  error(event: string, message: string, facts?: LogFacts): void;
}

/** Small files under the data directory; paths are relative to it, with `/`, and never leave it. */
export interface Files {
  /** Absolute path, for messages to the operator. */
  locate(path: string): string;
  /** The whole file, or `null` when there is none. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * Replaces the file whole or not at all, and returns once it is on stable storage: written beside it with mode 0600,
   * synced, renamed over it, directory synced. Creates missing directories with mode 0700.
   */
  writeAtomically(path: string, bytes: Uint8Array): Promise<void>;
  /** Removes the file; no error when there is none. */
  remove(path: string): Promise<void>;
  /** Permission bits (`0o600`) of the file, or `null` where there is no file or the platform has no such bits. */
  mode(path: string): Promise<number | null>;
}

/** A value that SQLite stores. */
export type SqlValue = null | number | string | Uint8Array;

/** A prepared statement; parameters are positional. */
export interface SqlStatement {
  run(...parameters: readonly SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number };
  get(...parameters: readonly SqlValue[]): Record<string, SqlValue> | undefined;
  all(...parameters: readonly SqlValue[]): Record<string, SqlValue>[];
}

/** One open SQLite file. Calls block; the connection belongs to one thread. */
export interface SqlConnection {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

/** A large file being written; its bytes are on stable storage once `commit` has resolved. */
export interface LargeFileWriter {
  write(chunk: Uint8Array): Promise<void>;
  /** Syncs the file and the directory that holds it. */
  commit(): Promise<void>;
  /** Closes and removes the file. Safe to call at any time, also twice. */
  abort(): Promise<void>;
}

/** Contents too large for a row of the spool, one file each under `spool/large/`. */
export interface LargeFiles {
  create(name: string): Promise<LargeFileWriter>;
  /** Streams the file. @throws when there is none. */
  open(name: string): ReadableStream<Uint8Array>;
  remove(name: string): Promise<void>;
  list(): Promise<string[]>;
}

/** Free space on the disk that holds the spool. */
export interface DiskGauge {
  /** Bytes that the service may still write, as of the last second or so; never blocks. */
  freeBytes(): number;
}

/**
 * Decrypts DES-EDE3-CBC with PKCS#7 padding: what WebCrypto lacks, and old PFX files and keys are protected with.
 *
 * @param key 24 bytes
 * @param iv 8 bytes
 * @throws when the padding is not as it should be, which is how a wrong passphrase shows
 */
export type DecryptTripleDes = (
  key: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
  ciphertext: Uint8Array<ArrayBuffer>,
) => Promise<ArrayBuffer>;

/**
 * Hashes passwords slowly: Argon2id with 64 MiB, 3 passes, 1 lane, a random salt. Runs apart from the event loop, so many
 * at a time and no more; beyond a queue both methods throw `sign_in_busy`.
 */
export interface PasswordHasher {
  /** The PHC string: `$argon2id$v=19$m=65536,t=3,p=1$SALT$HASH`. */
  hash(password: string): Promise<string>;
  /** Whether `password` gives `encoded`; compared in constant time. @throws {TypeError} when `encoded` is no such string */
  verify(password: string, encoded: string): Promise<boolean>;
}
