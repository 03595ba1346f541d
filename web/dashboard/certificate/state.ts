/** The certificate in service: what it is, how long it lasts, who serves it. */
import { html } from "hono/html";
import type { ServedCertificate } from "../../../core/certificate/served_certificate.ts";

import type { CertificateShow } from "../../../core/operations/certificate_show.ts";
import { badge, copyable } from "../form_parts.ts";
import { listenerTitle } from "../listener_title.ts";
import type { Markup } from "../markup.ts";
import { instant } from "../time.ts";
import { chainPicture } from "./chain.ts";
import { keyName, lifetime, nameList } from "./facts.ts";
import { judgeCertificate, sourceNames } from "./verdict.ts";

/** The card. */
export function certificateState(show: CertificateShow): Markup {
  const { identity, source, served, warnings } = show;
  const verdict = judgeCertificate(show);
  return html`<section class="card" aria-labelledby="state-title">
    <h2 id="state-title">In service</h2>
    <p class="headline">${badge(verdict.tone, verdict.word)} ${verdict.sentence}</p>
    ${warnings.map(
      ({ message, remedy }) =>
        html`<div class="notice warning"><p><strong>${message}</strong></p><p>${remedy}</p></div>`,
    )}
    <div class="columns">
      <div>
        <dl class="facts">
          <dt>Source</dt>
          <dd>${sourceNames[source]}</dd>
          <dt>Lasts</dt>
          <dd>${lifetime(identity)}</dd>
          <dt>Names</dt>
          <dd>${nameList(identity)}</dd>
          <dt>Key</dt>
          <dd>${keyName(identity.key)}</dd>
          <dt>Serial</dt>
          <dd><code>${identity.serial}</code></dd>
          <dt>SHA-256</dt>
          <dd>${copyable(identity.fingerprintSha256, "the SHA-256 fingerprint")}</dd>
        </dl>
      </div>
      <div>
        <h3>Who serves it</h3>
        ${servedTable(served)}
        <h3>Chain</h3>
        ${chainPicture(identity)}
      </div>
    </div>
  </section>`;
}

/** What each listener showed when it was asked. */
export function servedTable(served: readonly ServedCertificate[]): Markup {
  if (served.length === 0) return html`<p class="quiet">No listener with TLS is open.</p>`;
  return html`<ul class="rows">
    ${served.map(
      (entry) => html`<li>
        <span><strong>${listenerTitle(entry.listener)}</strong> on port ${entry.port}</span>
        ${servedBadge(entry)}
        <small class="quiet">asked ${instant(entry.checkedAt)}</small>
      </li>`,
    )}
  </ul>`;
}

function servedBadge({ current, fingerprintSha256, reason }: ServedCertificate): Markup {
  if (current) return badge("good", "Shows this certificate");
  if (fingerprintSha256 === null) return html`${badge("warning", "Not known")} <small>${reason}</small>`;
  return html`${badge("bad", "Shows another one")} <code class="fingerprint">${fingerprintSha256}</code>`;
}
