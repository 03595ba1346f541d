/** The chain as a picture that one can follow: from the certificate up to the root that clients have. */
import { html } from "hono/html";
import type { ChainLink } from "../../../core/certificate/mod.ts";
import type { Markup } from "../markup.ts";
import { day } from "../time.ts";
import type { DatedFacts } from "./facts.ts";

/** The picture. What the last certificate is signed by is not sent; whether clients have it is theirs to know. */
export function chainPicture(identity: DatedFacts): Markup {
  const links: readonly ChainLink[] = [identity, ...identity.chain.slice(1)];
  const top = links[links.length - 1]!;
  return html`<ol class="chain">
    ${links.map((link, index) => sentLink(link, index === 0))}
    ${top.subject === top.issuer ? null : links.length === 1 ? onlyIssuer(top.issuer) : knownRoot(top.issuer)}
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

/** Public authorities sign with intermediate certificates, an organisation's own often with its root. */
function onlyIssuer(name: string): Markup {
  return html`<li class="link elsewhere">
    <span class="role">Issuer, not sent</span>
    <strong>${shortName(name)}</strong>
    <span>Clients must have this one. Where it is an intermediate certificate, upload again together with it.</span>
  </li>`;
}

/** The common name of a distinguished name, or all of it where there is none. */
function shortName(subject: string): string {
  return /(?:^|, ?)CN=((?:\\.|[^,\\])+)/.exec(subject)?.[1]?.replaceAll("\\", "") ?? subject;
}
