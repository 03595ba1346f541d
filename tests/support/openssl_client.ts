/** What a TLS client is shown, as OpenSSL sees it from outside. */
import { X509Certificate } from "node:crypto";
import { run } from "./e2e_process.ts";

/** Options that reach a listener for STARTTLS. */
export const startTls = ["-starttls", "smtp", "-name", "client.example.org"] as const;

/** Makes one TLS connection to a port of this host and returns all that openssl says about it. */
export async function shakeHands(port: number, ...options: readonly string[]): Promise<string> {
  const command = ["openssl", "s_client", "-connect", `127.0.0.1:${port}`, "-showcerts", ...options];
  const result = await run(command, { timeoutMs: 15_000 });
  return result.stdout + result.stderr;
}

/** SHA-256 fingerprints of the certificates that a client is shown, in their order, as OpenSSL writes them. */
export async function shownBy(port: number, ...options: readonly string[]): Promise<string[]> {
  const output = await shakeHands(port, ...options);
  return (output.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? []).map(fingerprintOf);
}

/** SHA-256 fingerprint of the first certificate in a PEM text, as OpenSSL writes it. */
export function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}
