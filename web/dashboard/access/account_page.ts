/** The administrator's own page: the password. */
import { html } from "hono/html";
import type { Session } from "../../../core/access/admin_access.ts";
import type { DispatchError } from "../../../core/error/mod.ts";
import { csrfField, errorNotice, notice, passwordField, userNameField } from "../form_parts.ts";
import type { Markup } from "../markup.ts";
import { framedPage } from "../page_frame.ts";
import { instant } from "../time.ts";
import { newPasswordFields } from "./new_password.ts";

/** The page. */
export function accountPage(options: {
  readonly session: Session;
  readonly error: DispatchError | null;
  readonly hasChanged: boolean;
}): Markup {
  const { session, error, hasChanged } = options;
  const main = html`<h1>Account</h1>
    ${hasChanged ? notice("good", "The password is changed.", "Everybody else is signed out.") : null}
    <section class="card narrow" aria-labelledby="password-title">
      <h2 id="password-title">Change the password</h2>
      ${errorNotice(error)}
      <form method="post" action="/account/password">
        ${csrfField(session)} ${userNameField()}
        ${passwordField({ name: "current", label: "Current password", autocomplete: "current-password" })}
        ${newPasswordFields}
        <p class="actions"><button class="primary">Change password</button></p>
      </form>
    </section>
    <p class="quiet">Signed in from ${session.address} since ${instant(new Date(session.createdAtMs).toISOString())}.</p>`;
  return framedPage({ title: "Account", section: "account", session, main });
}
