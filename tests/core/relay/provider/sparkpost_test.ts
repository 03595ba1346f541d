import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sparkpost } from "../../../../core/relay/provider/sparkpost.ts";
import { acceptedTransmission, refusedTransmission, transmissionsFake } from "../../../support/transmissions_fake.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const apiKey = "14ac5499cfdd2bb2859e4476d2e5b1d2bad079bf";

const api = transmissionsFake("https://api.sparkpost.com/api/v1/transmissions", apiKey);

const subject: ProviderSubject = {
  provider: sparkpost,
  settings: { api_key: apiKey },
  api,
  messageId: "11668787484950529",
  retryAfterSeconds: null,
  maxRecipients: 1,
  nullSender: "sent",
};

testProvider(subject);

describe("sparkpost", () => {
  it("asks the servers of the region eu", async () => {
    const eu = transmissionsFake("https://api.eu.sparkpost.com/api/v1/transmissions", apiKey);
    const settings = { ...subject.settings, region: "eu" };
    const { report } = await attempt({ ...subject, settings, api: eu }, { answers: ["success"] });
    assert.equal(report.outcomes[0]?.result, "delivered");
  });

  it("refuses a message with bytes that JSON can't hold, with the reason", async () => {
    const mime = Uint8Array.from("Subject: x\r\n\r\n\u00fc\r\n", (character) => character.charCodeAt(0));
    const { fake, report } = await attempt(subject, { answers: ["success"], mime });
    assert.equal(report.outcomes[0]?.result, "permanent");
    assert.match(report.outcomes[0]?.response ?? "", /not UTF-8/);
    assert.equal(fake.deliveries.length, 0);
  });

  it("takes a sending limit for temporary, though its status is 420", async () => {
    const answers = { ...api.answers, permanent: () => refusedTransmission(420, "Exceed Sending Limit (daily)") };
    const { report } = await attempt({ ...subject, api: { ...api, answers } }, { answers: ["permanent"] });
    assert.equal(report.outcomes[0]?.result, "temporary");
    assert.match(report.outcomes[0]?.response ?? "", /Exceed Sending Limit \(daily\): About/);
  });

  it("sends to each recipient alone, as an answer does not say who was rejected", async () => {
    const { fake } = await attempt(subject, { answers: ["success"], recipients: ["a@example.net", "b@example.net"] });
    assert.deepEqual(
      fake.deliveries.map(({ recipients }) => recipients),
      [["a@example.net"], ["b@example.net"]],
    );
  });

  it("fails for good when it rejects the recipient, and not when it counts nobody", async () => {
    const refuse = (taken: number, refused: number) => {
      const answers = { ...api.answers, error_inside: () => acceptedTransmission(taken, refused) };
      return attempt({ ...subject, api: { ...api, answers } }, { answers: ["error_inside"] });
    };
    assert.equal((await refuse(0, 1)).report.outcomes[0]?.result, "permanent");
    assert.equal((await refuse(0, 0)).report.outcomes[0]?.result, "temporary");
  });

  it("sends tags along as metadata, and tells when there are too many", async () => {
    const few = await attempt(subject, { answers: ["success"], tags: ["invoice"] });
    assert.deepEqual(few.fake.deliveries[0]?.parsed, { tags: ["invoice"] });
    const many = await attempt(subject, { answers: ["success"], tags: ["x".repeat(1001)] });
    assert.equal(many.fake.deliveries[0]?.parsed, undefined);
    assert.equal(many.report.omitted?.length, 1);
  });
});
