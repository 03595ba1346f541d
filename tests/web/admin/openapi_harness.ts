/** The admin API beside its own OpenAPI document: an operator with something of everything, and a judge of answers. */
import type { AdminScope } from "../../../core/access/admin_token.ts";
import type { OperatorDependencies } from "../../../web/operator/dependencies.ts";
import { sampleEvent } from "../../support/memory_message_log.ts";
import { sampleEntry } from "../../support/memory_queue.ts";
import { type DocumentedOperation, findOperation, readOperations } from "../../support/openapi_document.ts";
import { type JudgedResponse, judgeResponse } from "../../support/openapi_judge.ts";
import { OperatorHarness } from "./operator_harness.ts";

const document = await (await (await OperatorHarness.fresh()).fetch("/api/openapi.json")).json();

/** All operations of the admin API, in the document's order. */
export const documentedRoutes = readOperations(document as { paths: unknown });

/** The operation of this name. */
export function routeNamed(operationId: string): DocumentedOperation {
  return findOperation(documentedRoutes, operationId);
}

/** Headers of the operator's port, whatever is answered. */
const everywhere = [
  "content-security-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "referrer-policy",
  "x-content-type-options",
];

/** Throws an assertion error unless the document tells of the answer. */
export function judgeAnswer(operationId: string, response: Response): Promise<JudgedResponse> {
  return judgeResponse(routeNamed(operationId), response, everywhere);
}

/** Messages that are read otherwise than most. */
const withFile = "Content-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\nabc";
const nestedWithoutEnd = Array.from(
  { length: 300 },
  (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}`,
).join("\r\n");

/** What a stage has one of: ids and names that a path can name. */
export interface StageIds {
  readonly key: string;
  readonly token: string;
}

/** A service that somebody is signed in to, with relays, a rule, a key, a user, a token, messages and log rows. */
export async function openStage(overrides: Partial<OperatorDependencies> = {}) {
  const harness = await OperatorHarness.signedIn(overrides);
  const { context, queue, log, counters } = harness.dispatch;
  for (const [id, state] of Object.entries({ spl_1: "failed", spl_2: "processing", spl_3: "unreadable" } as const)) {
    queue.entries.set(id, sampleEntry({ id, state, lastError: "550 5.1.1 no such user" }));
    queue.contents.set(id, new TextEncoder().encode("Subject: Hello\r\n\r\nhi\r\n"));
  }
  queue.contents.set("spl_3", new TextEncoder().encode(withFile));
  queue.entries.set("spl_4", sampleEntry({ id: "spl_4", state: "captured", sizeBytes: 40_000_000 }));
  queue.contents.set("spl_4", new Uint8Array());
  queue.entries.set("spl_5", sampleEntry({ id: "spl_5", state: "captured" }));
  queue.contents.set("spl_5", new TextEncoder().encode(nestedWithoutEnd));
  log.rows.push(sampleEvent(), sampleEvent({ eventId: "evt_2", id: null, event: "denied", error: "550 5.7.1" }));
  counters.count({});
  counters.count({ event: "queued", relay: null });
  counters.count({});
  counters.count({ event: "queued", relay: null });
  await context.relays.add({ name: "inbox", provider: "local" });
  await context.relays.add({
    name: "smarthost",
    provider: "smtp",
    settings: { host: "mail.example.org", username: "u" },
    secrets: { password: "p" },
  });
  await context.routing.add({ name: "first", relay: "smarthost" });
  const key = await context.keys.create("printer", 10);
  const token = await context.tokens.create("ci", "all");
  await context.users.add("scanner", "correct horse battery", { allowedAddresses: [], allowedSenders: [] });
  return { harness, ids: { key: key.id, token: token.id } };
}

/** The header of a token of `scope` that was created just now. */
export async function bearerOf({ dispatch }: OperatorHarness, scope: AdminScope): Promise<{ authorization: string }> {
  const { token } = await dispatch.context.tokens.create(`for ${scope}`, scope);
  return { authorization: `Bearer ${token}` };
}
