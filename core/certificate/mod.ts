/** Certificates: the identity that listeners show, where it comes from, and how it is kept. */
export {
  type CertificateChange,
  CertificateService,
  type CertificateServiceOptions,
  type CertificateSource,
  type EarlierCertificate,
  type GenerateRequest,
} from "./certificate_service.ts";
export {
  loadOrCreateSelfSigned,
  loadRecorded,
  type SelfSignedRequest,
  type SelfSignedResult,
  type SelfSignedSlot,
  type SelfSignedStore,
} from "./certificate_store.ts";
export type { CertificateFacts, ChainLink } from "./facts.ts";
export { generateSelfSigned, type SelfSignedOptions } from "./generate.ts";
export { TlsIdentity } from "./identity.ts";
export { CertificateKeeper, type IdentityListener } from "./keeper.ts";
export { type KeyKind, keyKinds } from "./key_kind.ts";
export { automaticNames, type CertificateNames, type NameSources } from "./names.ts";
export { randomPassword } from "./password.ts";
export { packPfx } from "./pfx_pack.ts";
export { unpackPfx } from "./pfx_unpack.ts";
export type { KeyFacts } from "./public_key.ts";
export { daysLeft, type ExpiryWarning, expiryWarning, isRenewalDue, type Validity } from "./renewal.ts";
export { openSelfSigned } from "./self_signed_identity.ts";
