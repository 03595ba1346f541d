/** The admin API: what the dashboard and programs ask, under `/api/`. */
import { Hono } from "hono";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import { refuseUnknownRoute } from "../problem_response.ts";
import { type AdminEnv, refuseCrossSite, requireSession, requireUnforged } from "../session.ts";
import { accountRoutes, visitorRoutes } from "./access_routes.ts";
import { certificateRoutes } from "./certificate_routes.ts";
import { configRoutes } from "./config_routes.ts";
import { addRoutes } from "./routes.ts";

/** Creates the application; it is mounted at `/api`, and leaves the answering of errors to the one that it is mounted in. */
export function adminApi(dependencies: OperatorDependencies): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
  });
  addRoutes(app, [refuseCrossSite()], visitorRoutes(dependencies));
  addRoutes(app, [requireSession(dependencies.access), requireUnforged()], {
    ...accountRoutes(dependencies),
    ...configRoutes(dependencies),
    ...certificateRoutes(dependencies),
  });
  app.all("*", refuseUnknownRoute);
  return app;
}
