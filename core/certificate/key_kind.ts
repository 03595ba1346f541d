/** The kinds of keys that a certificate can be generated with. */

/** How one kind of key is made, and how it signs. */
interface KeyKindDefinition {
  readonly generation: EcKeyGenParams | RsaHashedKeyGenParams;
  /** Hash of the certificate's signature. */
  readonly hash: "SHA-256" | "SHA-384";
}

const PUBLIC_EXPONENT = new Uint8Array([1, 0, 1]);

/** All kinds, by their names on the command line and in the API. P-256 is the default. */
export const keyKinds = {
  p256: { generation: { name: "ECDSA", namedCurve: "P-256" }, hash: "SHA-256" },
  p384: { generation: { name: "ECDSA", namedCurve: "P-384" }, hash: "SHA-384" },
  rsa2048: { generation: rsa(2048), hash: "SHA-256" },
  rsa3072: { generation: rsa(3072), hash: "SHA-256" },
  rsa4096: { generation: rsa(4096), hash: "SHA-256" },
} as const satisfies Record<string, KeyKindDefinition>;

/** Name of a kind of key. */
export type KeyKind = keyof typeof keyKinds;

/** The kind of key where none is asked for. */
export const defaultKeyKind: KeyKind = "p256";

function rsa(modulusLength: number): RsaHashedKeyGenParams {
  return { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: PUBLIC_EXPONENT, hash: "SHA-256" };
}
