/** The identity that a TLS listener shows: a certificate, its chain and the private key that belongs to it. */
import { DispatchError } from "../error/mod.ts";
import { type CertificateFacts, type KeyFacts, readFacts } from "./facts.ts";
import { decodeCertificatesPem, decodePrivateKeyPem, encodeCertificatesPem, encodePrivateKeyPem } from "./pem.ts";
import { X509Certificate } from "./x509.ts";

/**
 * A certificate chain and the key of its leaf, known to belong together: there is no other way to get one than the two
 * functions below, which try the key. The key is not enumerable, so that it does not show in a log.
 */
export class TlsIdentity {
  /** The leaf, then the rest of the chain, as PEM. */
  readonly certPem: string;
  readonly facts: CertificateFacts;
  readonly #keyPem: string;

  private constructor(certPem: string, keyPem: string, facts: CertificateFacts) {
    this.certPem = certPem;
    this.#keyPem = keyPem;
    this.facts = facts;
  }

  /** The private key of the leaf: PKCS#8 as PEM, not encrypted. */
  get keyPem(): string {
    return this.#keyPem;
  }

  /**
   * Returns the identity of a chain, leaf first, and a PKCS#8 key.
   *
   * @throws {DispatchError} `certificate_invalid` when a certificate can't be read or its key is of a kind that is not
   * served, `certificate_key_mismatch` when the key is not that of the leaf
   */
  static async fromDer(crypto: Crypto, chainDer: readonly ArrayBuffer[], keyDer: ArrayBuffer): Promise<TlsIdentity> {
    const [leaf, ...intermediates] = chainDer.map(parseCertificate);
    if (leaf === undefined) throw new DispatchError("certificate_invalid", { reason: "there is none" });
    const facts = await describe(crypto, leaf, intermediates);
    if (!(await keyBelongs(crypto, leaf, facts.key, keyDer))) throw new DispatchError("certificate_key_mismatch", {});
    return new TlsIdentity(encodeCertificatesPem(chainDer), encodePrivateKeyPem(keyDer), facts);
  }

  /**
   * Returns the identity in PEM text: the first certificate in `certPem` is the leaf, the key is PKCS#8, PKCS#1 or SEC 1.
   *
   * @throws {DispatchError} as {@link TlsIdentity.fromDer}
   */
  static async fromPem(crypto: Crypto, certPem: string, keyPem: string): Promise<TlsIdentity> {
    const chainDer = decodeCertificatesPem(certPem);
    if (chainDer[0] === undefined) throw new DispatchError("certificate_invalid", { reason: "there is none" });
    parseCertificate(chainDer[0], 0);
    return await TlsIdentity.fromDer(crypto, chainDer, decodePrivateKeyPem(keyPem, chainDer[0]));
  }
}

function parseCertificate(der: ArrayBuffer, index: number): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw new DispatchError("certificate_invalid", { reason: `block ${index + 1} is not a certificate` }, { cause });
  }
}

async function describe(
  crypto: Crypto,
  leaf: X509Certificate,
  intermediates: readonly X509Certificate[],
): Promise<CertificateFacts> {
  try {
    return await readFacts(crypto, leaf, intermediates);
  } catch (cause) {
    if (cause instanceof DispatchError) throw cause;
    // The library reads names, keys and extensions late, and throws errors of many classes when they are damaged.
    throw new DispatchError("certificate_invalid", { reason: "a field of it is damaged" }, { cause });
  }
}

/** Tries whether the leaf's public key verifies what the private key signs. */
async function keyBelongs(
  crypto: Crypto,
  leaf: X509Certificate,
  kind: KeyFacts,
  keyDer: ArrayBuffer,
): Promise<boolean> {
  const algorithm = kind.type === "EC" ? ecdsa(kind.curve) : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const publicKey = await importPublicKey(crypto, leaf, algorithm);
  const privateKey = await importPrivateKey(crypto, keyDer, algorithm);
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const signature = await crypto.subtle.sign(algorithm, privateKey, challenge);
  return await crypto.subtle.verify(algorithm, publicKey, signature, challenge);
}

function ecdsa(namedCurve: string): EcKeyImportParams & EcdsaParams {
  return { name: "ECDSA", namedCurve, hash: "SHA-256" };
}

type SigningAlgorithm = ReturnType<typeof ecdsa> | RsaHashedImportParams;

async function importPublicKey(crypto: Crypto, leaf: X509Certificate, algorithm: SigningAlgorithm): Promise<CryptoKey> {
  try {
    return await leaf.publicKey.export(algorithm, ["verify"], crypto);
  } catch (cause) {
    throw new DispatchError("certificate_invalid", { reason: "its public key is damaged" }, { cause });
  }
}

async function importPrivateKey(crypto: Crypto, keyDer: ArrayBuffer, algorithm: SigningAlgorithm): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("pkcs8", keyDer, algorithm, false, ["sign"]);
  } catch (cause) {
    // A key of another kind or curve is refused by the import itself.
    throw new DispatchError("certificate_key_mismatch", {}, { cause });
  }
}
