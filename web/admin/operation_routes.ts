/** Which route performs which operation, and which one opens which feed: one record each. */
import { z } from "zod";
import { settingKeys } from "../../core/config/mod.ts";
import { DispatchError, type ErrorCode } from "../../core/error/mod.ts";
import { fileResponse } from "../file_response.ts";
import { eventsResponse } from "./events_response.ts";
import { findTooLarge, materialForm } from "./material_request.ts";
import type { AnyOperationRoute, FeedRoute } from "./operation_route.ts";

const settingChange: readonly ErrorCode[] = [
  "config_key_unknown",
  "config_not_settable",
  "config_pinned",
  "config_invalid",
  "config_uncertain",
  "listener_unbindable",
];
const certificateChange: readonly ErrorCode[] = [
  "certificate_changed",
  "certificate_not_stored",
  "config_pinned",
  "config_uncertain",
];
const relaySettings: readonly ErrorCode[] = [
  "relay_setting_unknown",
  "relay_secret_in_the_open",
  "provider_without_settings",
  "relay_invalid",
];
const userPassword: readonly ErrorCode[] = [
  "password_too_short",
  "password_too_long",
  "password_has_controls",
  "sign_in_busy",
];
const intake: readonly ErrorCode[] = [
  "too_many_recipients",
  "message_too_large",
  "disk_nearly_full",
  "spool_unavailable",
];

/** The CLI names many messages at once, a path one. */
const oneMessage = {
  takes: z.strictObject({ id: z.string().min(1).max(64) }),
  input: ({ id, ...rest }: { readonly id?: unknown }) => ({ ...rest, ids: [id] }),
} as const;

const certificate = "/config/tls-cert";
const rules = "/routing/rules";

