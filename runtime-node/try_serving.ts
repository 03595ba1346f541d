/** Loads an identity as the listeners do, to know before it is put in service that they can. */
import { createSecureContext } from "node:tls";
import type { TryServing } from "../core/certificate/check_material.ts";
import { tlsPolicy } from "../core/tls/policy.ts";
import { secureContextOptions } from "./tls_context.ts";

/** {@link TryServing} by this runtime's TLS library. */
export const tryServing: TryServing = (identity) => {
  try {
    createSecureContext(secureContextOptions(tlsPolicy(identity, { minVersion: "TLSv1.2", alpn: [] })));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
