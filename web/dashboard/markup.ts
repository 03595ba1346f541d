/** A piece of a page. Types only. */
import type { html } from "hono/html";

/** What the `html` template makes: whatever went into it is escaped. */
export type Markup = ReturnType<typeof html>;
