/** `GET /api/v1/messages` and `GET /api/v1/messages/{id}`. */
import type { Handler } from "hono";
import { z } from "zod";
import { DispatchError } from "../../core/error/mod.ts";
import { senderStatuses } from "../../core/ingest/status_view.ts";
import type { IngestionDependencies, IngestionEnv } from "./dependencies.ts";

const limitRule = "must be a whole number from 1 to 300";

/** Query of a listing. */
export const listQuerySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|[12]\d\d|300)$/, { error: limitRule })
    .default("100")
    .transform(Number),
  status: z.enum(senderStatuses, { error: `must be one of ${senderStatuses.join(", ")}` }).optional(),
  cursor: z
    .string()
    .regex(/^[\w.~:-]{1,200}$/, { error: "must be the next of an earlier page" })
    .optional(),
});

const noStore = { "cache-control": "no-store" };

/** Tells what became of one message. */
export function findMessage({ status }: IngestionDependencies): Handler<IngestionEnv> {
  return async (context) => {
    const id = context.req.param("id") ?? "";
    if (!/^spl_[\da-f]{32}$/.test(id)) throw new DispatchError("message_unknown", { id: id.slice(0, 64) });
    return context.json(await status.find(id, context.get("key").id), 200, noStore);
  };
}

/** Lists the messages of a key, newest first. */
export function listMessages({ status }: IngestionDependencies): Handler<IngestionEnv> {
  return async (context) => {
    const result = listQuerySchema.safeParse(context.req.query());
    if (!result.success) throw invalidQuery(result.error);
    const { limit, cursor, status: wanted } = result.data;
    const page = await status.list({
      apiKeyId: context.get("key").id,
      limit,
      ...(wanted === undefined ? {} : { status: wanted }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    return context.json(page, 200, noStore);
  };
}

function invalidQuery(error: z.ZodError): DispatchError {
  const errors = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((path) => ({ path, message: "is not a known parameter" }))
      : [{ path: String(issue.path[0]), message: issue.message }],
  );
  return new DispatchError("request_invalid", { errors });
}
