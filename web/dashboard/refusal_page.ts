/** The page that says why there is no other one. */
import { html } from "hono/html";
import type { DispatchError } from "../../core/error/mod.ts";
import { errorNotice } from "./form_parts.ts";
import type { Markup } from "./markup.ts";
import { barePage } from "./page_frame.ts";

/** What was refused, and what to do. */
export function refusalPage(error: DispatchError): Markup {
  const main = html`<h1>That did not work</h1>
    ${errorNotice(error)}
    <p><a class="button" href="/">To the overview</a></p>`;
  return barePage({ title: "That did not work", main });
}
