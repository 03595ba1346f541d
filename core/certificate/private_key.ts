/** Private keys in the forms that files have, and in the one that WebCrypto takes. Pure. */
import { PrivateKey, PrivateKeyInfo } from "@peculiar/asn1-pkcs8";
import { id_RSASSA_PSS, id_rsaEncryption } from "@peculiar/asn1-rsa";
import { AsnConvert } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { parseAsn1 } from "./asn1.ts";
import { toDefiniteDer } from "./definite_der.ts";
import { firstElement, readElements, tags } from "./der_element.ts";
import { type DerKind, findDerKind } from "./der_kind.ts";
import { damaged } from "./obstacle.ts";

const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
/** What the key inside PKCS#8 has to be. */
const innerKinds: Readonly<Record<string, DerKind>> = {
  [id_rsaEncryption]: "pkcs1",
  [id_RSASSA_PSS]: "pkcs1",
  [EC_PUBLIC_KEY]: "sec1",
};

/**
 * Returns a private key as plain PKCS#8 (RFC 5958), without attributes: from PKCS#8, PKCS#1 (RFC 8017 appendix A.1.2) or
 * SEC 1 (RFC 5915).
 *
 * @param curveDer the object identifier of the curve, from an EC PARAMETERS block, for a SEC 1 key that does not name it
 * @throws {Obstacle} `damaged`
 */
export function toPkcs8(keyBytes: Uint8Array, curveDer: ArrayBuffer | null): ArrayBuffer {
  const der = toDefiniteDer(keyBytes);
  const kind = findDerKind(der);
  if (kind === "pkcs8") return rewritePkcs8(der);
  if (kind === "pkcs1") return wrap(new AlgorithmIdentifier({ algorithm: id_rsaEncryption, parameters: null }), der);
  if (kind !== "sec1") throw damaged("its ASN.1 is not that of a private key");
  return wrap(
    new AlgorithmIdentifier({ algorithm: EC_PUBLIC_KEY, parameters: readCurve(der) ?? curveDer ?? missingCurve() }),
    der,
  );
}

function rewritePkcs8(der: Uint8Array): ArrayBuffer {
  const { privateKeyAlgorithm, privateKey } = parseAsn1(der, PrivateKeyInfo);
  const key = new Uint8Array(privateKey.buffer);
  const innerKind = innerKinds[privateKeyAlgorithm.algorithm];
  if (innerKind !== undefined && findDerKind(key) !== innerKind)
    throw damaged("its ASN.1 is not that of a private key");
  return wrap(privateKeyAlgorithm, key);
}

function wrap(privateKeyAlgorithm: AlgorithmIdentifier, key: Uint8Array<ArrayBuffer>): ArrayBuffer {
  try {
    return AsnConvert.serialize(new PrivateKeyInfo({ privateKeyAlgorithm, privateKey: new PrivateKey(key) }));
  } catch (cause) {
    // The library looks into the parameters, which came as they were.
    throw damaged("the parameters of its algorithm are not what they should be", { cause });
  }
}

/** The curve that a SEC 1 key names: ECPrivateKey ::= SEQUENCE { version, privateKey, parameters [0], publicKey [1] }. */
function readCurve(der: Uint8Array): ArrayBuffer | null {
  const parameters = [...readElements(firstElement(der)!.content)].find(({ tag }) => tag === tags.context0);
  return parameters === undefined ? null : parameters.content.slice().buffer;
}

function missingCurve(): never {
  throw damaged("it does not name its curve, and there is no EC PARAMETERS block before it");
}
