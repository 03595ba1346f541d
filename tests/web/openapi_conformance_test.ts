import assert from "node:assert/strict";
import { test } from "node:test";
import { DispatchError, isErrorCode } from "../../core/error/mod.ts";
import { problemResponse } from "../../web/problem_response.ts";
import { documentedOperations, operationNamed } from "../support/openapi_document.ts";
import { judgeResponse } from "../support/openapi_judge.ts";
import { assertMatches } from "../support/openapi_schema.ts";
import { OpenapiStage } from "../support/openapi_stage.ts";
import { type IngestionHarness, nowMs, simple } from "./ingestion_harness.ts";

type Ask = (stage: OpenapiStage) => Response | Promise<Response>;

const path = "/api/v1/messages";
const id = `spl_${"0".repeat(31)}1`;
const raw = "From: app@example.org\r\nTo: you@example.net\r\n\r\nhi\r\n";
const history = new DispatchError("history_unavailable", { reason: "SQLITE_BUSY" });
const spool = new DispatchError("spool_unavailable", { reason: "EIO" });

const submit: Ask = ({ api }) => api.postJson(simple);
const list: Ask = ({ api }) => api.fetch(path);
const describe: Ask = ({ api }) => api.fetch("/api/v1/openapi.json", { headers: { authorization: "" } });
const find: Ask = async (stage) => {
  await submit(stage);
  return stage.api.fetch(`${path}/${id}`);
};

const post = (body: string, type: string | null, headers: Record<string, string> = {}): Ask => {
  return ({ api }) => api.post(new TextEncoder().encode(body), type, headers);
};
const json = (value: unknown): Ask => post(JSON.stringify(value), "application/json");
const get =
  (target: string): Ask =>
  ({ api }) =>
    api.fetch(target);

/** Asks once the harness is as in `state`. */
function when(state: Partial<IngestionHarness>, ask: Ask): Ask {
  return (stage) => {
    Object.assign(stage.api, state);
    return ask(stage);
  };
}

function whenStatusFails(error: Error, ask: Ask): Ask {
  return when({ status: { find: () => Promise.reject(error), list: () => Promise.reject(error) } }, ask);
}

/** Asks with the same Idempotency-Key for each of the bodies. */
function repeated(...bodies: readonly object[]): Ask {
  return async ({ api }) => {
    const answers = [];
    for (const body of bodies) answers.push(await api.postJson(body, { "idempotency-key": "order-1" }));
    return answers.at(-1)!;
  };
}

/** The answers of the door, which has to be passed before anything else. */
function doorAnswers(method: string, target: string): Record<string, Ask[]> {
  const ask =
    (authorization: string): Ask =>
    ({ api }) =>
      api.fetch(target, { method, headers: { authorization } });
  return {
    "401": [ask("Bearer bad")],
    "403": [
      when({ isAllowed: false }, ask("Bearer good")),
      when({ isAllowed: true, proxy: "10.0.0.7" }, ({ api }) =>
        api.fetch(target, { method, headers: { "x-forwarded-for": "unknown" } }),
      ),
    ],
    "429": [when({ retryAfterSeconds: 17 }, ask("Bearer good"))],
  };
}

/**
 * What a listener answers by itself, since it never becomes a request for the app: the app's own function writes these
 * documents, and the listeners' tests have them come.
 */
const listenerAnswers: Record<string, Ask[]> = {
  "400": [() => problemResponse(new DispatchError("request_malformed", {}))],
  "408": [() => problemResponse(new DispatchError("request_timeout", { seconds: 60 }))],
  "431": [() => problemResponse(new DispatchError("request_headers_too_large", { limitBytes: 32_768 }))],
  "503": [
    () => problemResponse(new DispatchError("too_many_connections", { limit: 1000 })),
    () => problemResponse(new DispatchError("too_many_connections_from_client", { address: "10.0.0.7", limit: 100 })),
  ],
};

