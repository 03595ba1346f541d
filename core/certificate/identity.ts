/** The identity that a TLS listener shows: a certificate, its chain and the private key that belongs to it. */
import { DispatchError } from "../error/mod.ts";
import { type CertificateFacts, readFacts } from "./facts.ts";
import { decodeCertificate, explainDamage, type ParsedCertificate, readCertificate } from "./parsed_certificate.ts";
import { decodeCertificatesPem, decodePrivateKeyPem, encodeCertificatesPem, encodePrivateKeyPem } from "./pem.ts";
import type { KeyFacts, PublicKeyReading } from "./public_key.ts";

/**
 * A certificate chain and the key of its leaf, known to belong together: there is no other way to get one than the
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
    return await TlsIdentity.fromCertificates(crypto, chainDer.map(parseCertificate), keyDer);
  }

  /** As {@link TlsIdentity.fromDer}, for certificates that are read already. */
  static async fromCertificates(
    crypto: Crypto,
    chain: readonly ParsedCertificate[],
    keyDer: ArrayBuffer,
  ): Promise<TlsIdentity> {
    const [leaf, ...intermediates] = chain;
    if (leaf === undefined) throw new DispatchError("certificate_invalid", { reason: "there is none" });
    const kind = requireServed(leaf.publicKey);
    if (!(await keyBelongs(crypto, leaf.publicKey, kind, keyDer))) {
      throw new DispatchError("certificate_key_mismatch", {});
    }
    const facts = await readFacts(crypto, leaf, intermediates);
    return new TlsIdentity(encodeCertificatesPem(chain.map(({ der }) => der)), encodePrivateKeyPem(keyDer), facts);
  }

  /**
   * Returns the identity in PEM text: the first certificate in `certPem` is the leaf, the key is PKCS#8, PKCS#1 or SEC 1.
   *
   * @throws {DispatchError} as {@link TlsIdentity.fromDer}
   */
  static async fromPem(crypto: Crypto, certPem: string, keyPem: string): Promise<TlsIdentity> {
    const chain = decodeCertificatesPem(certPem).map(parseCertificate);
    if (chain[0] === undefined) throw new DispatchError("certificate_invalid", { reason: "there is none" });
    return await TlsIdentity.fromCertificates(crypto, chain, decodePrivateKeyPem(keyPem));
  }
}

function parseCertificate(der: ArrayBuffer, index: number): ParsedCertificate {
  let certificate: ReturnType<typeof decodeCertificate>;
  try {
    certificate = decodeCertificate(der);
  } catch (cause) {
    throw new DispatchError("certificate_invalid", { reason: `block ${index + 1} is not a certificate` }, { cause });
  }
  try {
    return readCertificate(der, certificate);
  } catch (cause) {
    throw new DispatchError("certificate_invalid", { reason: explainDamage(cause) }, { cause });
  }
}

/** RSA keys that are weak are the checks' business, not this one's: the service has to start with what it once took. */
function requireServed({ facts, standing, name }: PublicKeyReading): KeyFacts {
  if (facts !== null && standing !== "unsupported") return facts;
  throw new DispatchError("certificate_invalid", { reason: `keys of the kind ${name} are not served` });
}

/** Tries whether the leaf's public key verifies what the private key signs. */
async function keyBelongs(
  crypto: Crypto,
  leaf: PublicKeyReading,
  kind: KeyFacts,
  keyDer: ArrayBuffer,
): Promise<boolean> {
  const algorithm = kind.type === "EC" ? ecdsa(kind.curve) : { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const signature = await signChallenge(crypto, keyDer, algorithm, challenge);
  try {
    const key = await crypto.subtle.importKey("spki", leaf.importableDer, algorithm, false, ["verify"]);
    return await crypto.subtle.verify(algorithm, key, signature, challenge);
  } catch (cause) {
    // Some providers look at the key only when it is used.
    throw new DispatchError("certificate_invalid", { reason: "its public key is damaged" }, { cause });
  }
}

function ecdsa(namedCurve: string): EcKeyImportParams & EcdsaParams {
  return { name: "ECDSA", namedCurve, hash: "SHA-256" };
}

async function signChallenge(
  crypto: Crypto,
  keyDer: ArrayBuffer,
  algorithm: ReturnType<typeof ecdsa> | RsaHashedImportParams,
  challenge: BufferSource,
): Promise<ArrayBuffer> {
  try {
    const key = await crypto.subtle.importKey("pkcs8", keyDer, algorithm, false, ["sign"]);
    return await crypto.subtle.sign(algorithm, key, challenge);
  } catch (cause) {
    // A key of another kind or curve is refused by the import itself, a damaged one perhaps only here.
    throw new DispatchError("certificate_key_mismatch", {}, { cause });
  }
}
