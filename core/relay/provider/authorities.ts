/** A setting that holds the certificates of authorities, which may vouch for a server in the place of the public ones. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { finding } from "../../certificate/finding.ts";
import {
  decodeCertificate,
  explainDamage,
  labelCertificate,
  readCertificate,
} from "../../certificate/parsed_certificate.ts";
import { decodeCertificatesPem, encodeCertificatesPem } from "../../certificate/pem.ts";
import { type PemBlock, readPemBlocks } from "../../certificate/pem_blocks.ts";
import { typedTextCodec } from "../../config/codec/typed_text.ts";
import type { SettingCodec } from "../../config/setting_codec.ts";

/** The most text that is read; an authority's certificate takes 2 KiB. */
const maxLength = 65_536;
const maxCertificates = 16;

/** PEM of 1 to 16 certificates, whatever stands around them. Kept is the PEM of each once, and nothing else. */
export function authoritiesCodec(): SettingCodec<string> {
  const rule = `must be a PEM file of 1 to ${maxCertificates} certificates, at most ${maxLength} bytes, without a private key`;
  return typedTextCodec("text", rule, (text) => {
    const found = text.length > maxLength ? rule : readAuthorities(text, rule);
    return typeof found === "string" ? { rule: found } : { value: encodeCertificatesPem(found) };
  });
}

/** Subject and SHA-256 fingerprint of each, for operators. */
export function showAuthorities(pem: string): string {
  return decodeCertificatesPem(pem)
    .map((der) => {
      const fingerprint = bytesToHex(sha256(new Uint8Array(der)));
      return `${labelCertificate(readCertificate(der, decodeCertificate(der)))} (SHA-256 ${fingerprint})`;
    })
    .join("; ");
}

/** The certificates, or what is wrong. */
function readAuthorities(text: string, rule: string): ArrayBuffer[] | string {
  const found = new Map<string, ArrayBuffer>();
  for (const block of readPemBlocks(text)) {
    if (block.label.endsWith("PRIVATE KEY")) return rule;
    if (!/^(?:X509 )?CERTIFICATE$/.test(block.label)) continue;
    const damage = damageOf(block);
    if (damage !== null) {
      const { message } = finding("broken_certificate", { block: found.size + 1, line: block.line, reason: damage });
      return `${rule}. ${message}`;
    }
    found.set(bytesToHex(sha256(block.bytes)), block.bytes.buffer);
  }
  return found.size === 0 || found.size > maxCertificates ? rule : [...found.values()];
}

function damageOf({ damage, bytes }: PemBlock): string | null {
  if (damage !== null) return damage;
  try {
    readCertificate(bytes.buffer, decodeCertificate(bytes.buffer));
    return null;
  } catch (cause) {
    return explainDamage(cause);
  }
}
