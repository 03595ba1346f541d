/** The check of certificate files, which needs no Dispatch: only somebody who knows the rules, and the time. */
import { z } from "zod";
import type { Clock } from "../capabilities.ts";
import type { CertificateService } from "../certificate/certificate_service.ts";
import type { CertificateFacts } from "../certificate/facts.ts";
import type { Finding } from "../certificate/finding.ts";
import { daysLeft } from "../certificate/renewal.ts";
import { materialFields, materialOf } from "./certificate_input.ts";

/** What a check came to. */
export interface CertificateCheck {
  /** Whether no error is among the findings. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** `null` when there is no certificate that can be read. */
  readonly identity: (CertificateFacts & { readonly daysLeft: number }) | null;
}

/** What a check takes. */
export const checkInput = z.strictObject(materialFields);

/** Checks files by every rule; changes nothing. */
export async function checkFiles(
  { certificates, clock }: { readonly certificates: Pick<CertificateService, "check">; readonly clock: Clock },
  input: z.output<typeof checkInput>,
): Promise<CertificateCheck> {
  const { findings, facts } = await certificates.check(materialOf(input));
  const ok = findings.every(({ severity }) => severity !== "error");
  return { ok, findings, identity: facts && { ...facts, daysLeft: daysLeft(facts, clock.nowMs()) } };
}
