/** Judges what certificate files hold by all the rules, and puts the identity together. Touches WebCrypto only. */
import { bytesToHex } from "@noble/hashes/utils.js";
import { isDispatchError } from "../error/mod.ts";
import { findUnrelated, type GivenCertificate, judgeChain } from "./chain_rules.ts";
import type { MaterialCheck, MaterialCheckOptions } from "./check_material.ts";
import { chooseLeaf } from "./choose_leaf.ts";
import { type CertificateFacts, readFacts } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";
import { TlsIdentity } from "./identity.ts";
import { judgeLeaf } from "./leaf_rules.ts";
import { identifyPrivateKey } from "./match_key.ts";
import type { FoundCertificate, FoundKey, MaterialParts } from "./material.ts";
import { findMismatch, findMissing } from "./missing_parts.ts";
import { type OrderedChain, orderChain } from "./order_chain.ts";
import { Pace } from "./pace.ts";
import { decodeCertificate, explainDamage, readCertificate } from "./parsed_certificate.ts";

/** What parts are judged by. */
export type JudgementOptions = Omit<MaterialCheckOptions, "decryptTripleDes" | "tryServing">;

/** Checks what was found in files by every rule. Throws nothing. */
export async function judgeParts(parts: MaterialParts, options: JudgementOptions): Promise<MaterialCheck> {
  const { crypto, nowMs, serverName } = options;
  const { given, damage } = await readCertificates(parts.certificates);
  const keys = await identifyKeys(crypto, parts.keys);
  const match = findMatch(given, keys, nowMs);
  const findings = [...parts.findings, ...damage];
  findings.push(...findMissing({ parts, findings, hasCertificate: given.length > 0, hasMatch: match !== null }));
  if (given.length === 0) return { findings: sortFindings(findings), facts: null, identity: null };

  const leaf = match?.leaf ?? chooseLeaf(given, given, nowMs);
  const others = given.filter((certificate) => certificate !== leaf);
  const chain = await orderChain(crypto, leaf, others, nowMs);
  const situation = { chain, given, nowMs };
  const { isSelfSigned } = chain;
  findings.push(...judgeLeaf({ leaf, file: leaf.origin.file, isSelfSigned, serverName, nowMs }));
  findings.push(...judgeChain(situation));
  if (match !== null) findings.push(...findUnrelated(situation), ...findUnrelatedKeys(keys, leaf));

  const proof = match === null ? null : await proveIdentity(crypto, chain, match.key);
  findings.push(...(proof?.findings ?? []));
  return {
    findings: sortFindings(findings),
    facts: proof?.identity?.facts ?? (await describeChain(crypto, chain)),
    identity: findings.some(isError) ? null : (proof?.identity ?? null),
  };
}

/** Reads certificates, once each; a damaged one is a finding. */
async function readCertificates(
  found: readonly FoundCertificate[],
): Promise<{ given: GivenCertificate[]; damage: Finding[] }> {
  const once = new Map<string, FoundCertificate>();
  for (const certificate of found) {
    const content = bytesToHex(new Uint8Array(certificate.der));
    if (!once.has(content)) once.set(content, certificate);
  }
  const given: GivenCertificate[] = [];
  const damage: Finding[] = [];
  const pace = new Pace();
  for (const { der, origin } of once.values()) {
    await pace.giveWay();
    try {
      given.push({ ...readCertificate(der, decodeCertificate(der)), origin });
    } catch (cause) {
      const facts = { block: null, line: origin.line, reason: explainDamage(cause) };
      damage.push(finding("broken_certificate", facts, origin.file));
    }
  }
  return { given, damage };
}

interface IdentifiedKey extends FoundKey {
  /** As `publicKey.id` of the certificate that it belongs to; `null` when it can't be read. */
  readonly id: string | null;
}

async function identifyKeys(crypto: Crypto, keys: readonly FoundKey[]): Promise<IdentifiedKey[]> {
  return await Promise.all(keys.map(async (key) => ({ ...key, id: await identifyPrivateKey(crypto, key.pkcs8Der) })));
}

interface Match {
  readonly leaf: GivenCertificate;
  readonly key: IdentifiedKey;
}

function findMatch(given: readonly GivenCertificate[], keys: readonly IdentifiedKey[], nowMs: number): Match | null {
  const owned = given.filter(({ publicKey }) => keys.some(({ id }) => id === publicKey.id));
  if (owned.length === 0) return null;
  const leaf = chooseLeaf(owned, given, nowMs);
  return { leaf, key: keys.find(({ id }) => id === leaf.publicKey.id)! };
}

function findUnrelatedKeys(keys: readonly IdentifiedKey[], leaf: GivenCertificate): Finding[] {
  const unrelated = keys.filter(({ id }) => id !== leaf.publicKey.id);
  return unrelated.map(({ origin }) => finding("unrelated_key", {}, origin.file));
}

type Chain = OrderedChain<GivenCertificate>;

/** Tries the key on the certificate that it seems to belong to, unless a finding about the key's kind is enough. */
async function proveIdentity(
  crypto: Crypto,
  { certificates }: Chain,
  key: IdentifiedKey,
): Promise<{ identity: TlsIdentity | null; findings: Finding[] }> {
  const [leaf] = certificates;
  if (leaf?.publicKey.standing !== "good") return { identity: null, findings: [] };
  try {
    return { identity: await TlsIdentity.fromCertificates(crypto, certificates, key.pkcs8Der), findings: [] };
  } catch (error) {
    if (isDispatchError(error, "certificate_key_mismatch")) return { identity: null, findings: [findMismatch([key])] };
    if (!isDispatchError(error, "certificate_invalid")) throw error;
    const facts = { block: null, line: leaf.origin.line, reason: error.facts.reason };
    return { identity: null, findings: [finding("broken_certificate", facts, leaf.origin.file)] };
  }
}

async function describeChain(crypto: Crypto, { certificates }: Chain): Promise<CertificateFacts | null> {
  const [leaf, ...issuers] = certificates;
  return leaf === undefined || leaf.publicKey.facts === null ? null : await readFacts(crypto, leaf, issuers);
}

function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings.filter(isError), ...findings.filter((found) => !isError(found))];
}

function isError({ severity }: Finding): boolean {
  return severity === "error";
}