/** Codes that the app has for answers which this harness can't bring about, with the reason. */
const unmetCodes = {
  key_missing: "the harness has one refusal for all wrong keys",
};

/** How each documented answer is brought about. */
const answers: Readonly<Record<string, Readonly<Record<string, readonly Ask[]>>>> = {
  submitMessage: {
    ...listenerAnswers,
    ...doorAnswers("POST", path),
    "202": [
      submit,
      repeated(simple, simple),
      ({ api }) =>
        api.postForm([
          ["from", "a@example.org"],
          ["to", "you@example.net"],
        ]),
      ({ api }) => api.postRaw(raw),
    ],
    "400": [
      post("{", "application/json"),
      post("{}", "application/json", { "content-length": "10" }),
      post("[".repeat(100), "application/json"),
      post("--x\r\n", "multipart/form-data; boundary=x"),
      post("{}", "application/json", { "content-encoding": "gzip" }),
      ...listenerAnswers["400"]!,
    ],
    "409": [repeated(simple, { ...simple, text: "other" })],
    "413": [
      post("{}", "application/json", { "content-length": "1000001" }),
      json({ ...simple, text: "x".repeat(1_000_001) }),
    ],
    "415": [post("a,b", "text/csv"), post("{}", null)],
    "422": [
      json({ ...simple, to: ["nobody"], extra: 1 }),
      json({ from: simple.from }),
      json({ ...simple, to: Array.from({ length: 6 }, (_, index) => `you${index}@example.net`) }),
      post(`${"X: y\r\n".repeat(50_000)}\r\n`, "message/rfc822"),
      post(`${"Received: x\r\n".repeat(31)}${raw}`, "message/rfc822"),
      when({ bareNewlines: "reject" }, post(`${raw}a\rb\r\n`, "message/rfc822")),
      post(JSON.stringify(simple), "application/json", { "idempotency-key": "a b" }),
    ],
    "500": [when({ appendError: new Error("EIO") }, submit)],
    "503": [when({ freeBytes: 0 }, submit), when({ appendError: spool }, submit)],
  },
  listMessages: {
    ...listenerAnswers,
    ...doorAnswers("GET", path),
    "200": [
      list,
      get(`${path}?limit=1&status=queued&cursor=${id}`),
      async (stage) => {
        await submit(stage);
        stage.states.push(stateOf(id, "delivered"), stateOf(`spl_${"0".repeat(32)}`, "denied"));
        return stage.api.fetch(`${path}?limit=1`);
      },
    ],
    "422": [get(`${path}?limit=301`), get(`${path}?status=lost`), get(`${path}?cursor=%00`), get(`${path}?page=2`)],
    "500": [whenStatusFails(new Error("EIO"), list)],
    "503": [whenStatusFails(history, list)],
  },
  findMessage: {
    ...listenerAnswers,
    ...doorAnswers("GET", `${path}/${id}`),
    "200": [
      find,
      (stage) => {
        stage.states.push(stateOf(id, "delivered"));
        return stage.api.fetch(`${path}/${id}`);
      },
    ],
    "404": [get(`${path}/${id}`), get(`${path}/%00`)],
    "500": [whenStatusFails(new Error("EIO"), find)],
    "503": [whenStatusFails(history, find)],
  },
  describe: { ...listenerAnswers, "200": [describe], "403": [when({ isAllowed: false }, describe)] },
};

/** A message that the message log tells about. */
function stateOf(messageId: string, status: "delivered" | "denied") {
  return {
    id: messageId,
    status,
    apiKeyId: "key_1",
    sender: "app@example.org",
    subject: "hello",
    acceptedAtMs: nowMs,
    updatedAtMs: nowMs + 1000,
    attempts: 1,
    relay: "smarthost",
    provider: "smtp",
    providerMessageId: "4711",
    lastError: null,
  };
}

const met = new Set<string>();

