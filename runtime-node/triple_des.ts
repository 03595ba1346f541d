/** Triple DES, which WebCrypto does not have, by `node:crypto`. */
import { createDecipheriv } from "node:crypto";
import type { DecryptTripleDes } from "../core/capabilities.ts";

/** See {@link DecryptTripleDes}. Files are small: it is done at once. */
export const decryptTripleDes: DecryptTripleDes = async (key, iv, ciphertext) => {
  const decipher = createDecipheriv("des-ede3-cbc", key, iv);
  return new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()])).buffer;
};
