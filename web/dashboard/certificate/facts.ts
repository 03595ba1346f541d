/** What a certificate says, as the pages show it. */
import { html } from "hono/html";
import type { CertificateFacts, KeyFacts } from "../../../core/certificate/mod.ts";
import type { Markup } from "../markup.ts";
import { day, inDays } from "../time.ts";

/** A certificate and how long it lasts. */
export type DatedFacts = CertificateFacts & { readonly daysLeft: number };

/** A key in words: `ECDSA P-256`, `RSA 2048`. */
export function keyName(key: KeyFacts): string {
  return key.type === "EC" ? `ECDSA ${key.curve}` : `RSA ${key.size}`;
}

/** Names and addresses as a list. */
export function nameList({ dnsNames, ipAddresses }: Pick<CertificateFacts, "dnsNames" | "ipAddresses">): Markup {
  const names = [...dnsNames, ...ipAddresses];
  if (names.length === 0) return html`<span class="quiet">none</span>`;
  return html`<ul class="names">
    ${names.map((name) => html`<li><code>${name}</code></li>`)}
  </ul>`;
}

/** How much of its life is left: a bar that runs empty, with marks where the two warnings come. */
export function lifeMeter({ notBefore, notAfter, daysLeft }: DatedFacts): Markup {
  const totalDays = (Date.parse(notAfter) - Date.parse(notBefore)) / 86_400_000;
  const left = Math.min(1, Math.max(0, daysLeft / totalDays));
  const tone = left > 1 / 3 ? "good" : left > 1 / 10 ? "warning" : "bad";
  const label = `${Math.round(left * 100)} % of its life is left; warnings come at one third and at one tenth.`;
  return html`<svg class="meter ${tone}" role="img" aria-label="${label}" width="100%" height="14">
    <rect class="track" y="3" width="100%" height="8" rx="4" />
    <rect class="fill" y="3" width="${(left * 100).toFixed(1)}%" height="8" rx="4" />
    ${["10%", "33.3%"].map((x) => html`<line class="mark" x1="${x}" x2="${x}" y1="0" y2="14" />`)}
  </svg>`;
}

/** How long a certificate lasts. */
export function lifetime(facts: DatedFacts): Markup {
  const { notBefore, notAfter, daysLeft } = facts;
  const left = daysLeft < 0 ? "expired" : `${inDays(daysLeft)} left`;
  return html`<strong>${left}</strong> <span class="quiet">${day(notBefore)} to ${day(notAfter)}</span> ${lifeMeter(facts)}`;
}
