/** The key file: the one key under which every stored secret is sealed. Touches the files that it is given. */
import type { Files } from "../capabilities.ts";
import { DispatchError } from "../error/mod.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";

const KEY_BYTES = 32;
const KEY_LINE = /^dispatch-key-v1 ([A-Za-z0-9_-]{43})$/;
const OTHERS = 0o077;

/** An opened key file. */
export interface KeyFile {
  /** The raw key, 32 bytes. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** Whether the file was made just now. */
  readonly wasCreated: boolean;
}

/** Where the key file is, and whether a missing one may be made. */
export interface KeyFileOptions {
  /** Files of the directory that holds the key file, which need not be the data directory. */
  readonly files: Files;
  /** Name of the key file in that directory. */
  readonly path: string;
  /** Whether a missing key file is created: only while nothing is stored that another key has sealed. */
  readonly mayCreate: boolean;
}

/**
 * Returns the text of a key file: comment lines, then `dispatch-key-v1 ` + base64url(key).
 *
 * @throws {RangeError} when the key is not 32 bytes long
 */
export function formatKeyFile(key: Uint8Array): string {
  if (key.length !== KEY_BYTES) {
    throw new RangeError(`Cannot format bytes as a key file: current value is ${key.length} bytes long`);
  }
  return [
    "# The key of a Dispatch. Whoever has it can open the stored secrets; without it nobody can.",
    "# Keep it readable by Dispatch alone, and keep a copy of it.",
    `dispatch-key-v1 ${toBase64Url(key)}`,
    "",
  ].join("\n");
}

/**
 * Returns the key in the text of a key file; empty lines and lines that start with `#` mean nothing.
 *
 * @throws {DispatchError} `key_file_malformed` when there is not exactly one key in it; `path` is for its message
 */
export function parseKeyFile(text: string, path: string): Uint8Array<ArrayBuffer> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const encoded = lines.length === 1 ? KEY_LINE.exec(lines[0]!.trim())?.[1] : undefined;
  const key = encoded === undefined ? null : fromBase64Url(encoded);
  if (key === null) throw new DispatchError("key_file_malformed", { path });
  return key;
}

/**
 * Reads the key file, or creates it with a random key where that is allowed.
 *
 * @throws {DispatchError} `key_file_missing` when there is none and `mayCreate` is false, `key_file_exposed` when its
 * group or others have any access to it, `key_file_malformed` when it holds something else
 */
export async function openKeyFile(crypto: Crypto, options: KeyFileOptions): Promise<KeyFile> {
  const { files, path, mayCreate } = options;
  const location = files.locate(path);
  const bytes = await files.read(path);
  if (bytes !== null) {
    await refuseExposed(files, path);
    return { key: parseKeyFile(new TextDecoder().decode(bytes), location), wasCreated: false };
  }
  if (!mayCreate) throw new DispatchError("key_file_missing", { path: location });
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  await files.writeAtomically(path, new TextEncoder().encode(formatKeyFile(key)));
  // A new file is looked at too: some file systems give every file the same mode, whatever was asked for.
  await refuseExposed(files, path);
  return { key, wasCreated: true };
}

async function refuseExposed(files: Files, path: string): Promise<void> {
  const mode = await files.mode(path);
  if (mode === null || (mode & OTHERS) === 0) return;
  throw new DispatchError("key_file_exposed", {
    path: files.locate(path),
    mode: mode.toString(8).padStart(4, "0"),
  });
}
