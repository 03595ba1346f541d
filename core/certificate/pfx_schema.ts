/** The ASN.1 structures in a PFX that the ASN.1 libraries do not bring, and the object identifiers. */
import { EncryptedContentInfo } from "@peculiar/asn1-cms";
import { AsnProp, AsnPropTypes, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";

/** Content types of CMS (RFC 5652 sections 4 and 8). */
export const contentTypes = { data: "1.2.840.113549.1.7.1", encryptedData: "1.2.840.113549.1.7.6" } as const;

/** Algorithms of password-based encryption (RFC 8018 appendix C, RFC 7914 section 7). */
export const pbeAlgorithms = {
  pbes2: "1.2.840.113549.1.5.13",
  pbkdf2: "1.2.840.113549.1.5.12",
  pbmac1: "1.2.840.113549.1.5.14",
  scrypt: "1.3.6.1.4.1.11591.4.11",
} as const;

/**
 * `EncryptedData ::= SEQUENCE { version, encryptedContentInfo, unprotectedAttrs [1] OPTIONAL }` (RFC 5652 section 8);
 * PKCS#12 has no use for the attributes.
 */
export class EncryptedData {
  version = 0;
  encryptedContentInfo = new EncryptedContentInfo();
}
AsnProp({ type: AsnPropTypes.Integer })(EncryptedData.prototype, "version");
AsnProp({ type: EncryptedContentInfo })(EncryptedData.prototype, "encryptedContentInfo");

/** `PBES2-params ::= SEQUENCE { keyDerivationFunc, encryptionScheme }` (RFC 8018 appendix A.4). */
export class Pbes2Parameters {
  keyDerivationFunc = new AlgorithmIdentifier();
  encryptionScheme = new AlgorithmIdentifier();
}
AsnProp({ type: AlgorithmIdentifier })(Pbes2Parameters.prototype, "keyDerivationFunc");
AsnProp({ type: AlgorithmIdentifier })(Pbes2Parameters.prototype, "encryptionScheme");

/**
 * `PBKDF2-params ::= SEQUENCE { salt, iterationCount, keyLength OPTIONAL, prf DEFAULT hmacWithSHA1 }` (RFC 8018 appendix
 * A.2); a salt from elsewhere than the structure itself is not in use.
 */
export class Pbkdf2Parameters {
  salt = new OctetString();
  iterationCount = 1;
  keyLength?: number;
  prf?: AlgorithmIdentifier;
}
AsnProp({ type: OctetString })(Pbkdf2Parameters.prototype, "salt");
AsnProp({ type: AsnPropTypes.Integer })(Pbkdf2Parameters.prototype, "iterationCount");
AsnProp({ type: AsnPropTypes.Integer, optional: true })(Pbkdf2Parameters.prototype, "keyLength");
AsnProp({ type: AlgorithmIdentifier, optional: true })(Pbkdf2Parameters.prototype, "prf");

/** `PBEParameter ::= SEQUENCE { salt, iterationCount }` (RFC 8018 appendix A.3, RFC 7292 appendix C). */
export class PbeParameters {
  salt = new OctetString();
  iterations = 1;
}
AsnProp({ type: OctetString })(PbeParameters.prototype, "salt");
AsnProp({ type: AsnPropTypes.Integer })(PbeParameters.prototype, "iterations");

/** `scrypt-params ::= SEQUENCE { salt, costParameter, blockSize, parallelizationParameter, keyLength OPTIONAL }` (RFC 7914 section 7.1). */
export class ScryptParameters {
  salt = new OctetString();
  costParameter = 1;
  blockSize = 1;
  parallelization = 1;
  keyLength?: number;
}
AsnProp({ type: OctetString })(ScryptParameters.prototype, "salt");
AsnProp({ type: AsnPropTypes.Integer })(ScryptParameters.prototype, "costParameter");
AsnProp({ type: AsnPropTypes.Integer })(ScryptParameters.prototype, "blockSize");
AsnProp({ type: AsnPropTypes.Integer })(ScryptParameters.prototype, "parallelization");
AsnProp({ type: AsnPropTypes.Integer, optional: true })(ScryptParameters.prototype, "keyLength");

/** `PBMAC1-params ::= SEQUENCE { keyDerivationFunc, messageAuthScheme }` (RFC 8018 appendix A.5, RFC 9579). */
export class Pbmac1Parameters {
  keyDerivationFunc = new AlgorithmIdentifier();
  messageAuthScheme = new AlgorithmIdentifier();
}
AsnProp({ type: AlgorithmIdentifier })(Pbmac1Parameters.prototype, "keyDerivationFunc");
AsnProp({ type: AlgorithmIdentifier })(Pbmac1Parameters.prototype, "messageAuthScheme");
