import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeliveryOutcome } from "../../../core/relay/outcome.ts";
import { sameForAll, soundReport } from "../../../core/relay/sound_report.ts";

function outcome(address: string, result: DeliveryOutcome["result"] = "delivered"): DeliveryOutcome {
  return { address, result, response: `${result} ${address}` };
}

function report(outcomes: readonly DeliveryOutcome[], retryAfterSeconds: number | null = null) {
  return { outcomes, providerMessageId: "4F1C", omitted: ["header X-A"], retryAfterSeconds };
}

describe("soundReport", () => {
  it("leaves a report alone that is about those who were asked for", () => {
    const whole = report([outcome("a"), outcome("b", "permanent")], 60);
    assert.equal(soundReport(whole, ["a", "b"]), whole);
  });

  it("takes who is not mentioned for a temporary failure", () => {
    const { outcomes } = soundReport(report([outcome("a")]), ["a", "b"]);
    assert.deepEqual(
      outcomes.map(({ address, result }) => [address, result]),
      [
        ["a", "delivered"],
        ["b", "temporary"],
      ],
    );
    assert.match(outcomes[1]!.response, /did not say/);
  });

  it("drops who was not asked for, and puts the others in order", () => {
    const sound = soundReport(report([outcome("x"), outcome("b"), outcome("a")]), ["a", "b"]);
    assert.deepEqual(sound.outcomes, [outcome("a"), outcome("b")]);
    assert.deepEqual([sound.providerMessageId, sound.omitted], ["4F1C", ["header X-A"]]);
  });

  for (const results of [
    ["delivered", "temporary"],
    ["permanent", "delivered"],
  ] as const) {
    it(`believes that someone was delivered to who is said to be ${results.join(" and ")}`, () => {
      const { outcomes } = soundReport(report(results.map((result) => outcome("a", result))), ["a"]);
      assert.deepEqual(outcomes, [outcome("a", "delivered")]);
    });
  }

  for (const seconds of [-1, Number.NaN]) {
    it(`takes a pause of ${seconds} seconds for none`, () => {
      assert.equal(soundReport(report([outcome("a")], seconds), ["a"]).retryAfterSeconds, null);
    });
  }
});

describe("sameForAll", () => {
  it("says the same about each, on one line", () => {
    const { outcomes } = sameForAll(["a", "b"], "permanent", "no\r\nway");
    assert.deepEqual(
      outcomes,
      ["a", "b"].map((address) => ({ address, result: "permanent", response: "no way" })),
    );
  });
});
