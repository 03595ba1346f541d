/** Checks certificate files against all the rules, and puts the identity together that they hold. */
import type { CertificateFacts } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";
import type { TlsIdentity } from "./identity.ts";
import { judgeParts } from "./judge_parts.ts";
import type { Material, MaterialCiphers } from "./material.ts";
import { readMaterial } from "./read_material.ts";

/** What the check of files came to. */
export interface MaterialCheck {
  /** All that is wrong or was put right; errors first. */
  readonly findings: readonly Finding[];
  /** What the leaf says, as soon as there is one that can be read, with or without errors. */
  readonly facts: CertificateFacts | null;
  /** Ready to be put in service; `null` exactly when an error is among the findings. */
  readonly identity: TlsIdentity | null;
}

/** Loads an identity as a listener would, and serves nothing. Returns why that failed, or `null`. */
export type TryServing = (identity: TlsIdentity) => string | null;

/** What files are checked against. */
export interface MaterialCheckOptions extends MaterialCiphers {
  readonly tryServing: TryServing;
  /** `listener.server_name` */
  readonly serverName: string;
  readonly nowMs: number;
}

/** Checks files by every rule; changes nothing and throws nothing. */
export async function checkMaterial(material: Material, options: MaterialCheckOptions): Promise<MaterialCheck> {
  const check = await judgeParts(await readMaterial(material, options), options);
  const reason = check.identity === null ? null : options.tryServing(check.identity);
  if (reason === null) return check;
  // The last word has what will serve it: no list of rules knows all that a TLS library refuses.
  return { ...check, findings: [finding("not_servable", { reason }), ...check.findings], identity: null };
}
