/** Tells whether a key file belongs to a database, before any secret is needed. Pure. */
import { DispatchError, isDispatchError } from "../error/mod.ts";
import type { SecretBox } from "./secret_box.ts";

const PLACE = "key/check";
const PLAINTEXT = "dispatch";

/** Returns a sealed text to be stored in the database beside the secrets: it opens under the same key only. */
export function sealKeyCheck(box: SecretBox): Promise<string> {
  return box.seal(PLACE, PLAINTEXT);
}

/**
 * Checks that `sealed` came from {@link sealKeyCheck} under the key of `box`.
 *
 * @throws {DispatchError} `key_file_mismatch`; `path` is that of the key file, for its message
 */
export async function verifyKeyCheck(box: SecretBox, sealed: string, path: string): Promise<void> {
  try {
    await box.open(PLACE, sealed);
  } catch (cause) {
    if (!isDispatchError(cause, "secret_unreadable")) throw cause;
    throw new DispatchError("key_file_mismatch", { path }, { cause });
  }
}
