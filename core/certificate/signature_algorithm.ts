/** The algorithms that certificates are signed with: one record each. Pure. */
import { id_RSASSA_PSS, RsaSaPssParams } from "@peculiar/asn1-rsa";
import { AsnConvert } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";

/** How a certificate is signed. */
export interface SignatureAlgorithm {
  /** Hash of the signature: `SHA-256`, `MD5`; `null` when the algorithm has none of its own, or is not known. */
  readonly hash: string | null;
  /** How WebCrypto verifies it; `null` when it can't. */
  readonly scheme: "RSASSA-PKCS1-v1_5" | "RSA-PSS" | "ECDSA" | null;
  /** Bytes of salt, with `RSA-PSS`; otherwise 0. */
  readonly saltLength: number;
}

const RSA = "1.2.840.113549.1.1";
const ECDSA = "1.2.840.10045.4";
const NIST = "2.16.840.1.101.3.4";

const algorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  [`${RSA}.2`]: unverifiable("MD2"),
  [`${RSA}.3`]: unverifiable("MD4"),
  [`${RSA}.4`]: unverifiable("MD5"),
  [`${RSA}.5`]: rsa("SHA-1"),
  "1.3.14.3.2.29": rsa("SHA-1"),
  [`${RSA}.11`]: rsa("SHA-256"),
  [`${RSA}.12`]: rsa("SHA-384"),
  [`${RSA}.13`]: rsa("SHA-512"),
  [`${ECDSA}.1`]: ecdsa("SHA-1"),
  [`${ECDSA}.3.2`]: ecdsa("SHA-256"),
  [`${ECDSA}.3.3`]: ecdsa("SHA-384"),
  [`${ECDSA}.3.4`]: ecdsa("SHA-512"),
  "1.2.840.10040.4.3": unverifiable("SHA-1"),
};

const pssHashes: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.5": "MD5",
  "1.3.14.3.2.26": "SHA-1",
  [`${NIST}.2.1`]: "SHA-256",
  [`${NIST}.2.2`]: "SHA-384",
  [`${NIST}.2.3`]: "SHA-512",
};

/** Whether clients refuse certificates that are signed over this hash, since others with the same hash can be made. */
export function isWeakHash(hash: string | null): hash is string {
  return hash !== null && ["MD2", "MD4", "MD5", "SHA-1"].includes(hash);
}

/** Returns what is known about a certificate's signature algorithm. */
export function readSignatureAlgorithm({ algorithm, parameters }: AlgorithmIdentifier): SignatureAlgorithm {
  if (algorithm === id_RSASSA_PSS) return readPss(parameters);
  return algorithms[algorithm] ?? unverifiable(null);
}

function readPss(parameters: ArrayBuffer | null | undefined): SignatureAlgorithm {
  // Parameters that are left out have their defaults, of which SHA-1 is one (RFC 4055 section 3.1).
  const pss = parameters ? AsnConvert.parse(parameters, RsaSaPssParams) : new RsaSaPssParams();
  const { hashAlgorithm, maskGenAlgorithm, saltLength } = pss;
  const hash = pssHashes[hashAlgorithm.algorithm] ?? null;
  const maskHash = maskGenAlgorithm.parameters
    ? AsnConvert.parse(maskGenAlgorithm.parameters, AlgorithmIdentifier).algorithm
    : "";
  // WebCrypto knows but one hash for both purposes.
  if (hash === null || hash === "MD5" || maskHash !== hashAlgorithm.algorithm) return unverifiable(hash);
  return { hash, scheme: "RSA-PSS", saltLength };
}

function rsa(hash: string): SignatureAlgorithm {
  return { hash, scheme: "RSASSA-PKCS1-v1_5", saltLength: 0 };
}

function ecdsa(hash: string): SignatureAlgorithm {
  return { hash, scheme: "ECDSA", saltLength: 0 };
}

function unverifiable(hash: string | null): SignatureAlgorithm {
  return { hash, scheme: null, saltLength: 0 };
}
