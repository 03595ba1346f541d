/** What a form on the page of the shared certificate is drawn with. */
import { html } from "hono/html";
import type { Session } from "../../../core/access/admin_access.ts";
import { csrfField } from "../form_parts.ts";
import type { Markup } from "../markup.ts";

/** One form at one moment. */
export interface FormState {
  readonly session: Session;
  /** Fingerprint of the certificate that this page shows: what the author of a change has seen. */
  readonly seen: string;
  /** Why this form was refused just now; `null` when it was not. */
  readonly notice: Markup | null;
}

/** The hidden fields of a form that changes the certificate. */
export function changeFields({ session, seen }: FormState): Markup {
  return html`${csrfField(session)}<input type="hidden" name="seen" value="${seen}" />`;
}
