/** Whose request it is, where a trusted proxy stands in between. */
import type { MiddlewareHandler } from "hono";
import { findForwardedClient } from "../core/access/forwarded_address.ts";
import type { SettingKey } from "../core/config/mod.ts";
import { DispatchError } from "../core/error/mod.ts";
import type { HttpConnection } from "../core/ingest/http_listener.ts";

/** The setting that lists the trusted proxies of an app. */
export type ProxySetting = SettingKey & `${string}.trusted_proxies`;

/**
 * Puts the client's address in the place of its proxy's, for all that comes after: allow-lists, lock-outs, logs.
 *
 * @param isProxy Whether `setting` holds the address
 * @throws {DispatchError} `client_address_unclear`
 */
export function resolveClientAddress(
  setting: ProxySetting,
  isProxy: (address: string) => boolean,
): MiddlewareHandler<{ Bindings: HttpConnection }> {
  return async (context, next) => {
    const proxy = context.env.clientAddress;
    if (isProxy(proxy)) {
      const forwarded = context.req.header("forwarded") ?? null;
      const xForwardedFor = context.req.header("x-forwarded-for") ?? null;
      const client = findForwardedClient(proxy, { forwarded, xForwardedFor }, isProxy);
      if ("obstacle" in client) {
        throw new DispatchError("client_address_unclear", { proxy, obstacle: client.obstacle, setting });
      }
      context.env = { ...context.env, clientAddress: client.address };
    }
    await next();
  };
}
