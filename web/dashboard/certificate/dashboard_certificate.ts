/** The dashboard's own certificate, apart from the shared one. */
import { html } from "hono/html";
import type { DashboardCertificateShow } from "../../../core/operations/certificate_show.ts";
import { copyable } from "../form_parts.ts";
import type { Markup } from "../markup.ts";
import { lifetime, nameList } from "./facts.ts";
import { servedTable } from "./state.ts";

/** The card. */
export function dashboardCertificate({ source, files, problem, identity, served }: DashboardCertificateShow): Markup {
  return html`<section class="card" aria-labelledby="dashboard-title">
    <h2 id="dashboard-title">This dashboard's own certificate</h2>
    <p>The pages that you see now have a certificate of their own. Nothing above touches it.</p>
    ${
      problem === null
        ? null
        : html`<div class="notice bad">
            <p><strong>The files as they are now can't be served: ${problem}</strong></p>
            <p>The last good certificate goes on. Put the files right; they are read again as soon as they change.</p>
          </div>`
    }
    <div class="columns">
      <dl class="facts">
        <dt>Source</dt>
        <dd>${source === "files" ? "the files that the environment names" : "made by Dispatch, signed by itself"}</dd>
        <dt>Lasts</dt>
        <dd>${lifetime(identity)}</dd>
        <dt>Names</dt>
        <dd>${nameList(identity)}</dd>
        <dt>SHA-256</dt>
        <dd>${copyable(identity.fingerprintSha256, "the SHA-256 fingerprint of the dashboard's certificate")}</dd>
      </dl>
      <div>
        <h3>Who serves it</h3>
        ${servedTable(served)}
        <h3>How to replace it</h3>
        ${howToReplace(files)}
      </div>
    </div>
  </section>`;
}

function howToReplace(files: DashboardCertificateShow["files"]): Markup {
  if (files !== null) {
    return html`<p>
      Replace <code>${files.certPath}</code> and <code>${files.keyPath}</code>. They are watched: the new pair is served
      from the next connection on.
    </p>`;
  }
  return html`<p>
    Start Dispatch with <code>DISPATCH_DASHBOARD_CERT</code> and <code>DISPATCH_DASHBOARD_KEY</code> set to the paths of
    two PEM files. From then on the files are watched: replace them, and the new pair is served at once.
  </p>`;
}
