/** What operators see of a check of certificate files. */
import type { MaterialCheck } from "../certificate/check_material.ts";
import type { Finding } from "../certificate/finding.ts";
import { type CertificateFacts, daysLeft } from "../certificate/mod.ts";

/** What a check came to. */
export interface CertificateCheck {
  /** Whether no error is among the findings. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** `null` when there is no certificate that can be read. */
  readonly identity: (CertificateFacts & { readonly daysLeft: number }) | null;
}

/** Puts together what operators see of a check. */
export function showCheck({ findings, facts }: MaterialCheck, nowMs: number): CertificateCheck {
  const ok = findings.every(({ severity }) => severity !== "error");
  return { ok, findings, identity: facts && { ...facts, daysLeft: daysLeft(facts, nowMs) } };
}
