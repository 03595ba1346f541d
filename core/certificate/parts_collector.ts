/** Gathers what files hold, within the bounds of one upload. */
import { countElements, maxElements } from "./der_bounds.ts";
import { type Finding, finding } from "./finding.ts";
import type { FoundCertificate, FoundKey, FoundOther, MaterialParts, Origin } from "./material.ts";
import { damaged } from "./obstacle.ts";
import { X509Certificate } from "./x509.ts";

const MAX_CERTIFICATES = 64;
const MAX_KEYS = 16;
/** The most structures of any kind that are read of one file. */
export const maxStructures = 256;

/** What was found so far, in all files together. */
export class PartsCollector {
  readonly #certificates: FoundCertificate[] = [];
  readonly #keys: FoundKey[] = [];
  readonly #others: FoundOther[] = [];
  readonly #findings: Finding[] = [];
  readonly #exceeded = new Set<string>();
  /** Of all certificates together: reading takes time for each. */
  #elements = 0;

  /** All of it. */
  get parts(): MaterialParts {
    return { certificates: this.#certificates, keys: this.#keys, others: this.#others, findings: this.#findings };
  }

  /** Adds a certificate, if there is room. @throws {Obstacle} `damaged` when it does not parse as one */
  addCertificate(bytes: Uint8Array, origin: Origin): void {
    if (this.#certificates.length >= MAX_CERTIFICATES) {
      this.exceed("certificates", MAX_CERTIFICATES);
      return;
    }
    this.#elements += countElements(bytes);
    if (this.#elements > maxElements) {
      this.exceed("ASN.1 elements", maxElements);
      return;
    }
    const der = bytes.slice().buffer;
    parseCertificate(der);
    this.#certificates.push({ der, origin });
  }

  /** Adds a private key, if there is room. */
  addKey(pkcs8Der: ArrayBuffer, origin: Origin): void {
    if (this.hasRoomForKey()) this.#keys.push({ pkcs8Der, origin });
  }

  /** Tells whether another key can be added; to be asked before work is done on one. */
  hasRoomForKey(): boolean {
    if (this.#keys.length >= MAX_KEYS) this.exceed("private keys", MAX_KEYS);
    return this.#keys.length < MAX_KEYS;
  }

  /** Adds something that is neither. */
  addOther(what: string, origin: Origin): void {
    this.#others.push({ what, origin });
  }

  /** Adds what is wrong. */
  addFinding(found: Finding): void {
    this.#findings.push(found);
  }

  /** Says, once, that there is more of something than is read. */
  exceed(what: string, limit: number): void {
    if (!this.#exceeded.has(what)) this.addFinding(finding("too_many", { what, limit }));
    this.#exceeded.add(what);
  }
}

function parseCertificate(der: ArrayBuffer): void {
  try {
    new X509Certificate(der);
  } catch (cause) {
    throw damaged("its ASN.1 is not that of a certificate", { cause });
  }
}
