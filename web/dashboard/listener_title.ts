/** What listeners are called on the pages. Pure. */
import { listenerTitles } from "../../core/lifecycle/announcement.ts";

/** The title of a listener, such as `HTTPS API` for `https`. */
export function listenerTitle(listener: string): string {
  return Object.hasOwn(listenerTitles, listener) ? listenerTitles[listener as keyof typeof listenerTitles] : listener;
}
