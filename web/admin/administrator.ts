/** Who makes a request of the admin API: somebody who signed in, or a program with a token. */
import type { Context, MiddlewareHandler } from "hono";
import type { Actor } from "../../core/access/actor.ts";
import { readBearer } from "../../core/access/bearer_secret.ts";
import { DispatchError } from "../../core/error/mod.ts";
import { requireScope } from "../../core/operations/operation_scope.ts";
import type { FeedName, OperationName } from "../../core/operations/operation_table.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import { type AdminEnv, requireSession, requireUnforged } from "../session.ts";

type Access = Pick<OperatorDependencies, "access" | "tokens">;

/**
 * Lets in who comes with a token, and sets `token`; else who is signed in, as the dashboard does.
 *
 * A request with a token is judged by it alone: the cookie is not looked at, and nothing that a browser adds by itself
 * can forge such a request.
 *
 * @throws {DispatchError} `token_invalid`, `not_signed_in`, `request_forged`
 */
export function requireAdministrator({ access, tokens }: Access): MiddlewareHandler<AdminEnv> {
  const signedIn = requireSession(access);
  const unforged = requireUnforged();
  return async (context, next) => {
    const secret = readBearer(context.req.header("authorization"));
    if (secret === null) return await signedIn(context, async () => void (await unforged(context, next)));
    const token = await tokens.find(secret);
    if (token === null) throw new DispatchError("token_invalid", {});
    context.set("token", token);
    await next();
  };
}

/** Lets in who is signed in, without a token. @throws {DispatchError} `session_needed`, `not_signed_in`, `request_forged` */
export function requireSignedIn({ access }: Access): MiddlewareHandler<AdminEnv> {
  const signedIn = requireSession(access);
  const unforged = requireUnforged();
  return async (context, next) => {
    if (readBearer(context.req.header("authorization")) !== null) throw new DispatchError("session_needed", {});
    return await signedIn(context, async () => void (await unforged(context, next)));
  };
}

/** Who asks for an operation or a feed, if they may. @throws {DispatchError} `scope_insufficient` */
export function actorFor(context: Context<AdminEnv>, name: OperationName | FeedName, given: unknown): Actor {
  const token = context.get("token");
  if (token !== undefined) requireScope(token, name, given);
  return { kind: "admin_api", address: context.env.clientAddress, name: token?.name ?? null };
}
