/** How the routes of the admin API are written down, and what all of them share. */
import type { Context, Handler, Hono, MiddlewareHandler } from "hono";
import type { InputOf, OperationName, OutputOf } from "../../core/operations/operation_table.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import { allowOnly } from "../problem_response.ts";
import type { AdminEnv } from "../session.ts";

/** Paths below `/api`, and a handler for each method that they have. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Handler<AdminEnv>>>>>;

/** Adds routes behind `guards`. The methods that a path does not have are refused, whoever asks. */
export function addRoutes(app: Hono<AdminEnv>, guards: readonly MiddlewareHandler<AdminEnv>[], routes: Routes): void {
  for (const [path, methods] of Object.entries(routes)) {
    for (const [method, handler] of Object.entries(methods)) app.on(method, [path], ...guards, handler);
    const names = Object.keys(methods).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
    app.all(path, allowOnly(...names));
  }
}

/** Performs an operation for whoever makes the request. @throws {DispatchError} what the operation refuses with */
export function performFor<Name extends OperationName>(
  { perform }: Pick<OperatorDependencies, "perform">,
  context: Context<AdminEnv>,
  name: Name,
  input: InputOf<Name>,
): Promise<OutputOf<Name>> {
  return perform({ kind: "admin_api", address: context.env.clientAddress, name: null }, name, input);
}
