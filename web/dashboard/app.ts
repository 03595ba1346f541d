/** The dashboard: the pages, and what they load. */
import { Hono } from "hono";
import { DispatchError, isDispatchError } from "../../core/error/mod.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import { type AdminEnv, requireSession } from "../session.ts";
import { accessRoutes, readNext } from "./access/routes.ts";
import { signInPage } from "./access/sign_in_page.ts";
import { actsOf } from "./acts.ts";
import { assetRoutes } from "./assets.ts";
import { certificatePaths } from "./certificate/paths.ts";
import { certificateRoutes } from "./certificate/routes.ts";
import { statusOf } from "./form_parts.ts";
import { overviewPage } from "./overview_page.ts";
import { refusalPage } from "./refusal_page.ts";

/** Creates the application; it is mounted at `/`. */
export function dashboardApp(dependencies: OperatorDependencies): Hono<AdminEnv> {
  const app = new Hono<AdminEnv>();
  const { access, health, onFailure } = dependencies;
  app.route("/", assetRoutes());
  app.route("/", accessRoutes(dependencies));
  app.get("/", requireSession(access), async (context) => {
    const show = actsOf(context, dependencies).perform("cert.show", {});
    return context.html(overviewPage({ session: context.get("session"), health: await health(), show: await show }));
  });
  for (const path of ["/settings", "/settings/connections"]) {
    app.get(path, (context) => context.redirect(certificatePaths.page, 303));
  }
  app.route("/", certificateRoutes(dependencies));
  app.onError((error, context) => {
    const isRead = context.req.method === "GET" || context.req.method === "HEAD";
    if (isDispatchError(error, "not_signed_in") && isRead) {
      const next = encodeURIComponent(readNext(context.req.path));
      return context.redirect(access.needsSetup ? "/setup" : `/sign-in?next=${next}`, 303);
    }
    onFailure(error, context.env);
    if (!isDispatchError(error)) return context.html(refusalPage(new DispatchError("internal_error", {})), 500);
    const page =
      error.code === "not_signed_in" ? signInPage({ error, next: certificatePaths.page }) : refusalPage(error);
    return context.html(page, statusOf(error));
  });
  return app;
}
