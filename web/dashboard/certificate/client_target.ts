/** What clients connect to, from what is served. Pure. */
import type { CertificateShow } from "../../../core/operations/certificate_show.ts";

/** See the file's first line. */
export interface ClientTarget {
  /** A name, or else an address, of the certificate. */
  readonly host: string;
  /** Ports, where such a listener is open. */
  readonly smtpPort: number | null;
  readonly httpsPort: number | null;
}

/** The first name of the certificate that other machines can use, and the ports where it is served. */
export function clientTarget({ identity, served }: Pick<CertificateShow, "identity" | "served">): ClientTarget {
  const names = identity.dnsNames.filter((name) => !name.startsWith("*.") && name !== "localhost");
  const portOf = (listener: string) => served.find((entry) => entry.listener === listener)?.port ?? null;
  return {
    host: names[0] ?? identity.ipAddresses[0] ?? "localhost",
    smtpPort: portOf("smtp"),
    httpsPort: portOf("https"),
  };
}

/** A host as it stands before a port: an IPv6 address in brackets. */
export function authority(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
