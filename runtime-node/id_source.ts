/** This thread's source of ids. */
import { createIdSource } from "../core/mail/unique_id.ts";

/** Ids from this machine's clock and its cryptographic random source. */
export const idSource = createIdSource({
  nowMs: Date.now,
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
});
