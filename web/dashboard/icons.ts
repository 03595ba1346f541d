/** Small pictures, drawn in the page: they take the colour of the text around them. */
import { html } from "hono/html";

const envelope = "M7.5 5.5h13v13h-13M7.5 6.5l6.5 6 6.5-6M1.5 9.5H6M3 13h4.5M1.5 16.5H6";

/** An envelope on its way. */
export const logo = html`<svg class="logo" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
  <path
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    d="${envelope}"
  />
</svg>`;

/** The same for the browser's tab, as a file; its colour is seen on light and dark. */
export const tabIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="none" stroke="#4a86e0" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" d="${envelope}"/></svg>`;

/** Two files into a tray. */
export const dropIcon = html`<svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
  <path
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-linecap="round"
    stroke-linejoin="round"
    d="M12 3.5v11M8 10.5l4 4 4-4M4 15.5v3.2c0 1 .8 1.8 1.8 1.8h12.4c1 0 1.8-.8 1.8-1.8v-3.2"
  />
</svg>`;
