/** The form that makes a self-signed certificate. */
import { html } from "hono/html";
import { defaultKeyKind, type KeyKind, keyKinds } from "../../../core/certificate/key_kind.ts";
import { validityDays } from "../../../core/certificate/validity_days.ts";
import type { Markup } from "../markup.ts";
import { changeFields, type FormState } from "./form_state.ts";
import { certificatePaths } from "./paths.ts";

/** What the fields hold, as they were typed. */
export interface GenerateValues {
  /** Names and addresses, one a line. */
  readonly names: string;
  readonly key: string;
  readonly days: string;
}

const keyLabels: Readonly<Record<KeyKind, string>> = {
  p256: "ECDSA P-256 (fast, taken by every client of the last ten years)",
  p384: "ECDSA P-384",
  rsa2048: "RSA 2048 (for very old clients)",
  rsa3072: "RSA 3072",
  rsa4096: "RSA 4096 (slow)",
};

/** The values of a form that nobody has touched. */
export function defaultGenerateValues(names: readonly string[]): GenerateValues {
  return { names: names.join("\n"), key: defaultKeyKind, days: String(validityDays.usual) };
}

/** The card. */
export function generateForm(state: FormState, values: GenerateValues): Markup {
  return html`<section class="card" aria-labelledby="generate-title" id="generate">
    <h2 id="generate-title">Generate a certificate</h2>
    <p>It is signed by itself: no authority is asked, and clients trust it once they are given it.</p>
    ${state.notice}
    <details ${state.notice === null ? null : "open"}>
      <summary>Names, key and validity</summary>
      <form method="post" action="${certificatePaths.generate}">
        ${changeFields(state)}
        <p class="field">
          <label for="names">Names and addresses that clients connect to, one a line</label>
          <textarea id="names" name="names" rows="6" spellcheck="false" autocapitalize="off" aria-describedby="names-hint">
${values.names}</textarea
          >
          <small id="names-hint"
            >Such as relay.example.org, *.example.org or 192.0.2.1. Empty: the names and addresses of this host.</small
          >
        </p>
        <p class="field">
          <label for="key">Key</label>
          <select id="key" name="key">
            ${Object.keys(keyKinds).map((kind) => keyOption(kind as KeyKind, values.key))}
          </select>
        </p>
        <p class="field">
          <label for="days">Days of validity</label>
          <input
            type="number"
            id="days"
            name="days"
            required
            min="${validityDays.least}"
            max="${validityDays.most}"
            value="${values.days}"
            aria-describedby="days-hint"
          />
          <small id="days-hint">${validityDays.least} to ${validityDays.most}; some clients refuse more than 398.</small>
        </p>
        <p class="actions">
          <button class="primary">Generate and put in service</button>
        </p>
        <p class="quiet">Clients that trust only the present certificate refuse the new one until they are given it.</p>
      </form>
    </details>
  </section>`;
}

function keyOption(kind: KeyKind, chosen: string): Markup {
  return html`<option value="${kind}" ${kind === chosen ? "selected" : null}>${keyLabels[kind]}</option>`;
}
