/** The frame around every page: head, header with navigation, and the one place for its content. */
import { html, raw } from "hono/html";
import type { Session } from "../../core/access/admin_access.ts";
import { assets } from "./assets.ts";
import { csrfField } from "./form_parts.ts";
import { logo } from "./icons.ts";
import type { Markup } from "./markup.ts";

/** The parts of the dashboard that the navigation leads to. */
export type PageSection = "overview" | "settings" | "account";

/** One page. */
export interface Page {
  readonly title: string;
  readonly main: Markup;
}

/** A page of somebody who is signed in. */
export interface FramedPage extends Page {
  readonly session: Session;
  readonly section: PageSection;
}

const navigation: readonly { readonly section: PageSection; readonly path: string; readonly label: string }[] = [
  { section: "overview", path: "/", label: "Overview" },
  { section: "settings", path: "/settings", label: "Settings" },
];

/** A page with navigation. */
export function framedPage({ title, section, session, main }: FramedPage): Markup {
  return document(
    title,
    html`<header class="bar">
        <div class="bar-inner">
          <a class="brand" href="/">${logo}Dispatch</a>
          <nav aria-label="Main">
            <ul class="bar-nav">
              ${navigation.map(
                (entry) => html`<li>
                  <a href="${entry.path}"${current(entry.section === section)}>${entry.label}</a>
                </li>`,
              )}
            </ul>
          </nav>
          <div class="bar-end">
            <a href="/account"${current(section === "account")}>Account</a>
            <form method="post" action="/sign-out">${csrfField(session)}<button class="link">Sign out</button></form>
          </div>
        </div>
      </header>
      <main id="content" tabindex="-1">${main}</main>`,
  );
}

/** A page before anybody has signed in, or when something went wrong: a card in the middle. */
export function barePage({ title, main }: Page): Markup {
  return document(
    title,
    html`<header class="bare-brand"><span class="brand">${logo}Dispatch</span></header>
      <main id="content" class="bare" tabindex="-1">${main}</main>`,
  );
}

function document(title: string, body: Markup): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Dispatch</title>
        <link rel="icon" href="${assets.icon.path}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assets.style.path}" />
        <script type="module" src="${assets.script.path}"></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        ${body}
      </body>
    </html>`;
}

function current(isCurrent: boolean): Markup | null {
  return isCurrent ? raw(' aria-current="page"') : null;
}
