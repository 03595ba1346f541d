/** A message in a JSON body. */
import { DispatchError } from "../error/mod.ts";
import { nestsDeeperThan } from "./json_depth.ts";
import { type MessageRequest, readJsonMessage } from "./message_request.ts";

/** Levels of objects and lists that a body may have; a message needs three. */
const maxDepth = 64;

/** Reads a JSON body (RFC 8259). @throws {DispatchError} `body_too_deep`, `body_malformed`, `request_invalid` */
export function readJsonBody(body: Uint8Array): MessageRequest {
  if (nestsDeeperThan(body, maxDepth)) throw new DispatchError("body_too_deep", { limit: maxDepth });
  return readJsonMessage(parse(body));
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? "it is not JSON" : "it is not UTF-8";
    throw new DispatchError("body_malformed", { reason }, { cause });
  }
}
