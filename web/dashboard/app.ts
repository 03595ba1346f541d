/** The dashboard: the pages, and what they load. */
import { Hono } from "hono";
import type { HttpConnection } from "../../core/ingest/http_listener.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";

/** Creates the application; it is mounted at `/`. */
export function dashboardApp(_dependencies: OperatorDependencies): Hono<{ Bindings: HttpConnection }> {
  return new Hono();
}
