/** The control channel: the operations and feeds, over HTTP on a socket that only the service's own user can reach. */

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Logger } from "../../core/capabilities.ts";
import { DispatchError, isDispatchError } from "../../core/error/mod.ts";
import type { OperationContext } from "../../core/operations/operation_context.ts";
import { findFeed, openFeed, performOperation } from "../../core/operations/operation_table.ts";

/** A request is an operator's; the largest is a message to send. */
const maxInputBytes = 64 * 1024 * 1024;

/** What the control channel needs. */
export interface ControlDependencies {
  readonly context: OperationContext;
  readonly logger: Logger;
}

/**
 * Creates the application.
 *
 * `POST /operations/NAME` with the input as JSON answers with the output as JSON. `POST /feeds/NAME` likewise answers with
 * a stream of the feed's media type. An error answers with `{"error": {code, facts, message, remedy}}` and its status.
 */
export function controlApp({ context, logger }: ControlDependencies): Hono {
  const app = new Hono();
  app.use(
    bodyLimit({
      maxSize: maxInputBytes,
      onError: () => refuse(new DispatchError("message_too_large", { limitBytes: maxInputBytes })),
    }),
  );
  app.post("/operations/:name", async (c) => {
    return Response.json(await performOperation(context, c.req.param("name"), await readJson(c.req.raw)));
  });
  app.post("/feeds/:name", async (c) => {
    const name = c.req.param("name");
    const stream = await openFeed(context, name, await readJson(c.req.raw));
    return new Response(stream, { headers: { "content-type": findFeed(name)!.mediaType } });
  });
  app.notFound((c) => refuse(new DispatchError("route_unknown", { method: c.req.method, path: c.req.path })));
  app.onError((error) => {
    if (isDispatchError(error)) return refuse(error);
    logger.error("control.failed", "An operation failed unexpectedly", { error });
    return refuse(new DispatchError("internal_error", {}));
  });
  return app;
}

async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DispatchError("body_malformed", { reason: "it is not JSON" }, { cause });
  }
}

function refuse(error: DispatchError): Response {
  const { code, facts, message, status, remedy = null } = error;
  return Response.json({ error: { code, facts, message, remedy } }, { status });
}
