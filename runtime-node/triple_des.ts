/** Triple DES, for the PFX files and keys that older tools write. */
import { createDecipheriv } from "node:crypto";
import type { DecryptTripleDes } from "../core/capabilities.ts";

/** {@link DecryptTripleDes} by the runtime's own OpenSSL or BoringSSL. */
export const decryptTripleDes: DecryptTripleDes = async (key, iv, ciphertext) => {
  const decipher = createDecipheriv("des-ede3-cbc", key, iv);
  const plaintext = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  return new Uint8Array(plaintext).buffer;
};
