/** What must be true of every request to the admin API, as its OpenAPI document allows it or broken in any way. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { bearerOf, documentedRoutes, judgeAnswer, openStage } from "../web/admin/openapi_harness.ts";
import type { OperatorHarness } from "../web/admin/operator_harness.ts";
import { arbitraryRequest } from "./openapi_arbitrary.ts";
import { arbitraryDamage, arbitraryWireDamage } from "./openapi_damage.ts";
import { type WrittenRequest, writeRequest } from "./openapi_request.ts";
import { type FuzzingOptions, type FuzzingOutcomes, judgeRequests } from "./openapi_run.ts";
import { refusalLines, streamOf } from "./openapi_stage.ts";

const wholeRequest = fc.oneof(...documentedRoutes.map(arbitraryRequest));
const damagedRequest = arbitraryDamage(wholeRequest).map(writeRequest);
const anyRequest = fc.oneof(
  { weight: 2, arbitrary: wholeRequest.map(writeRequest) },
  { weight: 3, arbitrary: damagedRequest },
  { weight: 1, arbitrary: arbitraryWireDamage(damagedRequest) },
);

interface Operator {
  readonly harness: OperatorHarness;
  readonly token: { readonly authorization: string };
}

/** Sends whole and broken requests to the admin API; throws an error with seed and request when an answer is not as it must be. */
export function sendOperatorRequests(options: FuzzingOptions): Promise<FuzzingOutcomes> {
  return judgeRequests(anyRequest, options, openOperator, judgeRequest);
}

async function openOperator(): Promise<Operator> {
  const { harness } = await openStage();
  return { harness, token: await bearerOf(harness, "all") };
}

async function judgeRequest(operator: Operator, request: WrittenRequest): Promise<string> {
  const { harness } = operator;
  const { status, body } = await judgeAnswer(request.operationId, await send(operator, request));
  harness.streams.close();
  const told = harness.failures.map((error) => (error as Error).stack).join("\n");
  assert.ok(status < 500, `${status}: ${told}`);
  const refusals = harness.failures.map((error) => ({ error, method: request.method, path: request.target }));
  for (const line of refusalLines(refusals))
    assert.doesNotMatch(line, /\p{Cc}(?!$)/u, "a log line has control characters");
  return status < 400 ? `${status}` : `${status} ${(body as { code: string }).code}`;
}

/** As a program with a token does; what is for sessions alone, as who is signed in. */
function send({ harness, token }: Operator, { operationId, method, target, headers, body, breaksOff }: WrittenRequest) {
  const sent = operationId.startsWith("auth.") ? headers : { ...token, ...headers };
  if (body === null) return harness.fetch(target, { method, headers: sent });
  return harness.send(method, target, streamOf(body, breaksOff), sent);
}
