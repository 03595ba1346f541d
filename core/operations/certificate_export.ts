/** The shared certificate as a file, for clients to trust or for another server to serve. Pure. */

import type { TlsIdentity } from "../certificate/identity.ts";
import { encodeBase64 } from "../ingest/base64.ts";

/** A file to be saved. */
export interface ExportedFile {
  readonly fileName: string;
  readonly mediaType: string;
  /** The bytes as base64. */
  readonly content: string;
}

/** The chain, leaf first, as PEM text. */
export function exportPem({ certPem }: Pick<TlsIdentity, "certPem">): ExportedFile {
  return {
    fileName: "dispatch.pem",
    mediaType: "application/pem-certificate-chain",
    content: encodeBase64(new TextEncoder().encode(certPem)),
  };
}

/** The leaf as DER, which holds one certificate (RFC 5280); a self-signed one is all that a client has to trust. */
export function exportDer({ certPem }: Pick<TlsIdentity, "certPem">): ExportedFile {
  // What stands between the lines of a PEM block is the DER in base64 (RFC 7468).
  const [, , base64 = ""] = certPem.split("-----");
  return { fileName: "dispatch.cer", mediaType: "application/pkix-cert", content: base64.replaceAll(/\s/g, "") };
}

/** A PFX with key and chain. */
export function exportPfxFile(pfx: Uint8Array): ExportedFile {
  return { fileName: "dispatch.pfx", mediaType: "application/x-pkcs12", content: encodeBase64(pfx) };
}
