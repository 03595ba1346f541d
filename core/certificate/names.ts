/** The names and addresses that a generated certificate is for. Pure. */
import ipaddr from "ipaddr.js";

/** Names and addresses as a certificate holds them. */
export interface CertificateNames {
  /** Lower-case DNS names, a first label of `*` included; names outside ASCII as A-labels (RFC 5890). */
  readonly dnsNames: readonly string[];
  /** IPv4 and IPv6 addresses, IPv6 in the form of RFC 5952. */
  readonly ipAddresses: readonly string[];
}

/** Where the names of an automatic certificate come from. */
export interface NameSources {
  /** The setting `listener.server_name`. */
  readonly serverName: string;
  /** What the host calls itself. */
  readonly hostName: string;
  /** Addresses of the host's network interfaces, a zone (`%eth0`) included or not. */
  readonly addresses: readonly string[];
}

/**
 * Returns what an automatic certificate is for: the server's name, the host's, `localhost`, loopback and the host's
 * addresses, in this order and once each. What no certificate can hold, such as a host name with a space, is left out.
 */
export function automaticNames({ serverName, hostName, addresses }: NameSources): CertificateNames {
  const candidates = [serverName, hostName, "localhost", "127.0.0.1", "::1", ...addresses];
  const found = { dnsNames: new Set<string>(), ipAddresses: new Set<string>() };
  for (const candidate of candidates) {
    const address = normalizeAddress(candidate);
    if (address !== null) found.ipAddresses.add(address);
    const name = address === null ? normalizeDnsName(candidate) : null;
    if (name !== null) found.dnsNames.add(name);
  }
  return { dnsNames: [...found.dnsNames], ipAddresses: [...found.ipAddresses] };
}

/**
 * Returns `text` as a certificate holds an address, or `null` when it is none. Brackets and a zone are left out, and an
 * IPv4 address within IPv6 (RFC 4291 section 2.5.5.2) becomes the IPv4 address that clients connect to.
 */
export function normalizeAddress(text: string): string | null {
  const [address = ""] = text.replace(/^\[(.*)\]$/, "$1").split("%");
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  return isAddress ? ipaddr.process(address).toString() : null;
}

const label = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
/** A wildcard stands before two labels at least: clients pass over the ones that stand for a whole top-level domain. */
const dnsName = new RegExp(`^(?:\\*(?=\\.[^.]+\\.)\\.)?${label}(?:\\.${label})*$`);

/**
 * Returns `text` as a certificate holds a DNS name (RFC 1034 section 3.5, underscores allowed), or `null`. A first label
 * of `*` is kept, a trailing dot is not.
 */
export function normalizeDnsName(text: string): string | null {
  const wildcard = text.startsWith("*.") ? "*." : "";
  const url = `http://${text.slice(wildcard.length)}`;
  if (/[\s/\\:?#@%[\]]/.test(text) || !URL.canParse(url)) return null;
  const name = wildcard + new URL(url).hostname.replace(/\.$/, "");
  return name.length <= 253 && dnsName.test(name) && normalizeAddress(name) === null ? name : null;
}
