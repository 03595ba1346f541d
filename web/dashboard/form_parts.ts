/** What the forms of all pages are made of. */
import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Session } from "../../core/access/admin_access.ts";
import type { DispatchError } from "../../core/error/mod.ts";
import type { Markup } from "./markup.ts";

/** How something is: each tone has its words beside its colour. */
export type Tone = "good" | "warning" | "bad" | "neutral";

/** The field that keeps other sites from sending this form. */
export function csrfField({ csrfToken }: Session): Markup {
  return html`<input type="hidden" name="csrf" value="${csrfToken}" />`;
}

/** A message above what it is about; it takes the focus, so that it is read and in view. */
export function notice(tone: Tone, title: string, text: Markup | string | null = null): Markup {
  return html`<div class="notice ${tone}" role="${tone === "bad" ? "alert" : "status"}" tabindex="-1" autofocus>
    <p><strong>${title}</strong></p>
    ${text === null || text === "" ? null : html`<p>${text}</p>`}
  </div>`;
}

/** What was refused and what to do; nothing when there is no error. */
export function errorNotice(error: Pick<DispatchError, "message" | "remedy"> | null): Markup | null {
  return error === null ? null : notice("bad", error.message, error.remedy ?? null);
}

/** A word or two in the colour of a tone. */
export function badge(tone: Tone, text: string): Markup {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** A text that is worth copying; the script adds the button's act, without it the button stays hidden. */
export function copyable(text: string, what: string): Markup {
  return html`<span class="copyable"><code>${text}</code>${copyButton(text, what)}</span>`;
}

/** Commands to paste into a shell. */
export function commands(text: string, what: string): Markup {
  return html`<div class="commands"><pre><code>${text}</code></pre>${copyButton(text, what)}</div>`;
}

function copyButton(text: string, what: string): Markup {
  return html`<button type="button" class="small" data-copy="${text}" hidden>
    Copy<span class="quiet-text"> ${what}</span>
  </button>`;
}

/** A field for a password, with its label. */
export function passwordField(options: {
  readonly name: string;
  readonly label: string;
  readonly autocomplete: "current-password" | "new-password" | "off";
  readonly hint?: string;
  readonly least?: number;
  readonly required?: boolean;
}): Markup {
  const { name, label, autocomplete, hint, least, required = true } = options;
  const attributes = [required ? "required" : "", least === undefined ? "" : `minlength=${least}`].join(" ");
  return html`<p class="field">
    <label for="${name}">${label}</label>
    <input
      type="password"
      id="${name}"
      name="${name}"
      autocomplete="${autocomplete}"
      maxlength="1024"
      ${attributes}
      ${hint === undefined ? null : html`aria-describedby="${name}-hint"`}
    />
    ${hint === undefined ? null : html`<small id="${name}-hint">${hint}</small>`}
  </p>`;
}

/** The name that password keepers file the one password under. */
export function userNameField(): Markup {
  return html`<input type="text" name="username" autocomplete="username" value="administrator" hidden />`;
}

/** Reads a text field; `""` when there is none. */
export function fieldText(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** The status of a page that tells of an error. */
export function statusOf({ status }: Pick<DispatchError, "status">): ContentfulStatusCode {
  return status as ContentfulStatusCode;
}
