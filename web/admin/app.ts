/** The admin API: what the dashboard and programs ask, under `/api/`. */
import { Hono } from "hono";
import type { HttpConnection } from "../../core/ingest/http_listener.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";

/** Creates the application; it is mounted at `/api`. */
export function adminApi(_dependencies: OperatorDependencies): Hono<{ Bindings: HttpConnection }> {
  return new Hono();
}
