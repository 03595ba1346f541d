/** What a certificate has to be like for a server to show it: one rule each. Pure. */
import { type Finding, finding } from "./finding.ts";
import { judgeKey } from "./key_rule.ts";
import { coversName } from "./name_coverage.ts";
import type { ParsedCertificate } from "./parsed_certificate.ts";
import { daysLeft, expiryWarning } from "./renewal.ts";
import { isWeakHash } from "./signature_algorithm.ts";
import { singleLine } from "./single_line.ts";

const DAY_MS = 86_400_000;
/** Apple's clients refuse more: of what an authority issued, and of what they were told to trust. */
const longestDays = { issued: 398, selfSigned: 825 } as const;
/** The most usages that are listed, and the longest name of one. */
const MAX_USAGES = 8;
const MAX_USAGE_LENGTH = 64;
/** The longest DNS name (RFC 1035 section 2.3.4). */
const MAX_SERVER_NAME_LENGTH = 253;

/** A leaf, and what it is held against. */
export interface LeafSituation {
  readonly leaf: ParsedCertificate;
  /** Name of its file. */
  readonly file: string;
  readonly isSelfSigned: boolean;
  /** `listener.server_name` */
  readonly serverName: string;
  readonly nowMs: number;
}

type LeafRule = (situation: LeafSituation) => Finding | null;

/** All rules, in the order in which their findings are told. */
const rules: readonly LeafRule[] = [
  isOver,
  hasBadKey,
  hasWeakSignature,
  isNotForServers,
  lacksServerName,
  isOverSoon,
  hasNotBegun,
  lacksNames,
  isLongLived,
];

/** Holds a leaf against all rules. */
export function judgeLeaf(situation: LeafSituation): Finding[] {
  return rules.flatMap((rule) => rule(situation) ?? []);
}

function isOver({ leaf, file, nowMs }: LeafSituation): Finding | null {
  const isExpired = expiryWarning(leaf, nowMs)?.code === "expired";
  return isExpired ? finding("expired", { notAfter: leaf.notAfter }, file) : null;
}

function hasBadKey({ leaf: { publicKey }, file }: LeafSituation): Finding | null {
  return judgeKey(publicKey, publicKey.standing, null, file);
}

function hasWeakSignature({ leaf, file }: LeafSituation): Finding | null {
  const { hash } = leaf.signature.algorithm;
  return isWeakHash(hash) ? finding("weak_signature", { algorithm: hash }, file) : null;
}

const SERVER_AUTH = "serverAuth";
const ANY_USAGE = "anyExtendedKeyUsage";

/** Names of extended key usages (RFC 5280 section 4.2.1.12). */
const usageNames: Readonly<Record<string, string>> = {
  "2.5.29.37.0": ANY_USAGE,
  "1.3.6.1.5.5.7.3.1": SERVER_AUTH,
  "1.3.6.1.5.5.7.3.2": "clientAuth",
  "1.3.6.1.5.5.7.3.3": "codeSigning",
  "1.3.6.1.5.5.7.3.4": "emailProtection",
  "1.3.6.1.5.5.7.3.8": "timeStamping",
  "1.3.6.1.5.5.7.3.9": "OCSPSigning",
};

function isNotForServers({ leaf, file }: LeafSituation): Finding | null {
  const { keyUsage, extendedKeyUsage } = leaf.extensions;
  const names = extendedKeyUsage?.map((id) => usageNames[id] ?? singleLine(id, MAX_USAGE_LENGTH));
  if (names !== undefined && !names.includes(SERVER_AUTH) && !names.includes(ANY_USAGE)) {
    return finding("not_for_servers", { extension: "extended key usage", usages: names.slice(0, MAX_USAGES) }, file);
  }
  // In every cipher suite that is served the server signs; BoringSSL does not even load a key that is not for that.
  if (keyUsage === null || keyUsage.includes("digitalSignature")) return null;
  return finding("not_for_servers", { extension: "key usage", usages: keyUsage }, file);
}

function lacksServerName({ leaf, file, serverName }: LeafSituation): Finding | null {
  if (coversName(leaf.extensions, serverName)) return null;
  return finding("name_not_covered", { serverName: singleLine(serverName, MAX_SERVER_NAME_LENGTH) }, file);
}

function isOverSoon({ leaf, file, nowMs }: LeafSituation): Finding | null {
  const { code } = expiryWarning(leaf, nowMs) ?? {};
  if (code !== "expires_soon" && code !== "expires_very_soon") return null;
  return finding("expires_soon", { notAfter: leaf.notAfter, days: daysLeft(leaf, nowMs) }, file);
}

function hasNotBegun({ leaf, file, nowMs }: LeafSituation): Finding | null {
  const { notBefore } = leaf;
  return nowMs < Date.parse(notBefore) ? finding("not_yet_valid", { notBefore }, file) : null;
}

function lacksNames({ leaf, file }: LeafSituation): Finding | null {
  return leaf.extensions.hasSubjectAltName ? null : finding("no_subject_alt_name", {}, file);
}

function isLongLived({ leaf, file, isSelfSigned }: LeafSituation): Finding | null {
  const days = Math.ceil((Date.parse(leaf.notAfter) - Date.parse(leaf.notBefore)) / DAY_MS);
  const limitDays = isSelfSigned ? longestDays.selfSigned : longestDays.issued;
  return days > limitDays ? finding("long_lived", { days, limitDays }, file) : null;
}
