/** How the shared certificate is doing, in one word and one sentence. Pure. */
import type { CertificateShow } from "../../../core/operations/certificate_show.ts";
import type { Tone } from "../form_parts.ts";
import { inDays } from "../time.ts";

/** What is seen at a glance. */
export interface Verdict {
  readonly tone: Exclude<Tone, "neutral">;
  /** `Good`, `Attention`, `Problem`. */
  readonly word: string;
  readonly sentence: string;
}

/** What each source is called. */
export const sourceNames: Readonly<Record<CertificateShow["source"], string>> = {
  automatic: "automatic, signed by itself",
  generated: "generated here, signed by itself",
  uploaded: "uploaded",
};

/** Judges what is in service and what is really served. */
export function judgeCertificate({ identity, served, warnings }: CertificateShow): Verdict {
  if (identity.daysLeft < 0) return problem("The certificate has expired: clients refuse it.");
  const stale = served.filter(({ current, fingerprintSha256 }) => !current && fingerprintSha256 !== null);
  if (stale.length > 0) return problem(`${nameListeners(stale)} still shows another certificate.`);
  const silent = served.filter(({ fingerprintSha256 }) => fingerprintSha256 === null);
  if (silent.length > 0) return attention(`${nameListeners(silent)} could not be asked what it shows.`);
  if (warnings.length > 0)
    return attention(`In service, ${inDays(identity.daysLeft)} left, with something to look at.`);
  return { tone: "good", word: "Good", sentence: `Served everywhere, ${inDays(identity.daysLeft)} left.` };
}

function problem(sentence: string): Verdict {
  return { tone: "bad", word: "Problem", sentence };
}

function attention(sentence: string): Verdict {
  return { tone: "warning", word: "Attention", sentence };
}

function nameListeners(listeners: readonly { readonly listener: string; readonly port: number }[]): string {
  return listeners.map(({ listener, port }) => `${listener} on port ${port}`).join(", ");
}
