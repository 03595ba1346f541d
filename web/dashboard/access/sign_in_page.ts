/** The pages before anybody has signed in. */
import { html } from "hono/html";
import type { DispatchError } from "../../../core/error/mod.ts";
import { errorNotice, notice, passwordField, userNameField } from "../form_parts.ts";
import type { Markup } from "../markup.ts";
import { barePage } from "../page_frame.ts";
import { newPasswordFields } from "./new_password.ts";

/** The page that asks for the password. */
export function signInPage(options: {
  readonly error: DispatchError | null;
  /** Path of the page to go on to. */
  readonly next: string;
  /** Whether somebody has just signed out. */
  readonly hasSignedOut?: boolean;
}): Markup {
  const { error, next, hasSignedOut = false } = options;
  const main = html`<h1>Sign in</h1>
    ${errorNotice(error)} ${hasSignedOut ? notice("good", "You are signed out.") : null}
    <form class="card" method="post" action="/sign-in">
      <input type="hidden" name="next" value="${next}" />
      ${userNameField()} ${passwordField({ name: "password", label: "Password", autocomplete: "current-password" })}
      <p class="actions"><button class="primary">Sign in</button></p>
    </form>
    <p class="quiet">Password lost? On the host of Dispatch: <code>dispatch admin reset-password</code></p>`;
  return barePage({ title: "Sign in", main });
}

/** The page of the first visit. */
export function setupPage({ error, code }: { readonly error: DispatchError | null; readonly code: string }): Markup {
  const main = html`<h1>Welcome to Dispatch</h1>
    <p>Choose the password of this dashboard. The setup code shows that you may.</p>
    ${errorNotice(error)}
    <form class="card" method="post" action="/setup">
      <p class="field">
        <label for="code">Setup code</label>
        <input
          id="code"
          name="code"
          value="${code}"
          required
          maxlength="100"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          aria-describedby="code-hint"
        />
        <small id="code-hint"
          >Dispatch prints it each time it starts: in its terminal, or in
          <code>journalctl -u dispatch</code> or <code>docker logs</code>.</small
        >
      </p>
      ${userNameField()} ${newPasswordFields}
      <p class="actions"><button class="primary">Set password and sign in</button></p>
    </form>`;
  return barePage({ title: "First visit", main });
}
