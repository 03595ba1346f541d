import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ProviderAnswer } from "../../../../core/relay/http/http_api.ts";
import { resultOfStatus } from "../../../../core/relay/http/status_verdict.ts";
import { providers } from "../../../../core/relay/provider_table.ts";

/** Names that the providers' documents have, and values that are not what they say there. */
const names = [
  ..."MessageId Message __type code data email_id errors error error_code failed failures id message messageId".split(
    " ",
  ),
  ..."message_id requestId reference_id results success succeeded status total_accepted_recipients".split(" "),
  ..."total_rejected_recipients ErrorCode MessageID name".split(" "),
];
const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ depthSize: "small" }, fc.jsonValue(), fc.array(tie("json")), tie("known")),
  known: fc.dictionary(fc.constantFrom(...names), tie("json")),
}));

const status = fc.oneof(fc.constantFrom(200, 202, 400, 401, 429, 500), fc.integer({ min: 200, max: 599 }));
const type = fc.constantFrom("", "Throttling", "MessageRejected:http://x", "__proto__", ":::");
const answers = fc.record({
  status,
  type,
  body: fc.oneof(
    json.map((value) => JSON.stringify(value)),
    fc.string(),
  ),
});

function toAnswer(code: number, errorType: string, text: string): ProviderAnswer {
  const parse = () => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  };
  return { status: code, headers: new Headers({ "x-amzn-errortype": errorType }), text, json: parse() };
}

describe("judging an answer", () => {
  for (const { name, carrier } of providers) {
    if (carrier.kind !== "http") continue;
    it(`comes to a verdict on whatever ${name} answers, and takes no refusal for delivered`, () => {
      const property = fc.property(answers, ({ status: code, type: errorType, body }) => {
        const verdict = carrier.api.judge(toAnswer(code, errorType, body), ["a@example.net"]);
        if (verdict === null) return;
        assert.equal(typeof verdict.response, "string");
        if (verdict.result === "delivered") assert.equal(resultOfStatus(code), "delivered");
        if (verdict.messageId !== null) assert.equal(typeof verdict.messageId, "string");
      });
      fc.assert(property, { numRuns: 60 });
    });
  }
});
