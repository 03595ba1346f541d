/** The headers and query parameters of a submission. */
import type { HonoRequest } from "hono";
import { DispatchError } from "../../core/error/mod.ts";
import type { QueryEnvelope } from "../../core/ingest/raw_message.ts";

/** Reads `Idempotency-Key`: 1–256 visible ASCII characters, or `null`. @throws {DispatchError} `request_invalid` */
export function readIdempotencyKey(request: HonoRequest): string | null {
  const key = request.header("idempotency-key");
  if (key === undefined) return null;
  if (/^[!-~]{1,256}$/.test(key)) return key;
  throw new DispatchError("request_invalid", {
    errors: [{ path: "Idempotency-Key", message: "must be 1 to 256 visible ASCII characters" }],
  });
}

/** Reads `from` (once) and `to` (repeatable, comma lists). @throws {DispatchError} `request_invalid` */
export function readQueryEnvelope(request: HonoRequest): QueryEnvelope {
  const [from, ...further] = request.queries("from") ?? [];
  if (further.length > 0) {
    throw new DispatchError("request_invalid", { errors: [{ path: "from", message: "is given more than once" }] });
  }
  return { ...(from === undefined ? {} : { from }), to: request.queries("to") ?? [] };
}
