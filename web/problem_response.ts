/** Answers of both apps when something is wrong. */
import type { Context, MiddlewareHandler } from "hono";
import { DispatchError } from "../core/error/mod.ts";
import { problemOf } from "../core/ingest/problem.ts";

/** Answers with the problem document (RFC 9457) of `error`. */
export function problemResponse(error: unknown): Response {
  const { document, headers } = problemOf(error);
  return new Response(JSON.stringify(document), {
    status: document.status,
    headers: { ...headers, "content-type": "application/problem+json", "cache-control": "no-store" },
  });
}

/** Handler for whatever no route answers. @throws {DispatchError} `route_unknown` */
export function refuseUnknownRoute(context: Context): never {
  throw new DispatchError("route_unknown", { method: context.req.method, path: context.req.path });
}

/** Handler for the methods that a route does not have. @throws {DispatchError} `method_not_allowed` */
export function allowOnly(...methods: readonly string[]): MiddlewareHandler {
  return (context) => {
    throw new DispatchError("method_not_allowed", { method: context.req.method, allowed: methods.join(", ") });
  };
}