/** The operations, below `/api`. A path without parameters comes before one that would take its place. */
export const operationRoutes: readonly AnyOperationRoute[] = [
  { method: "GET", path: "/health", operation: "health" },
  { method: "GET", path: "/version", operation: "version" },

  { method: "GET", path: "/config", operation: "config.list" },
  {
    method: "PUT",
    path: "/config",
    operation: "config.set",
    takes: z.partialRecord(z.enum(settingKeys), z.unknown()),
    input: (values) => ({ values }),
    refuses: settingChange,
  },
  { method: "GET", path: certificate, operation: "cert.show" },
  { method: "DELETE", path: certificate, operation: "cert.remove", refuses: certificateChange },
  {
    method: "POST",
    path: `${certificate}/check`,
    operation: "cert.check",
    carrier: "form",
    takes: materialForm.omit({ seen: true }),
    input: ({ seen, ...material }) => material,
    insteadOf: (error) => ({ ok: false, findings: [findTooLarge(error)], identity: null }),
  },
  {
    method: "POST",
    path: `${certificate}/upload`,
    operation: "cert.upload",
    carrier: "form",
    takes: materialForm,
    insteadOf(error) {
      throw new DispatchError("certificate_refused", { findings: [findTooLarge(error)] });
    },
    refuses: ["certificate_refused", ...certificateChange],
  },
  {
    method: "POST",
    path: `${certificate}/generate`,
    operation: "cert.generate",
    refuses: ["certificate_request_invalid", ...certificateChange],
  },
  { method: "GET", path: `${certificate}/history`, operation: "cert.history" },
  {
    method: "POST",
    path: `${certificate}/restore`,
    operation: "cert.restore",
    refuses: ["certificate_record_unknown", "certificate_refused", "certificate_unreadable", ...certificateChange],
  },
  {
    method: "GET",
    path: `${certificate}/export`,
    operation: "cert.export",
    takes: z.strictObject({ format: z.enum(["pem", "der"]).default("pem") }),
    input: exportInTheOpen,
    file: { mediaTypes: ["application/pem-certificate-chain", "application/pkix-cert"], respond: fileResponse },
    refuses: ["method_not_allowed"],
  },
  {
    method: "POST",
    path: `${certificate}/export`,
    operation: "cert.export",
    id: "cert.export-with-key",
    file: {
      mediaTypes: ["application/x-pkcs12", "application/pem-certificate-chain", "application/pkix-cert"],
      respond: fileResponse,
    },
    refuses: ["passphrase_too_short"],
  },
  { method: "GET", path: "/config/{key}", operation: "config.get", refuses: ["config_key_unknown"] },
  { method: "DELETE", path: "/config/{key}", operation: "config.unset", refuses: settingChange },

  { method: "GET", path: "/relays", operation: "relay.list" },
  {
    method: "POST",
    path: "/relays",
    operation: "relay.add",
    status: 201,
    location: ({ name }) => `/relays/${encodeURIComponent(name)}`,
    refuses: ["relay_exists", "provider_unknown", ...relaySettings],
  },
  {
    method: "POST",
    path: "/relays/test",
    operation: "relay.try",
    refuses: ["provider_unknown", ...relaySettings],
  },
  { method: "GET", path: "/relays/{name}", operation: "relay.show", refuses: ["relay_unknown"] },
  {
    method: "PATCH",
    path: "/relays/{name}",
    operation: "relay.set",
    refuses: ["relay_unknown", "provider_unknown", ...relaySettings],
  },
  {
    method: "DELETE",
    path: "/relays/{name}",
    operation: "relay.remove",
    refuses: ["relay_unknown", "relay_is_default", "relay_is_fallback"],
  },
  { method: "POST", path: "/relays/{name}/enable", operation: "relay.enable", refuses: ["relay_unknown"] },
  {
    method: "POST",
    path: "/relays/{name}/disable",
    operation: "relay.disable",
    refuses: ["relay_unknown", "relay_is_default"],
  },
  {
    method: "POST",
    path: "/relays/{name}/default",
    operation: "relay.set-default",
    refuses: ["relay_unknown", "relay_disabled"],
  },
  {
    method: "POST",
    path: "/relays/{name}/test",
    operation: "relay.test",
    refuses: ["relay_unknown", "relay_unusable"],
  },

  { method: "GET", path: "/providers", operation: "provider.list" },

  { method: "GET", path: rules, operation: "route.list" },
  {
    method: "POST",
    path: rules,
    operation: "route.add",
    status: 201,
    refuses: ["rule_exists", "rule_unknown", "rule_invalid", "rules_too_many"],
  },
  {
    method: "PATCH",
    path: `${rules}/{name}`,
    operation: "route.set",
    refuses: ["rule_unknown", "rule_invalid", "rules_too_many"],
  },
  { method: "DELETE", path: `${rules}/{name}`, operation: "route.remove", refuses: ["rule_unknown"] },
  {
    method: "POST",
    path: `${rules}/{name}/move`,
    operation: "route.move",
    refuses: ["rule_unknown", "rule_invalid"],
  },
  { method: "POST", path: "/routing/simulate", operation: "route.simulate" },

  { method: "GET", path: "/keys", operation: "key.list" },
  { method: "POST", path: "/keys", operation: "key.create", status: 201, refuses: ["api_key_exists"] },
  { method: "DELETE", path: "/keys/{id}", operation: "key.revoke", refuses: ["api_key_unknown"] },

  { method: "GET", path: "/smtp-credentials", operation: "user.list" },
  {
    method: "POST",
    path: "/smtp-credentials",
    operation: "user.add",
    status: 201,
    refuses: ["user_exists", ...userPassword],
  },
  { method: "PATCH", path: "/smtp-credentials/{name}", operation: "user.set", refuses: ["user_unknown"] },
  { method: "DELETE", path: "/smtp-credentials/{name}", operation: "user.remove", refuses: ["user_unknown"] },
  {
    method: "PUT",
    path: "/smtp-credentials/{name}/password",
    operation: "user.password",
    refuses: ["user_unknown", ...userPassword],
  },

  { method: "GET", path: "/queue", operation: "queue.list" },
  {
    method: "POST",
    path: "/queue/retry",
    operation: "queue.retry",
    id: "queue.retry-many",
    refuses: ["queue_entry_unknown", "queue_entry_busy", "queue_entry_unreadable"],
  },
  {
    method: "POST",
    path: "/queue/delete",
    operation: "queue.delete",
    id: "queue.delete-many",
    refuses: ["queue_entry_unknown", "queue_entry_busy"],
  },
  { method: "POST", path: "/queue/retry-all", operation: "queue.retry-all" },
  { method: "POST", path: "/queue/delete-all", operation: "queue.delete-all" },
  {
    method: "GET",
    path: "/queue/{id}",
    operation: "queue.show",
    ...oneMessage,
    one: "always",
    refuses: ["queue_entry_unknown"],
  },
  {
    method: "POST",
    path: "/queue/{id}/retry",
    operation: "queue.retry",
    ...oneMessage,
    one: "perhaps",
    refuses: ["queue_entry_unknown", "queue_entry_busy", "queue_entry_unreadable"],
  },
  {
    method: "DELETE",
    path: "/queue/{id}",
    operation: "queue.delete",
    ...oneMessage,
    one: "always",
    refuses: ["queue_entry_unknown", "queue_entry_busy"],
  },

  {
    method: "GET",
    path: "/queue/{id}/message",
    operation: "queue.read",
    refuses: ["queue_entry_unknown", "message_too_large_to_read", "message_not_readable"],
  },
  {
    method: "GET",
    path: "/queue/{id}/attachments/{index}",
    operation: "queue.attachment",
    // Never by the type that a stranger gave it: a browser must not show it as a page of this server.
    file: { mediaTypes: ["application/octet-stream"], respond: fileResponse },
    refuses: ["queue_entry_unknown", "message_too_large_to_read", "message_not_readable", "attachment_unknown"],
  },

  { method: "GET", path: "/messages", operation: "log.search" },
  {
    method: "POST",
    path: "/messages",
    operation: "message.send",
    status: 202,
    location: ({ id }) => `/messages?id=${id}`,
    refuses: intake,
  },
  { method: "GET", path: "/audit", operation: "audit.search" },
  { method: "GET", path: "/reports", operation: "report.show" },
  { method: "GET", path: "/purges", operation: "purge.list" },
  { method: "POST", path: "/purges", operation: "purge.run", refuses: ["purge_running"] },

  { method: "GET", path: "/tokens", operation: "admin.token.list" },
  { method: "POST", path: "/tokens", operation: "admin.token.create", status: 201, refuses: ["admin_token_exists"] },
  { method: "DELETE", path: "/tokens/{id}", operation: "admin.token.revoke", refuses: ["admin_token_unknown"] },
];

/** The feeds, below `/api`. */
export const feedRoutes: readonly FeedRoute[] = [
  {
    method: "GET",
    path: "/queue/{id}/content",
    feed: "queue.content",
    mediaType: "message/rfc822",
    headers: ["Content-Disposition"],
    respond: (content, { given }) =>
      new Response(content, {
        headers: {
          "content-type": "message/rfc822",
          "content-disposition": `attachment; filename="${given.id}.eml"`,
        },
      }),
    refuses: ["queue_entry_unknown"],
  },
  {
    method: "GET",
    path: "/events",
    feed: "log.tail",
    mediaType: "text/event-stream",
    headers: ["X-Accel-Buffering"],
    respond: eventsResponse,
    refuses: ["too_many_streams"],
  },
];

/** A passphrase has no place in a URL, where logs and histories keep it. */
function exportInTheOpen({ format = "pem", ...rest }: { readonly format?: unknown }) {
  if (format === "pfx") throw new DispatchError("method_not_allowed", { method: "GET", allowed: "POST" });
  return { ...rest, format };
}
