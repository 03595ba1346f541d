/** The form that takes certificate files: any number, in any order, of any known form. */
import { html } from "hono/html";
import { maxMaterialBytes } from "../../../core/certificate/material.ts";
import { notice } from "../form_parts.ts";
import { dropIcon } from "../icons.ts";
import type { Markup } from "../markup.ts";
import { type CheckedFiles, checkResult, needsPassphrase } from "./check_result.ts";
import { changeFields, type FormState } from "./form_state.ts";
import { certificatePaths } from "./paths.ts";

/** The card. `checked`: what became of the files that were sent without the script. */
export function uploadForm(state: FormState, checked: CheckedFiles | null): Markup {
  return html`<section class="card" aria-labelledby="upload-title" id="upload">
    <h2 id="upload-title">Upload a certificate</h2>
    <p>
      Give the certificate, its chain and its private key: as separate files or in one, in any order, as PEM, DER,
      PKCS#7 (.p7b) or PFX (.pfx, .p12). Nothing changes before you press the button.
    </p>
    ${state.notice}
    <form
      method="post"
      action="${certificatePaths.upload}"
      enctype="multipart/form-data"
      data-upload="${certificatePaths.check}?part=result"
      data-limit-bytes="${maxMaterialBytes}"
    >
      ${changeFields(state)}
      <div class="drop">
        ${dropIcon}
        <label for="files">Drop files here, or choose them</label>
        <input type="file" id="files" name="files" multiple required />
      </div>
      <div class="check-place" aria-live="polite" tabindex="-1" ${checked === null ? null : "autofocus"}>
        ${checked === null ? null : html`${checkResult(checked)} ${chooseAgain(checked)}`}
      </div>
      <details class="passphrase" ${checked !== null && needsPassphrase(checked.check) ? "open" : null}>
        <summary>The key or the PFX has a passphrase</summary>
        <p class="field">
          <label for="passphrase">Passphrase</label>
          <input
            type="password"
            id="passphrase"
            name="passphrase"
            autocomplete="off"
            maxlength="1024"
            aria-describedby="passphrase-hint"
          />
          <small id="passphrase-hint">It is used once, to open the files, and not kept.</small>
        </p>
      </details>
      <p class="actions">
        <button class="primary" data-act="upload">Put in service</button>
        <button formaction="${certificatePaths.check}" data-without-script>Only check</button>
        <button type="button" data-act="clear" hidden>Start over</button>
      </p>
      <template data-message="too-large"
        >${notice("bad", "These files are larger than 1 MiB together.", "Give the certificate, its chain and its key alone.")}</template
      >
      <template data-message="unreachable"
        >${notice("bad", "Dispatch did not answer.", "See that it runs, and choose the files again.")}</template
      >
    </form>
  </section>`;
}

function chooseAgain({ check }: CheckedFiles): Markup {
  return html`<p class="quiet">
    ${check.ok ? "To put them in service, choose" : "Then choose"} the files again: they are not kept between two pages.
  </p>`;
}
