/** The certificates that were in service earlier, and the way back to them. */
import { html } from "hono/html";
import type { EarlierCertificateShow } from "../../../core/operations/certificate_show.ts";
import type { Markup } from "../markup.ts";
import { day, instant } from "../time.ts";
import { nameList } from "./facts.ts";
import { changeFields, type FormState } from "./form_state.ts";
import { certificatePaths } from "./paths.ts";

/** The card. */
export function historyList(state: FormState, earlier: readonly EarlierCertificateShow[]): Markup {
  return html`<section class="card" aria-labelledby="history-title" id="history">
    <h2 id="history-title">History</h2>
    <p>The last five certificates that were replaced are kept for 90 days, with their keys.</p>
    ${state.notice}
    ${
      earlier.length === 0
        ? html`<p class="quiet">None has been replaced yet.</p>`
        : html`<ol class="history">
            ${earlier.map((entry) => earlierCertificate(state, entry))}
          </ol>`
    }
  </section>`;
}

function earlierCertificate(state: FormState, entry: EarlierCertificateShow): Markup {
  const { id, source, notAfter, installedAt, installedBy, replacedAt, replacedBy } = entry;
  return html`<li>
    <div>
      ${nameList(entry)}
      <p>${source}, until ${day(notAfter)}</p>
      <p class="quiet">
        Put in service ${instant(installedAt)} by ${installedBy}.<br />Replaced ${instant(replacedAt)}${
          replacedBy === null ? "" : ` by ${replacedBy}`
        }.
      </p>
      <p class="quiet"><code class="fingerprint">${entry.fingerprintSha256}</code></p>
    </div>
    <form method="post" action="${certificatePaths.restore}">
      ${changeFields(state)}<input type="hidden" name="id" value="${id}" />
      <button>Put back<span class="quiet-text"> the certificate that was replaced ${replacedAt}</span></button>
    </form>
  </li>`;
}
