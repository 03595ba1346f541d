/** What the check of certificate files finds: one record each. Pure. */
import { formatDays } from "./renewal.ts";

/** Errors keep the files from being put in service, warnings do not. */
export type FindingSeverity = "error" | "warning";

interface FindingDefinition<Facts> {
  readonly severity: FindingSeverity;
  /** One plain sentence: what is wrong, with what. */
  readonly message: (facts: Facts) => string;
  /** One sentence: what to do. */
  readonly remedy: (facts: Facts) => string;
}

function error<Facts>(definition: Omit<FindingDefinition<Facts>, "severity">): FindingDefinition<Facts> {
  return { severity: "error", ...definition };
}

function warning<Facts>(definition: Omit<FindingDefinition<Facts>, "severity">): FindingDefinition<Facts> {
  return { severity: "warning", ...definition };
}

type NoFacts = Record<never, never>;

const insteadOf = (found: readonly string[]): string =>
  found.length === 0 ? "." : `; what was found is ${found.join(", ")}.`;

const definitions = {
  no_certificate: error<{ found: readonly string[] }>({
    message: ({ found }) => `There is no certificate in what was given${insteadOf(found)}`,
    remedy: () => "Add the certificate that the authority sent, often named .crt, .cer, .pem or fullchain.pem.",
  }),
  no_private_key: error<{ found: readonly string[] }>({
    message: ({ found }) => `There is no private key in what was given${insteadOf(found)}`,
    remedy: () => "Add the key that the certificate was requested with, often named .key or privkey.pem.",
  }),
  not_pem: error<{ what: string; command?: string | undefined }>({
    message: ({ what }) => `This file is ${what}, neither a certificate nor a key in any known form.`,
    remedy: ({ command }) =>
      command === undefined ? "Give PEM, DER, PKCS#7 (.p7b) or PFX (.pfx, .p12) files." : `Convert it: ${command}`,
  }),
  key_mismatch: error<{ keys: number }>({
    message: ({ keys }) =>
      keys === 1
        ? "The private key does not belong to any of the certificates."
        : `None of the ${keys} private keys belongs to any of the certificates.`,
    remedy: () => "Give the key that the certificate was requested with, or request a new certificate with this key.",
  }),
  key_encrypted: error<{ what: string }>({
    message: ({ what }) => `${capitalize(what)} is protected by a passphrase.`,
    remedy: () => "Give the passphrase; it is used once and not kept.",
  }),
  wrong_passphrase: error<{ what: string }>({
    message: ({ what }) => `The passphrase does not open ${what}.`,
    remedy: () => "Type it again; mind capitals and spaces at its ends.",
  }),
  expired: error<{ notAfter: string }>({
    message: ({ notAfter }) => `The certificate expired on ${notAfter.slice(0, 10)}.`,
    remedy: () => "Renew it with the authority that issued it, and give the new one.",
  }),
  weak_key: error<{ bits: number } & ChainPlace>({
    message: ({ bits, subject }) => `The RSA key${ofIssuer(subject)} has ${bits} bits; clients refuse less than 2048.`,
    remedy: ({ subject }) =>
      subject === null
        ? "Request a certificate with a new key: ECDSA P-256, or RSA with 2048 bits or more."
        : "Have the certificate issued by an authority with a longer key.",
  }),
  weak_signature: error<{ algorithm: string }>({
    message: ({ algorithm }) => `The certificate is signed with ${algorithm}, which clients refuse.`,
    remedy: () => "Have it issued again with SHA-256.",
  }),
  unsupported_key: error<{ key: string } & ChainPlace>({
    message: ({ key, subject }) => `The key${ofIssuer(subject)} is ${key}, a kind that can't be served.`,
    remedy: ({ subject }) =>
      subject === null
        ? "Request a certificate with a new key: ECDSA P-256 or P-384, or RSA with 2048 to 4096 bits."
        : "Have the certificate issued by an authority whose key is RSA, or ECDSA P-256 or P-384.",
  }),
  not_servable: error<{ reason: string }>({
    message: ({ reason }) => `The listeners of this server can't load the certificate: ${reason}.`,
    remedy: () => "Have it issued again, with a new key: ECDSA P-256, or RSA with 2048 bits or more.",
  }),
  not_for_servers: error<{ extension: "key usage" | "extended key usage"; usages: readonly string[] }>({
    message: ({ extension, usages }) =>
      `The certificate is not for servers; its ${extension} is ${usages.length === 0 ? "empty" : usages.join(", ")}.`,
    remedy: ({ extension }) =>
      extension === "key usage"
        ? "Request one whose key usage has digitalSignature, which TLS needs."
        : "Request one for server authentication (TLS web server).",
  }),
  too_large: error<{ bytes: number; limitBytes: number }>({
    message: ({ bytes, limitBytes }) => `What was given has ${bytes} bytes; ${limitBytes} are read at most.`,
    remedy: () => "Give the certificate, its chain and its key alone.",
  }),
  too_many: error<{ what: string; limit: number }>({
    message: ({ what, limit }) => `There are more than ${limit} ${what} in what was given.`,
    remedy: () => "Give the certificate, its chain and its key alone.",
  }),
  broken_certificate: error<{ block: number | null; line: number | null; reason: string }>({
    message: ({ block, line, reason }) => `${blockName("certificate", block, line)} is damaged: ${reason}.`,
    remedy: () => "Copy or export the file again; nothing may be missing between BEGIN and END.",
  }),
  broken_key: error<{ block: number | null; line: number | null; reason: string }>({
    message: ({ block, line, reason }) => `${blockName("private key", block, line)} is damaged: ${reason}.`,
    remedy: () => "Copy or export the file again; nothing may be missing between BEGIN and END.",
  }),
  broken_file: error<{ what: string; reason: string }>({
    message: ({ what, reason }) => `This is ${what}, but it can't be read: ${reason}.`,
    remedy: () => "Export or download the file again.",
  }),
  unsupported_protection: error<{ protection: string; command: string }>({
    message: ({ protection }) => `The file is protected with ${protection}, which is not opened here.`,
    remedy: ({ command }) => `Convert it: ${command}`,
  }),
  name_not_covered: warning<{ serverName: string }>({
    message: ({ serverName }) =>
      `${serverName}, the name that this server goes by, is not among the certificate's names.`,
    remedy: ({ serverName }) =>
      `Clients that connect to ${serverName} will refuse it: have the name added, or change listener.server_name.`,
  }),
  chain_incomplete: warning<{ issuer: string }>({
    message: ({ issuer }) => `The certificate of the issuer ${issuer} is missing from the chain.`,
    remedy: () => "Some clients will not trust it: add the intermediate certificate that the authority offers.",
  }),
  chain_expired: warning<{ subject: string; notAfter: string }>({
    message: ({ subject, notAfter }) =>
      `The certificate of the issuer ${subject} expired on ${notAfter.slice(0, 10)}; clients refuse the chain.`,
    remedy: () => "Give the issuer's present certificate, which the authority offers.",
  }),
  chain_weak_signature: warning<{ subject: string; algorithm: string }>({
    message: ({ subject, algorithm }) =>
      `The certificate of the issuer ${subject} is signed with ${algorithm}, which most clients refuse.`,
    remedy: () => "Give the issuer's present certificate, or have yours issued by another authority.",
  }),
  chain_reordered: warning<NoFacts>({
    message: () => "The certificates were not in the order of the chain; they are now.",
    remedy: () => "Nothing: it was put right.",
  }),
  root_included: warning<{ subject: string }>({
    message: ({ subject }) => `The root ${subject} came with the chain; it is left out, as clients have their own.`,
    remedy: () => "Nothing: it was put right.",
  }),
  unrelated_certificate: warning<{ subject: string; notAfter: string }>({
    message: ({ subject, notAfter }) =>
      `The certificate of ${subject}, valid until ${notAfter.slice(0, 10)}, does not belong to the chain and is left out.`,
    remedy: () => "Nothing, unless it is the one that was meant: then give its key too.",
  }),
  unrelated_key: warning<NoFacts>({
    message: () => "A private key that is not the certificate's is left out.",
    remedy: () => "Nothing, unless it is the one that was meant: then give its certificate too.",
  }),
  expires_soon: warning<{ notAfter: string; days: number }>({
    message: ({ notAfter, days }) => `The certificate expires on ${notAfter.slice(0, 10)}, in ${formatDays(days)}.`,
    remedy: () => "Renew it in time.",
  }),
  not_yet_valid: warning<{ notBefore: string }>({
    message: ({ notBefore }) => `The certificate is not valid before ${notBefore}.`,
    remedy: () => "Clients refuse it until then; check this host's clock if that moment has passed.",
  }),
  no_subject_alt_name: warning<NoFacts>({
    message: () => "The certificate has no subject alternative name, only a common name.",
    remedy: () => "Clients of the last years refuse it: have it issued with its names as subject alternative names.",
  }),
  long_lived: warning<{ days: number; limitDays: number }>({
    message: ({ days, limitDays }) =>
      `The certificate is valid for ${days} days in all; some clients refuse more than ${limitDays}.`,
    remedy: () => "Have the next one issued for a year or less.",
  }),
} as const;

