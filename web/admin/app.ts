/** The admin API: what the dashboard and programs ask, under `/api/`. */
import { Hono, type MiddlewareHandler } from "hono";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import { allowOnly, refuseUnknownRoute } from "../problem_response.ts";
import { type AdminEnv, refuseCrossSite } from "../session.ts";
import { accessRoutes } from "./access_routes.ts";
import { requireAdministrator, requireSignedIn } from "./administrator.ts";
import { openapiRoute } from "./openapi.ts";
import { feedRoute, operationRoute } from "./operation_route.ts";
import { feedRoutes, operationRoutes } from "./operation_routes.ts";
import type { ApiRoute } from "./route.ts";

/** All routes, in the order in which a request is held against them. */
export function adminRoutes(dependencies: OperatorDependencies): readonly ApiRoute[] {
  const routes = [
    ...accessRoutes(dependencies),
    ...operationRoutes.map((record) => operationRoute(record, dependencies)),
    ...feedRoutes.map((record) => feedRoute(record, dependencies)),
  ];
  return [...routes, openapiRoute(routes, dependencies.version)];
}

/** Creates the application; it is mounted at `/api`, and leaves the answering of errors to the one that it is mounted in. */
export function adminApi(dependencies: OperatorDependencies): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  const guards: Readonly<Record<ApiRoute["for"], MiddlewareHandler<AdminEnv>>> = {
    visitors: refuseCrossSite(),
    sessions: requireSignedIn(dependencies),
    administrators: requireAdministrator(dependencies),
  };
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
  });
  for (const [path, routes] of Map.groupBy(adminRoutes(dependencies), (route) => route.path)) {
    const pattern = path.replace(/\{(\w+)\}/g, ":$1");
    for (const { method, handler, for: who } of routes) app.on(method, [pattern], guards[who], handler);
    app.all(pattern, allowOnly(...routes.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]))));
  }
  app.all("*", refuseUnknownRoute);
  return app;
}
