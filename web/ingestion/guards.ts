/** The door of the ingestion API: source address, key, rate, in that order. */
import type { MiddlewareHandler } from "hono";
import { DispatchError } from "../../core/error/mod.ts";
import type { IngestionDependencies, IngestionEnv } from "./dependencies.ts";

type Guard = MiddlewareHandler<IngestionEnv>;

/** Lets in the addresses of `api.allowed_cidrs`. @throws {DispatchError} `address_not_allowed` */
export function requireAllowedAddress({ isAllowed }: IngestionDependencies): Guard {
  return async (context, next) => {
    const { clientAddress } = context.env;
    if (!isAllowed(clientAddress)) {
      throw new DispatchError("address_not_allowed", { address: clientAddress, setting: "api.allowed_cidrs" });
    }
    await next();
  };
}

/** Lets in requests with a key that has not used up its minute. @throws {DispatchError} `key_missing`, `key_invalid`, `rate_limited` */
export function requireKey({ authenticate, takeRequest, settings }: IngestionDependencies): Guard {
  return async (context, next) => {
    const key = await authenticate(context.req.header("authorization"));
    context.set("key", key);
    const perMinute = key.ratePerMinute ?? settings().ratePerMinute;
    const { allowed, retryAfterSeconds } = takeRequest(key.id, perMinute);
    if (!allowed) throw new DispatchError("rate_limited", { perMinute, retryAfterSeconds });
    await next();
  };
}