/** Whose key it is: `null` for the certificate itself, else the subject of the issuer in its chain. */
interface ChainPlace {
  readonly subject: string | null;
}

function ofIssuer(subject: string | null): string {
  return subject === null ? "" : ` of the issuer ${subject}`;
}

function blockName(what: string, block: number | null, line: number | null): string {
  const position = line === null ? "" : ` at line ${line}`;
  return block === null ? `The ${what}${position}` : `The ${ordinal(block)} ${what}${position}`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function ordinal(number: number): string {
  const suffix = ["th", "st", "nd", "rd"][number % 100 > 10 && number % 100 < 14 ? 0 : number % 10] ?? "th";
  return `${number}${suffix}`;
}

/** Stable code of a finding; part of every interface, never renamed. */
export type FindingCode = keyof typeof definitions;

type FactsOf<C extends FindingCode> = Parameters<(typeof definitions)[C]["message"]>[0];

/** One thing that is wrong, or was put right. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  /** One plain sentence. */
  readonly message: string;
  /** What to do, in one sentence. */
  readonly remedy: string;
  /** Name of the file that it is about; `null` when it is about all of them together. */
  readonly file: string | null;
}

/** All codes, with their severity, for documents and tests. */
export const findingSeverities: Readonly<Record<FindingCode, FindingSeverity>> = Object.fromEntries(
  Object.entries(definitions).map(([code, { severity }]) => [code, severity]),
) as Record<FindingCode, FindingSeverity>;

/** Returns the finding `code` about `file`. */
export function finding<C extends FindingCode>(code: C, facts: FactsOf<C>, file: string | null = null): Finding {
  const definition = definitions[code] as unknown as FindingDefinition<FactsOf<C>>;
  return {
    code,
    severity: definition.severity,
    message: definition.message(facts),
    remedy: definition.remedy(facts),
    file,
  };
}
