/** Who signed a certificate. Touches WebCrypto only. */
import { AsnConvert, AsnIntegerArrayBufferConverter, AsnProp, AsnPropTypes } from "@peculiar/asn1-schema";
import { type CertificateSignature, isSelfIssued, type ParsedCertificate } from "./parsed_certificate.ts";
import type { PublicKeyReading } from "./public_key.ts";

/** Whether a key made a signature; `unknown` when WebCrypto can't tell. */
export type SignatureVerdict = "valid" | "invalid" | "unknown";

/** Length of a coordinate, and so of each half of a signature, on the curves that WebCrypto knows. */
const coordinateBytes: Readonly<Record<string, number>> = { "P-256": 32, "P-384": 48, "P-521": 66 };

/** `ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 5480 appendix A). */
class EcdsaSignature {
  r = new ArrayBuffer(0);
  s = new ArrayBuffer(0);
}
for (const half of ["r", "s"]) {
  const integer = { type: AsnPropTypes.Integer, converter: AsnIntegerArrayBufferConverter };
  AsnProp(integer)(EcdsaSignature.prototype, half);
}

/** Tells whether a certificate signed itself; one that names itself as its issuer is believed where nobody can tell. */
export async function isSelfSigned(crypto: Crypto, certificate: ParsedCertificate): Promise<boolean> {
  return isSelfIssued(certificate) && (await verifySignature(crypto, certificate, certificate)) !== "invalid";
}

/** Tells whether the key of `issuer` signed `certificate`; names are not looked at. */
export async function verifySignature(
  crypto: Crypto,
  { signature }: ParsedCertificate,
  { publicKey }: ParsedCertificate,
): Promise<SignatureVerdict> {
  try {
    const isValid = await verifyWith(crypto, signature, publicKey);
    return isValid === null ? "unknown" : isValid ? "valid" : "invalid";
  } catch {
    // Providers differ in the curves, hashes and sizes that they take, and in the errors with which they refuse the rest.
    return "unknown";
  }
}

/** Returns `null` when this kind of signature can't be verified. */
async function verifyWith(
  crypto: Crypto,
  { algorithm, value, signed }: CertificateSignature,
  { importableDer, facts }: PublicKeyReading,
): Promise<boolean | null> {
  const { scheme, hash, saltLength } = algorithm;
  if (scheme === null || hash === null || facts === null) return null;
  if ((scheme === "ECDSA") !== (facts.type === "EC")) return false;
  if (facts.type === "EC") {
    const size = coordinateBytes[facts.curve];
    if (size === undefined) return null;
    const ecdsa = { name: "ECDSA", namedCurve: facts.curve, hash };
    const key = await crypto.subtle.importKey("spki", importableDer, ecdsa, false, ["verify"]);
    return await crypto.subtle.verify(ecdsa, key, joinHalves(value, size), signed);
  }
  const key = await crypto.subtle.importKey("spki", importableDer, { name: scheme, hash }, false, ["verify"]);
  return await crypto.subtle.verify({ name: scheme, saltLength }, key, value, signed);
}

/** WebCrypto takes the two numbers one after the other, each as long as a coordinate (IEEE P1363). */
function joinHalves(value: ArrayBuffer, size: number): Uint8Array<ArrayBuffer> {
  const { r, s } = AsnConvert.parse(value, EcdsaSignature);
  const joined = new Uint8Array(2 * size);
  for (const [index, half] of [r, s].entries()) {
    const bytes = new Uint8Array(half).slice(-size);
    joined.set(bytes, (index + 1) * size - bytes.length);
  }
  return joined;
}
