/** Which public key belongs to a private key. Touches WebCrypto only. */
import { PrivateKeyInfo } from "@peculiar/asn1-pkcs8";
import { id_RSASSA_PSS, id_rsaEncryption, RSAPrivateKey } from "@peculiar/asn1-rsa";
import { AsnConvert } from "@peculiar/asn1-schema";
import { fromBase64Url } from "../secret/base64url.ts";
import { ecKeyId, otherKeyId, readServedCurve, rsaKeyId } from "./public_key.ts";

/**
 * Returns what the public half of a PKCS#8 key is identified by, as {@link PublicKeyReading.id}; `null` when the key can't
 * be read. That says which certificate the key is meant for; that it really is its key is proven by a signature.
 */
export async function identifyPrivateKey(crypto: Crypto, pkcs8Der: ArrayBuffer): Promise<string | null> {
  try {
    const { privateKeyAlgorithm, privateKey } = AsnConvert.parse(pkcs8Der, PrivateKeyInfo);
    if ([id_rsaEncryption, id_RSASSA_PSS].includes(privateKeyAlgorithm.algorithm)) {
      const { modulus, publicExponent } = AsnConvert.parse(privateKey.buffer, RSAPrivateKey);
      return rsaKeyId(modulus, publicExponent);
    }
    const curve = readServedCurve(privateKeyAlgorithm);
    return curve === null ? otherKeyId(privateKeyAlgorithm) : await identifyEcKey(crypto, curve, pkcs8Der);
  } catch {
    // The library and the providers have errors of many classes for a damaged key.
    return null;
  }
}

/** The point is computed from the secret number: a key need not hold it, and may hold a wrong one. */
async function identifyEcKey(crypto: Crypto, namedCurve: string, pkcs8Der: ArrayBuffer): Promise<string | null> {
  const key = await crypto.subtle.importKey("pkcs8", pkcs8Der, { name: "ECDSA", namedCurve }, true, ["sign"]);
  const { x, y } = await crypto.subtle.exportKey("jwk", key);
  const [xBytes, yBytes] = [fromBase64Url(x ?? ""), fromBase64Url(y ?? "")];
  return xBytes === null || yBytes === null ? null : ecKeyId(namedCurve, xBytes, yBytes.at(-1)! % 2 === 1);
}
