/** The operator's port: health and metrics. */
import { Hono } from "hono";
import { DispatchError } from "../../core/error/mod.ts";
import type { HttpConnection } from "../../core/ingest/http_listener.ts";
import { type HealthDocument, healthHttpStatus } from "../../core/operations/health.ts";
import { formatMetrics, type MetricsSnapshot, metricsContentType } from "../../core/operations/metrics.ts";
import { allowOnly, problemResponse, refuseUnknownRoute } from "../problem_response.ts";

/** What the operator's app needs from its surroundings. */
export interface OperatorDependencies {
  /** Whether `webui.allowed_cidrs` holds the address, or is empty. */
  readonly isAllowed: (address: string) => boolean;
  readonly health: () => Promise<HealthDocument>;
  readonly metrics: () => Promise<MetricsSnapshot>;
  /** Told of each failed request; what is no intake error was answered as `internal_error` and belongs in the log. */
  readonly onFailure: (error: unknown, connection: HttpConnection) => void;
}

interface OperatorEnv {
  Bindings: HttpConnection;
}

const frontPage = "This is Dispatch, a mail relay. Here: /health and /metrics\n";
const noStore = { "cache-control": "no-store" };

/** The app of port 8420; call its `fetch` with a request and its `HttpConnection`. */
export function operatorApp({ isAllowed, health, metrics, onFailure }: OperatorDependencies): Hono<OperatorEnv> {
  const app = new Hono<OperatorEnv>();
  app.use(async (context, next) => {
    const address = context.env.clientAddress;
    if (!isAllowed(address))
      throw new DispatchError("address_not_allowed", { address, setting: "webui.allowed_cidrs" });
    await next();
  });
  app.get("/", (context) => context.body(frontPage, 200, { "content-type": "text/plain; charset=utf-8" }));
  app.get("/health", async (context) => {
    const document = await health();
    return context.json(document, healthHttpStatus(document), noStore);
  });
  app.get("/metrics", async (context) => {
    const body = formatMetrics(await metrics());
    return context.body(body, 200, { ...noStore, "content-type": metricsContentType });
  });
  for (const path of ["/", "/health", "/metrics"]) app.all(path, allowOnly("GET", "HEAD"));
  app.notFound(refuseUnknownRoute);
  app.onError((error, context) => {
    onFailure(error, context.env);
    return problemResponse(error);
  });
  return app;
}
