import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ses } from "../../../../core/relay/provider/ses.ts";
import { checkSettings, readGivenSettings } from "../../../../core/relay/provider_settings.ts";
import { type FakeApi, jsonResponse } from "../../../support/provider_fake.ts";
import { receiveSes, sesKey } from "../../../support/ses_fake.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

/** Errors as the reference of `SendEmail` and the page of common errors have them. */
function refusal(status: number, type: string, message: string): Response {
  return jsonResponse(status, { message }, { "x-amzn-errortype": `${type}:http://internal.amazon.com/coral/` });
}

const api: FakeApi = {
  receive: (request) => receiveSes(request, "https://email.eu-central-1.amazonaws.com"),
  answers: {
    success: () => jsonResponse(200, { MessageId: "010701" }),
    throttled: () => refusal(429, "TooManyRequestsException", "Maximum sending rate exceeded."),
    temporary: () => refusal(503, "ServiceUnavailable", "The request has failed due to a temporary failure."),
    permanent: () => refusal(400, "MessageRejected", "Email address is not verified."),
    bad_credentials: () =>
      refusal(403, "InvalidSignatureException", "The request signature we calculated does not match."),
  },
};

const subject: ProviderSubject = {
  provider: ses,
  settings: {
    access_key_id: sesKey.accessKeyId,
    secret_access_key: sesKey.secretAccessKey,
    region: "eu-central-1",
  },
  api,
  messageId: "010701",
  // No answer of SES names a pause.
  retryAfterSeconds: null,
  maxRecipients: 50,
  nullSender: "sent",
};

testProvider(subject);

describe("ses", () => {
  it("says whom bounces go to", async () => {
    const { fake } = await attempt(subject, { answers: ["success"], sender: "bounces@example.org" });
    assert.equal(fake.deliveries[0]?.sender, "bounces@example.org");
  });

  it("tells that a null sender is not kept", async () => {
    const { fake, report } = await attempt(subject, { answers: ["success"], sender: "" });
    assert.equal(fake.deliveries[0]?.sender, null);
    assert.deepEqual(report.omitted, ["null sender"]);
  });

  it("sends tags along, and tells which it could not", async () => {
    const { fake, report } = await attempt(subject, { answers: ["success"], tags: ["invoice", "two words"] });
    assert.deepEqual(fake.deliveries[0]?.parsed, [{ Name: "tag-1", Value: "invoice" }]);
    assert.deepEqual(report.omitted, ["tag two words"]);
  });

  it("signs with a session token, and does not tell it", async () => {
    const sessionToken = "FwoGZXIvYXdzEBYaDexample+token/==";
    const settings = { ...subject.settings, session_token: sessionToken };
    const { fake, report } = await attempt({ ...subject, settings }, { answers: ["echo"] });
    assert.equal(fake.headers[0]?.get("x-amz-security-token"), sessionToken);
    assert.ok(!JSON.stringify(report).includes(sessionToken));
  });

  it("asks an endpoint of the operator's", async () => {
    const endpoint = "http://127.0.0.1:4579";
    const own: FakeApi = { ...api, receive: (request) => receiveSes(request, endpoint) };
    const settings = { ...subject.settings, endpoint };
    const { report } = await attempt({ ...subject, settings, api: own }, { answers: ["success"] });
    assert.equal(report.outcomes[0]?.result, "delivered", report.outcomes[0]?.response);
  });

  for (const type of ["ThrottlingException", "LimitExceededException", "SendingPausedException"]) {
    it(`takes ${type} for temporary, though its status is 400`, async () => {
      const answers = { ...api.answers, permanent: () => refusal(400, type, "Daily message quota exceeded.") };
      const { report } = await attempt({ ...subject, api: { ...api, answers } }, { answers: ["permanent"] });
      assert.equal(report.outcomes[0]?.result, "temporary");
      assert.match(report.outcomes[0]?.response ?? "", /Daily message quota exceeded/);
    });
  }

  it("tells what the gateway in front of the service says", async () => {
    const answers = { ...api.answers, permanent: () => jsonResponse(403, { Message: "Missing Authentication Token" }) };
    const { report } = await attempt({ ...subject, api: { ...api, answers } }, { answers: ["permanent"] });
    assert.equal(report.outcomes[0]?.response, "HTTP 403: Missing Authentication Token");
  });

  it("takes no endpoint where credentials would go out in the clear", () => {
    const { violations } = readGivenSettings(ses, { settings: { endpoint: "http://ses.example.org" } });
    assert.deepEqual(
      violations.map(({ key }) => key),
      ["endpoint"],
    );
  });

  it("asks for a region and both halves of the key", () => {
    const keys = checkSettings(ses, {}).map(({ key }) => key);
    assert.deepEqual(keys, ["access_key_id", "secret_access_key", "region"]);
  });
});
