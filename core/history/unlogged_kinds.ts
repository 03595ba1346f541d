/** Which events leave no row in the message log, by the settings. */
import type { Settings } from "../config/settings.ts";
import type { MessageEventKind } from "./message_event.ts";

/** The settings that {@link unloggedKinds} depends on. */
export const loggingKeys = ["logging.log_delivered", "logging.log_retrying", "logging.log_denied"] as const;

/** The kinds of events whose rows `settings` switch off; failures can't be. */
export function unloggedKinds(settings: Pick<Settings, (typeof loggingKeys)[number]>): MessageEventKind[] {
  const kinds: MessageEventKind[] = [];
  if (!settings["logging.log_delivered"]) kinds.push("delivered", "captured");
  if (!settings["logging.log_retrying"]) kinds.push("retrying");
  if (!settings["logging.log_denied"]) kinds.push("denied");
  return kinds;
}
