/** Files as an operator would give them, for the tests of what is read out of them. */
import type { Material, MaterialCiphers, MaterialParts } from "../../../core/certificate/material.ts";
import { readMaterial } from "../../../core/certificate/read_material.ts";
import { decryptTripleDes } from "../../../runtime-node/triple_des.ts";

export type Contents = string | Uint8Array<ArrayBuffer>;

export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function given(contents: readonly Contents[], passphrase: string | null = null): Material {
  const files = contents.map((content, index) => ({
    name: `file${index + 1}`,
    bytes: typeof content === "string" ? new TextEncoder().encode(content) : content,
  }));
  return { files, passphrase };
}

export function ciphersOf(crypto: Crypto): MaterialCiphers {
  return { crypto, decryptTripleDes };
}

/** Reads the contents of files with the runtime's own WebCrypto. */
export function readContents(contents: readonly Contents[], passphrase: string | null = null): Promise<MaterialParts> {
  return readMaterial(given(contents, passphrase), ciphersOf(globalThis.crypto));
}
