/** Whether clients find the name that they connect to in a certificate. Pure. */
import type { CertificateExtensions } from "./certificate_extensions.ts";
import { normalizeAddress, normalizeDnsName } from "./names.ts";

/**
 * Tells whether a certificate is for `name`, a host name or an IP address, as clients do (RFC 9525 section 6): an address
 * has to be there as one, and the common name does not count. A wildcard stands for one whole label, the first one, and
 * not for all names of a top-level domain.
 */
export function coversName(
  { dnsNames, ipAddresses }: Pick<CertificateExtensions, "dnsNames" | "ipAddresses">,
  name: string,
): boolean {
  const address = normalizeAddress(name);
  if (address !== null) return ipAddresses.includes(address);
  const wanted = normalizeDnsName(name) ?? name.toLowerCase();
  const wildcard = `*${wanted.slice(wanted.indexOf("."))}`;
  const isWildcardTaken = wildcard.split(".").length > 2;
  return dnsNames
    .map((dnsName) => dnsName.toLowerCase().replace(/\.$/, ""))
    .some((dnsName) => dnsName === wanted || (isWildcardTaken && dnsName === wildcard));
}
