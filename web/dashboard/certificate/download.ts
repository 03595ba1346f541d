/** The certificate for clients to trust, and how they are told to. */
import { html } from "hono/html";
import type { CertificateShow } from "../../../core/operations/certificate_show.ts";
import { commands, csrfField } from "../form_parts.ts";
import type { Markup } from "../markup.ts";
import { clientGuides } from "./client_guides.ts";
import { clientTarget } from "./client_target.ts";
import type { FormState } from "./form_state.ts";
import { certificatePaths } from "./paths.ts";

/** The card. */
export function downloadCard(state: FormState, show: CertificateShow): Markup {
  const target = clientTarget(show);
  return html`<section class="card" aria-labelledby="download-title" id="download">
    <h2 id="download-title">Download for clients</h2>
    <p>${whoNeedsIt(show)}</p>
    <p class="actions">
      <a class="button" href="${certificatePaths.pem}" download>PEM, with the chain</a>
      <a class="button" href="${certificatePaths.der}" download>DER, for Windows and Java</a>
    </p>
    ${state.notice}
    <h3>How clients come to trust it</h3>
    <div class="guides">${clientGuides.map(({ name, commands: write }) => guide(name, write(target)))}</div>
    <h3>With its private key</h3>
    <details ${state.notice === null ? null : "open"}>
      <summary>PFX, for another server that shows the same certificate</summary>
      <form method="post" action="${certificatePaths.pfx}" data-stays>
        ${csrfField(state.session)}
        <p class="field">
          <label for="pfx-passphrase">Passphrase for the file</label>
          <input
            type="password"
            id="pfx-passphrase"
            name="passphrase"
            autocomplete="new-password"
            minlength="8"
            maxlength="1024"
            required
            aria-describedby="pfx-hint"
          />
          <small id="pfx-hint">8 characters or more. Whoever has the file and the passphrase has the key.</small>
        </p>
        <p class="actions"><button>Download PFX</button></p>
      </form>
    </details>
  </section>`;
}

function whoNeedsIt({ identity }: CertificateShow): string {
  if (identity.isSelfSigned) {
    return "The certificate is signed by itself: give it to each client, once. It holds no secret.";
  }
  return "Clients that trust its issuer need nothing. For all others, here is the certificate; it holds no secret.";
}

function guide(name: string, text: string | null): Markup | null {
  if (text === null) return null;
  return html`<details>
    <summary>${name}</summary>
    ${commands(text, `the commands for ${name}`)}
  </details>`;
}
