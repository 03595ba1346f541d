/** The policy of a TLS listener, in the words of `node:tls`. */
import type { SecureContextOptions } from "node:tls";
import type { TlsPolicy } from "../core/tls/policy.ts";

/** Options for a secure context. Key exchange groups stay the runtime's own: they include X25519MLKEM768. */
export function secureContextOptions(policy: TlsPolicy): SecureContextOptions {
  return {
    cert: policy.certPem,
    key: policy.keyPem,
    minVersion: policy.minVersion,
    ciphers: policy.ciphers,
    honorCipherOrder: true,
  };
}
