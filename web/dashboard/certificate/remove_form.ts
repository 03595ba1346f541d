/** The way back to the automatic certificate, in two steps. */
import { html } from "hono/html";
import type { CertificateShow } from "../../../core/operations/certificate_show.ts";
import type { Markup } from "../markup.ts";
import { changeFields, type FormState } from "./form_state.ts";
import { certificatePaths } from "./paths.ts";

/** The card; nothing while the automatic certificate is in service, unless a removal was refused just now. */
export function removeForm(state: FormState, source: CertificateShow["source"]): Markup | null {
  if (source === "automatic" && state.notice === null) return null;
  return html`<section class="card" aria-labelledby="remove-title" id="remove">
    <h2 id="remove-title">Remove</h2>
    <p>Takes the certificate out of service and goes back to the automatic one, which is signed by itself.</p>
    ${state.notice}
    <details>
      <summary>Remove this certificate…</summary>
      <p>
        From the next connection on, clients see the automatic certificate. Those that were not given it refuse to send.
        You find the present one under History, to put it back.
      </p>
      <form method="post" action="${certificatePaths.remove}">
        ${changeFields(state)}
        <p class="actions"><button class="danger">Yes, go back to the automatic certificate</button></p>
      </form>
    </details>
  </section>`;
}
