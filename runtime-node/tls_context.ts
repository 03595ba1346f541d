/** The policy of a TLS listener, in the words of `node:tls`. */
import { constants } from "node:crypto";
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
    // A renegotiation of TLS 1.2 costs the server many times what it costs the client, and no client here has a use for it.
    // OpenSSL encrypts the tickets of TLS 1.2 with one key for as long as the process lives: whoever gets hold of it could
    // read every session of months. Without tickets each connection also proves the certificate anew.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET,
  };
}
