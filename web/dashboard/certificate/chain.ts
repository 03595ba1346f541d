/** The chain as a picture that one can follow: from the certificate up to the root that clients have. */
import { html } from "hono/html";
import type { ChainLink } from "../../../core/certificate/mod.ts";
import type { Markup } from "../markup.ts";
import { day } from "../time.ts";
import type { DatedFacts } from "./facts.ts";

/** The picture. `isComplete`: whether nothing is missing between the last link and a root. */
export function chainPicture(identity: DatedFacts, isComplete: boolean): Markup {
  const links: readonly ChainLink[] = identity.chain.length > 0 ? identity.chain : [identity];
  const top = links[links.length - 1]!;
  return html`<ol class="chain">
    ${links.map((link, index) => sentLink(link, index === 0))}
    ${top.subject === top.issuer ? null : isComplete ? knownRoot(top.issuer) : missingIssuer(top.issuer)}
  </ol>`;
}

function sentLink(link: ChainLink, isLeaf: boolean): Markup {
  const isSelfSigned = link.subject === link.issuer;
  return html`<li class="link">
    <span class="role">${roleOf(isLeaf, isSelfSigned)}</span>
    <strong>${shortName(link.subject)}</strong>
    <span class="quiet">${isSelfSigned ? "signed by itself" : html`signed by ${shortName(link.issuer)}`}</span>
    <span class="quiet">${day(link.notBefore)} to ${day(link.notAfter)}</span>
  </li>`;
}

function roleOf(isLeaf: boolean, isSelfSigned: boolean): string {
  if (isLeaf) return "This server";
  return isSelfSigned ? "Root, sent along" : "Intermediate, sent along";
}

function knownRoot(name: string): Markup {
  return html`<li class="link elsewhere">
    <span class="role">Root, not sent</span>
    <strong>${shortName(name)}</strong>
    <span class="quiet">Clients have it, or have to be given it.</span>
  </li>`;
}

function missingIssuer(name: string): Markup {
  return html`<li class="link missing">
    <span class="role">Missing</span>
    <strong>${shortName(name)}</strong>
    <span>Upload again together with the intermediate certificates of the authority.</span>
  </li>`;
}

/** The common name of a distinguished name, or all of it where there is none. */
function shortName(subject: string): string {
  return /(?:^|, ?)CN=((?:\\.|[^,\\])+)/.exec(subject)?.[1]?.replaceAll("\\", "") ?? subject;
}
