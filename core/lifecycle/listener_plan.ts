/** Which listeners the settings ask for. */
import type { Settings } from "../config/mod.ts";

/** What a listener serves. */
export type ListenerKind = "smtp" | "smtps" | "http" | "https" | "dashboard";

/** A listener that is to be. */
export interface ListenerSpec {
  readonly kind: ListenerKind;
  readonly port: number;
}

/** Settings that decide which listeners there are. */
export const listenerKeys = [
  "listener.ports",
  "listener.implicit_tls_ports",
  "api.enabled",
  "api.http_enabled",
  "api.port",
  "api.tls_enabled",
  "api.tls_port",
  "webui.port",
] as const;

/** Port that stands in for port 25 where that can't be bound. */
export const unprivilegedSmtpPort = 2525;

/** The listeners that `settings` ask for, each once. */
export function planListeners(settings: Settings): ListenerSpec[] {
  const isHttpOn = settings["api.enabled"] && settings["api.http_enabled"];
  const isHttpsOn = settings["api.enabled"] && settings["api.tls_enabled"];
  return [
    ...settings["listener.ports"].map((port) => ({ kind: "smtp" as const, port })),
    ...settings["listener.implicit_tls_ports"].map((port) => ({ kind: "smtps" as const, port })),
    ...(isHttpOn ? [{ kind: "http" as const, port: settings["api.port"] }] : []),
    ...(isHttpsOn ? [{ kind: "https" as const, port: settings["api.tls_port"] }] : []),
    { kind: "dashboard", port: settings["webui.port"] },
  ];
}

/** Names a listener, for messages and for comparing. */
export function nameListener({ kind, port }: ListenerSpec): string {
  return `${kind}:${port}`;
}
