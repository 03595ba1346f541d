/** What must be true of every request that the OpenAPI document allows, and of every one that is broken. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { BodyBudget } from "../../core/ingest/body_limits.ts";
import { arbitraryRequest } from "./openapi_arbitrary.ts";
import { arbitraryDamage, arbitraryWireDamage } from "./openapi_damage.ts";
import { documentedOperations, operationNamed } from "./openapi_document.ts";
import { judgeResponse } from "./openapi_judge.ts";
import { type WrittenRequest, writeRequest } from "./openapi_request.ts";
import { type FuzzingOptions, type FuzzingOutcomes, judgeRequests } from "./openapi_run.ts";
import { OpenapiStage } from "./openapi_stage.ts";

const submit = operationNamed("submitMessage");
const others = documentedOperations.filter((operation) => operation !== submit);
const wholeRequest = fc.oneof(
  { weight: 8, arbitrary: arbitraryRequest(submit) },
  ...others.map((operation) => ({ weight: 1, arbitrary: arbitraryRequest(operation) })),
);
const damagedRequest = arbitraryDamage(wholeRequest).map(writeRequest);
const anyRequest = fc.oneof(
  { weight: 3, arbitrary: damagedRequest },
  { weight: 1, arbitrary: arbitraryWireDamage(damagedRequest) },
);

const openStage = async () => new OpenapiStage();

/** Sends requests as the document allows them; throws an error with seed and request when one is not taken. */
export async function sendAllowedRequests(options: FuzzingOptions): Promise<FuzzingOutcomes> {
  return judgeRequests(wholeRequest.map(writeRequest), options, openStage, async (stage, request) => {
    const outcome = await judgeRequest(stage, request);
    const { method } = request;
    // That somebody has to be addressed is a rule about three fields, which the schemas do not have.
    const allowed = method === "POST" ? ["202", "422 no_recipients"] : ["200", "404 message_unknown"];
    assert.ok(allowed.includes(outcome), `${outcome} is the answer to what the document allows`);
    return outcome;
  });
}

/** Sends broken requests; throws an error with seed and request when an answer is not as it must be. */
export async function sendBrokenRequests(options: FuzzingOptions): Promise<FuzzingOutcomes> {
  return judgeRequests(anyRequest, options, openStage, judgeRequest);
}

async function judgeRequest(stage: OpenapiStage, request: WrittenRequest): Promise<string> {
  const { api } = stage;
  const before = { messages: api.messages.length, files: api.files.size };
  const response = await stage.send(request);
  const { status, headers, body } = await judgeResponse(operationNamed(request.operationId), response);
  assert.ok(status < 500, `${status}: ${api.refusals.map(({ error }) => (error as Error).stack).join("\n")}`);
  for (const line of stage.logLines) assert.doesNotMatch(line, /\p{Cc}(?!$)/u, "a log line has control characters");
  const isNew = status === 202 && !headers.has("idempotent-replayed");
  assert.equal(api.messages.length, before.messages + (isNew ? 1 : 0), "messages in the spool");
  if (isNew) judgeStored(stage, request);
  else assert.equal(api.files.size, before.files, "files in the spool");
  await judgeBudget(api.budget);
  return status < 400 ? `${status}` : `${status} ${(body as { code: string }).code}`;
}

/** The memory that bodies share has to be free again, all of it. */
async function judgeBudget(bodies: BodyBudget): Promise<void> {
  const share = bodies.acquire(Number.MAX_SAFE_INTEGER, new AbortController().signal);
  assert.equal(bodies.waiting, 0, "the memory for the body is not given back");
  (await share).release();
}

/** What goes into SMTP commands and composed headers has no line break that the product did not put there. */
function judgeStored({ api }: OpenapiStage, { headers }: WrittenRequest): void {
  const { sender, recipients, subject, tags, attachments } = api.messages.at(-1)!;
  const isComposed = !headers["content-type"]?.toLowerCase().startsWith("message/rfc822");
  const composed = isComposed ? [subject, ...tags, ...attachments] : [];
  for (const text of [sender, ...recipients.map(({ address }) => address), ...composed]) {
    assert.doesNotMatch(text, /\p{Cc}/u);
  }
  assert.doesNotMatch(api.content, /[^\r]\n|\r[^\n]/);
  if (isComposed) assert.doesNotMatch(api.content.split("\r\n\r\n", 1)[0]!, /^X-Injected/im);
}
