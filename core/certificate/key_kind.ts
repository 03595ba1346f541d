/** The kinds of keys that a certificate can be generated with. */

/** How one kind of key is made, how it signs, and what a TLS server does with it. */
export interface KeyKindDefinition {
  readonly generation: EcKeyGenParams | RsaHashedKeyGenParams;
  /** Hash of the certificate's signature. */
  readonly hash: "SHA-256" | "SHA-384";
  /** What the certificate allows it for, by the names of RFC 5280 section 4.2.1.3. */
  readonly usages: readonly ("digitalSignature" | "keyEncipherment")[];
}

const PUBLIC_EXPONENT = new Uint8Array([1, 0, 1]);

/** All kinds, by their names on the command line and in the API. P-256 is the default. */
export const keyKinds = {
  p256: ecdsa("P-256", "SHA-256"),
  p384: ecdsa("P-384", "SHA-384"),
  rsa2048: rsa(2048),
  rsa3072: rsa(3072),
  rsa4096: rsa(4096),
} as const satisfies Record<string, KeyKindDefinition>;

/** Name of a kind of key. */
export type KeyKind = keyof typeof keyKinds;

/** The kind of key where none is asked for. */
export const defaultKeyKind: KeyKind = "p256";

function ecdsa(namedCurve: string, hash: KeyKindDefinition["hash"]): KeyKindDefinition {
  return { generation: { name: "ECDSA", namedCurve }, hash, usages: ["digitalSignature"] };
}

function rsa(modulusLength: number): KeyKindDefinition {
  return {
    generation: { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: PUBLIC_EXPONENT, hash: "SHA-256" },
    hash: "SHA-256",
    // Nothing here decrypts with it, but there are clients that miss it in a server's RSA certificate.
    usages: ["digitalSignature", "keyEncipherment"],
  };
}