for (const operation of documentedOperations) {
  const { operationId } = operation;
  for (const status of Object.keys(operation.responses)) {
    test(`${operationId} answers ${status} as the OpenAPI document says`, async () => {
      const asks = answers[operationId]?.[status] ?? [];
      assert.ok(asks.length > 0, "nothing here brings this answer about");
      for (const ask of asks) {
        const judged = await judgeResponse(operation, await ask(new OpenapiStage()));
        assert.equal(String(judged.status), status, JSON.stringify(judged.body));
        met.add((judged.body as { code?: string }).code ?? "");
      }
    });
  }
}

test("every answer that is brought about is one that the OpenAPI document has", () => {
  for (const [operationId, byStatus] of Object.entries(answers)) {
    const documented = Object.keys(operationNamed(operationId).responses);
    assert.deepEqual(Object.keys(byStatus).sort(), documented.sort(), operationId);
  }
});

test("every code that the OpenAPI document names has been met", () => {
  const descriptions = documentedOperations.flatMap(({ responses }) => Object.values(responses));
  const named = new Set(descriptions.flatMap(({ description }) => description.match(/\w+/g) ?? []).filter(isErrorCode));
  const unmet = [...named].filter((code) => !met.has(code));
  assert.deepEqual(unmet, Object.keys(unmetCodes));
});

test("an answer that the OpenAPI document does not have is found", async () => {
  const operation = operationNamed("findMessage");
  const problem = {
    type: "urn:dispatch:problem:message_unknown",
    title: "",
    status: 404,
    detail: "",
    code: "message_unknown",
  };
  const answer = (status: number, body: object, headers: Record<string, string> = {}) => {
    const type = { "content-type": "application/problem+json" };
    return judgeResponse(operation, new Response(JSON.stringify(body), { status, headers: { ...type, ...headers } }));
  };
  await answer(404, problem);
  await assert.rejects(answer(418, problem), /418 is not documented/);
  await assert.rejects(answer(404, { ...problem, extra: 1 }), /extra/);
  await assert.rejects(answer(404, { ...problem, code: "rate_limited" }), /rate_limited is not documented/);
  await assert.rejects(answer(404, { ...problem, detail: null }), /detail/);
  await assert.rejects(answer(404, problem, { "x-powered-by": "x" }), /x-powered-by is not documented/);
  await assert.rejects(answer(404, problem, { "content-type": "application/json" }), /Content-Type/);
  await assert.rejects(answer(429, { ...problem, status: 429 }), /retry-after is missing/);
});

for (const [schema, right, wrong] of [
  [{ type: "string", enum: ["a"] }, "a", "b"],
  [{ type: "string", pattern: "^a$" }, "a", "ab"],
  [{ type: "string", format: "date-time" }, "2026-11-22T11:00:00.000Z", "yesterday"],
  [{ type: ["string", "null"] }, null, 1],
  [{ type: ["string", "null"], format: "date-time" }, null, "yesterday"],
  [{ type: "integer", minimum: 1 }, 1, 0],
  [{ type: "integer" }, 1, 1.5],
  [{ type: "array", items: { type: "string" } }, ["a"], ["a", 1]],
  [{ type: "object" }, { a: 1 }, []],
  [{ type: "object", properties: { a: { type: "string" } } }, {}, { b: "a" }],
  [{ type: "object", required: ["a"], properties: { a: { type: "string" } } }, { a: "" }, {}],
] as const) {
  test(`assertMatches keeps to ${JSON.stringify(schema)}`, () => {
    assertMatches(right, schema, "value");
    assert.throws(() => assertMatches(wrong, schema, "value"), assert.AssertionError);
  });
}

test("assertMatches refuses a schema whose keywords it does not know", () => {
  for (const schema of [{ type: "string", maxBytes: 1 }, { type: "string", format: "email" }, { items: { not: {} } }]) {
    assert.throws(() => assertMatches("a", schema, "value"), TypeError);
  }
});
