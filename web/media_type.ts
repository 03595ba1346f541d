/** What a request says that its body is. */
import type { HonoRequest } from "hono";
import { DispatchError } from "../core/error/mod.ts";

/** A `Content-Type` header. */
export interface MediaType {
  /** Lower case, without parameters; `""` when the header is missing. */
  readonly mediaType: string;
  readonly boundary: string | undefined;
}

/** Reads `Content-Type`. @throws {DispatchError} `body_malformed` when the body is compressed */
export function readMediaType(request: HonoRequest): MediaType {
  const encoding = request.header("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new DispatchError("body_malformed", { reason: "it has a Content-Encoding, and none is taken" });
  }
  const header = request.header("content-type") ?? "";
  const boundary = /;\s*boundary=(?:"([^"]*)"|([^\s;]*))/i.exec(header);
  return { mediaType: header.split(";", 1)[0]!.trim().toLowerCase(), boundary: boundary?.[1] ?? boundary?.[2] };
}
