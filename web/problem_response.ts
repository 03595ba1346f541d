/** Answers of all apps when something is wrong. */
import type { Context, MiddlewareHandler } from "hono";
import { DispatchError, type ErrorCode } from "../core/error/mod.ts";
import { type Problem, type ProblemDocument, problemOf } from "../core/ingest/problem.ts";
import { operatorProblemOf } from "../core/operations/operator_problem.ts";

/** Answers a sender with the problem document (RFC 9457) of `error`. */
export function problemResponse(error: unknown): Response {
  return respond(problemOf(error));
}

/** Answers an operator with the problem document of `error`: the whole of it. */
export function operatorProblemResponse(error: unknown): Response {
  return respond(operatorProblemOf(error));
}

function respond({ document, headers }: Problem<ProblemDocument<ErrorCode>>): Response {
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
