import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { reportSmtpResult, type SmtpResult } from "../../../core/relay/smtp_result.ts";

const a = "a@example.org";
const b = "b@example.org";

function failed(stage: "session" | "sign-in" | "message", code: number | null): SmtpResult {
  return { kind: "failed", stage, code, reply: `${code ?? "no reply"}`, refused: [] };
}

function resultsOf(result: SmtpResult, recipients = [a]) {
  return reportSmtpResult(recipients, result).outcomes.map((outcome) => outcome.result);
}

describe("reportSmtpResult", () => {
  const classes = [
    ["session", null, "temporary"],
    ["session", 421, "temporary"],
    ["session", 554, "temporary"],
    ["sign-in", null, "temporary"],
    ["sign-in", 454, "temporary"],
    ["sign-in", 535, "permanent"],
    ["message", null, "temporary"],
    ["message", 421, "temporary"],
    ["message", 451, "temporary"],
    ["message", 499, "temporary"],
    ["message", 500, "permanent"],
    ["message", 552, "permanent"],
    ["message", 554, "permanent"],
  ] as const;
  for (const [stage, code, expected] of classes) {
    it(`takes ${code ?? "no reply"} in the ${stage} stage as ${expected}`, () => {
      assert.deepEqual(resultsOf(failed(stage, code)), [expected]);
    });
  }

  it("reports what was sent as delivered, with the server's answer and its id", () => {
    const report = reportSmtpResult([a], { kind: "sent", reply: "250 2.0.0 Ok: queued as 4F1C2D", refused: [] });
    assert.deepEqual(report, {
      outcomes: [{ address: a, result: "delivered", response: "250 2.0.0 Ok: queued as 4F1C2D" }],
      providerMessageId: "4F1C2D",
      retryAfterSeconds: null,
    });
  });

  it("judges each refused recipient by its own reply, when the others were sent", () => {
    const refused = [
      { address: b, code: 550, reply: "550 5.1.1 unknown" },
      { address: "c@example.org", code: 450, reply: "450 4.2.0 greylisted" },
      { address: "d@example.org", code: 0, reply: "garbage" },
    ];
    const recipients = [a, b, "c@example.org", "d@example.org"];
    const { outcomes } = reportSmtpResult(recipients, { kind: "sent", reply: "250 ok", refused });
    assert.deepEqual(
      outcomes.map(({ result, response }) => [result, response]),
      [
        ["delivered", "250 ok"],
        ["permanent", "550 5.1.1 unknown"],
        ["temporary", "450 4.2.0 greylisted"],
        ["temporary", "garbage"],
      ],
    );
  });

  it("judges each refused recipient by its own reply, when the message failed after that", () => {
    const refused = [{ address: b, code: 550, reply: "550 5.1.1 unknown" }];
    const result: SmtpResult = { kind: "failed", stage: "message", code: 451, reply: "451 later", refused };
    assert.deepEqual(resultsOf(result, [a, b]), ["temporary", "permanent"]);
  });

  it("keeps the order of the recipients", () => {
    const { outcomes } = reportSmtpResult([b, a], { kind: "sent", reply: "250 ok", refused: [] });
    assert.deepEqual(
      outcomes.map(({ address }) => address),
      [b, a],
    );
  });

  it("makes one line of a reply", () => {
    const reply = "550-5.7.1 This message was\r\n550 5.7.1 refused";
    const { outcomes } = reportSmtpResult([a], { kind: "failed", stage: "message", code: 550, reply, refused: [] });
    assert.equal(outcomes[0]?.response, "550-5.7.1 This message was 550 5.7.1 refused");
  });

  const queueIds = [
    ["250 2.0.0 Ok: queued as 4Xyz1", "4Xyz1"],
    ["250 OK id=1rABCD-000123-4E", "1rABCD-000123-4E"],
    ["250 2.6.0 <abc@host> [InternalId=1] Queued mail for delivery", null],
    ["250 ok", null],
  ] as const;
  for (const [reply, id] of queueIds) {
    it(`finds ${id ?? "no id"} in ${JSON.stringify(reply)}`, () => {
      assert.equal(reportSmtpResult([a], { kind: "sent", reply, refused: [] }).providerMessageId, id);
    });
  }
});
