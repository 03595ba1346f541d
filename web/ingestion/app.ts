/** The ingestion API: hand over a message, ask what became of it. */
import { Hono } from "hono";
import { resolveClientAddress } from "../client_address.ts";
import { allowOnly, problemResponse, refuseUnknownRoute } from "../problem_response.ts";
import type { IngestionDependencies, IngestionEnv } from "./dependencies.ts";
import { requireAllowedAddress, requireKey } from "./guards.ts";
import { openapiDocument } from "./openapi.ts";
import { findMessage, listMessages } from "./status_routes.ts";
import { submitMessage } from "./submit_route.ts";

/** Of a path that is reported; a stranger can ask for one of 32 KiB. */
const maxToldPathLength = 200;

/** The app of the ports 8025 and 8026; call its `fetch` with a request and its `HttpConnection`. */
export function ingestionApp(dependencies: IngestionDependencies): Hono<IngestionEnv> {
  const app = new Hono<IngestionEnv>();
  const withKey = requireKey(dependencies);
  const openapi = JSON.stringify(openapiDocument(dependencies.version));
  app.use(resolveClientAddress("api.trusted_proxies", dependencies.isProxy), requireAllowedAddress(dependencies));
  app.post("/api/v1/messages", withKey, submitMessage(dependencies));
  app.get("/api/v1/messages", withKey, listMessages(dependencies));
  app.all("/api/v1/messages", allowOnly("GET", "HEAD", "POST"));
  app.get("/api/v1/messages/:id", withKey, findMessage(dependencies));
  app.all("/api/v1/messages/:id", allowOnly("GET", "HEAD"));
  app.get("/api/v1/openapi.json", () => new Response(openapi, { headers: { "content-type": "application/json" } }));
  app.all("/api/v1/openapi.json", allowOnly("GET", "HEAD"));
  app.notFound(refuseUnknownRoute);
  app.onError((error, context) => {
    const { method } = context.req;
    const path = context.req.path.slice(0, maxToldPathLength);
    const apiKeyId = context.get("key")?.id ?? null;
    dependencies.onRefusal({ error, connection: context.env, apiKeyId, method, path });
    return problemResponse(error);
  });
  return app;
}
