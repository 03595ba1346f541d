/** A message in a JSON body. */
import { DispatchError } from "../error/mod.ts";
import { nestsDeeperThan } from "./json_depth.ts";
import { type MessageRequest, readJsonMessage } from "./message_request.ts";

/** Levels of objects and lists that a body may have; a message, the deepest of all, needs three. */
const maxDepth = 64;

/** Reads a JSON body (RFC 8259). @throws {DispatchError} `body_too_deep`, `body_malformed`, `request_invalid` */
export function readJsonBody(body: Uint8Array): MessageRequest {
  return readJsonMessage(parseJson(body));
}

/** Parses JSON in UTF-8, when it does not nest too deep. @throws {DispatchError} `body_too_deep`, `body_malformed` */
export function parseJson(body: Uint8Array): unknown {
  if (nestsDeeperThan(body, maxDepth)) throw new DispatchError("body_too_deep", { limit: maxDepth });
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? "it is not JSON" : "it is not UTF-8";
    throw new DispatchError("body_malformed", { reason }, { cause });
  }
}
