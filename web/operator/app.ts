/** The operator's port: health, metrics, the admin API and the dashboard. */
import { Hono, type HonoRequest } from "hono";
import { DispatchError, type ErrorCode, isDispatchError } from "../../core/error/mod.ts";
import type { HttpConnection } from "../../core/ingest/http_listener.ts";
import { healthHttpStatus } from "../../core/operations/health.ts";
import { formatMetrics, metricsContentType } from "../../core/operations/metrics.ts";
import { adminApi } from "../admin/app.ts";
import { resolveClientAddress } from "../client_address.ts";
import { dashboardApp } from "../dashboard/app.ts";
import { statusOf } from "../dashboard/form_parts.ts";
import { refusalPage } from "../dashboard/refusal_page.ts";
import { securityHeaders } from "../dashboard/security_headers.ts";
import { allowOnly, operatorProblemResponse, problemResponse, refuseUnknownRoute } from "../problem_response.ts";
import type { OperatorDependencies } from "./dependencies.ts";

interface OperatorEnv {
  Bindings: HttpConnection;
}

const monitoringPaths = ["/health", "/metrics"] as const;
const noStore = { "cache-control": "no-store" };

/** The app of port 8420; call its `fetch` with a request and its `HttpConnection`. */
export function operatorApp(dependencies: OperatorDependencies): Hono<OperatorEnv> {
  const { isAllowed, mayMonitor, isProxy, health, metrics, onFailure } = dependencies;
  const app = new Hono<OperatorEnv>();
  // Out here they come to what the apps below refuse, too.
  app.use(securityHeaders, resolveClientAddress("webui.trusted_proxies", isProxy));
  app.use(async (context, next) => {
    const address = context.env.clientAddress;
    if (!isAllowed(address))
      throw new DispatchError("address_not_allowed", { address, setting: "webui.allowed_cidrs" });
    await next();
  });
  for (const path of monitoringPaths) {
    app.use(path, async (context, next) => {
      const address = context.env.clientAddress;
      if (!mayMonitor(address)) throw new DispatchError("monitoring_not_allowed", { address });
      await next();
    });
  }
  app.get("/health", async (context) => {
    const document = await health();
    return context.json(document, healthHttpStatus(document), noStore);
  });
  app.get("/metrics", async (context) => {
    const body = formatMetrics(await metrics());
    return context.body(body, 200, { ...noStore, "content-type": metricsContentType });
  });
  for (const path of monitoringPaths) app.all(path, allowOnly("GET", "HEAD"));
  app.route("/api", adminApi(dependencies));
  app.route("/", dashboardApp(dependencies));
  app.notFound(refuseUnknownRoute);
  app.onError((error, context) => {
    onFailure(error, context.env);
    if (isDispatchError(error) && pageRefusals.has(error.code) && wantsPage(context.req)) {
      return context.html(refusalPage(error), statusOf(error));
    }
    // Whoever that is has not got past the proxy: it is told no more than a sender.
    return isDispatchError(error, "client_address_unclear") ? problemResponse(error) : operatorProblemResponse(error);
  });
  return app;
}

/** What somebody at a browser meets outside of all pages. */
const pageRefusals: ReadonlySet<ErrorCode> = new Set(["route_unknown", "method_not_allowed", "address_not_allowed"]);

/** Whether a browser asks, and for something that is to be looked at. */
function wantsPage(request: HonoRequest): boolean {
  const { path } = request;
  return !/^\/(?:api|health|metrics)(?:\/|$)/.test(path) && /\btext\/html\b/.test(request.header("accept") ?? "");
}
