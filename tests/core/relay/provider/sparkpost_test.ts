import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sparkpost } from "../../../../core/relay/provider/sparkpost.ts";
import { type FakeApi, type FakeDelivery, jsonResponse } from "../../../support/provider_fake.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const apiKey = "14ac5499cfdd2bb2859e4476d2e5b1d2bad079bf";

/** The body of a transmission, as far as it is used. */
interface Transmission {
  readonly options: Readonly<Record<string, boolean>>;
  readonly recipients: readonly { readonly address: { readonly email: string } }[];
  readonly metadata?: unknown;
  readonly content: { readonly email_rfc822: string };
}

function refusal(status: number, message: string, headers: Record<string, string> = {}): Response {
  return jsonResponse(status, { errors: [{ message, description: `About ${message}`, code: "1902" }] }, headers);
}

function accepted(taken: number, refused: number): Response {
  const counts = { total_rejected_recipients: refused, total_accepted_recipients: taken };
  return jsonResponse(200, { results: { ...counts, id: "11668787484950529" } });
}

/** From the reference of the transmissions endpoint, and the list of error codes. */
const api: FakeApi = {
  async receive(request) {
    assert.equal(request.method, "POST");
    assert.equal(request.url, "https://api.sparkpost.com/api/v1/transmissions");
    assert.equal(request.headers.get("authorization"), apiKey);
    assert.equal(request.headers.get("content-type"), "application/json");
    return read(await request.json());
  },
  answers: {
    success: ({ recipients }) => accepted(recipients.length, 0),
    throttled: () => refusal(429, "Too many requests"),
    temporary: () => refusal(503, "Unavailable"),
    permanent: () => refusal(422, "Invalid domain"),
    bad_credentials: () => refusal(401, "Unauthorized"),
    error_inside: ({ recipients }) => accepted(0, recipients.length),
  },
};

function read({ recipients, content, options, metadata }: Transmission): FakeDelivery {
  assert.equal(options.perform_substitutions, false, "braces in a message are not variables");
  assert.equal(options.click_tracking, false, "links stay as they are");
  return {
    recipients: recipients.map(({ address }) => address.email),
    sender: null,
    mime: new TextEncoder().encode(content.email_rfc822),
    parsed: metadata,
  };
}

const subject: ProviderSubject = {
  provider: sparkpost,
  settings: { api_key: apiKey },
  api,
  messageId: "11668787484950529",
  retryAfterSeconds: null,
  maxRecipients: 1000,
  nullSender: "sent",
};

testProvider(subject);

describe("sparkpost", () => {
  it("asks the servers of the region eu", async () => {
    const eu: FakeApi = {
      ...api,
      receive: async (request) => {
        assert.equal(new URL(request.url).host, "api.eu.sparkpost.com");
        return read(await request.json());
      },
    };
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
    const answers = { ...api.answers, permanent: () => refusal(420, "Exceed Sending Limit (daily)") };
    const { report } = await attempt({ ...subject, api: { ...api, answers } }, { answers: ["permanent"] });
    assert.equal(report.outcomes[0]?.result, "temporary");
    assert.match(report.outcomes[0]?.response ?? "", /Exceed Sending Limit \(daily\): About/);
  });

  it("fails for good when it rejects every recipient, and not when it does not say whom", async () => {
    const refuse = (taken: number, refused: number) => {
      const answers = { ...api.answers, error_inside: () => accepted(taken, refused) };
      return attempt({ ...subject, api: { ...api, answers } }, { answers: ["error_inside"] });
    };
    assert.equal((await refuse(0, 1)).report.outcomes[0]?.result, "permanent");
    assert.equal((await refuse(1, 1)).report.outcomes[0]?.result, "temporary");
  });

  it("sends tags along as metadata, and tells when there are too many", async () => {
    const few = await attempt(subject, { answers: ["success"], tags: ["invoice"] });
    assert.deepEqual(few.fake.deliveries[0]?.parsed, { tags: ["invoice"] });
    const many = await attempt(subject, { answers: ["success"], tags: ["x".repeat(1001)] });
    assert.equal(many.fake.deliveries[0]?.parsed, undefined);
    assert.equal(many.report.omitted?.length, 1);
  });
});
