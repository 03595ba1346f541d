import assert from "node:assert/strict";
import { describe, it } from "node:test";
import PostalMime from "postal-mime";
import { smtp2go } from "../../../../core/relay/provider/smtp2go.ts";
import { type FakeApi, type FakeDelivery, jsonResponse } from "../../../support/provider_fake.ts";
import { sampleMimeText } from "../../../support/sample_mime.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const apiKey = "api-40246460336B11E6AA53F23C91285F72";
const requestId = "aa253464-0bd0-467a-b24b-6159dcd7be60";

function taken(succeeded: number, failures: readonly string[] = []): Response {
  const data = { succeeded, failed: failures.length, failures, email_id: "1er8bV-6Tw0Mi-7h" };
  return jsonResponse(200, { request_id: requestId, data });
}

function refusal(status: number, code: string, error: string): Response {
  return jsonResponse(status, { error, error_code: `E_ApiResponseCodes.${code}` });
}

/** From the reference of `POST /email/mime`, the page of response codes, and the guide. */
const api: FakeApi = {
  async receive(request) {
    assert.equal(request.method, "POST");
    assert.equal(request.url, "https://api.smtp2go.com/v3/email/mime");
    assert.equal(request.headers.get("x-smtp2go-api-key"), apiKey);
    assert.equal(request.headers.get("content-type"), "application/json");
    return await read(await request.json());
  },
  answers: {
    success: ({ recipients }) => taken(recipients.length),
    throttled: () => refusal(429, "TOO_MANY_REQUESTS", "Too many requests"),
    temporary: () => refusal(503, "UNAVAILABLE", "Something went wrong"),
    permanent: () => refusal(400, "NON_VALIDATING_IN_PAYLOAD", "The field 'mime_email' is not valid"),
    bad_credentials: () => refusal(401, "ENDPOINT_PERMISSION_DENIED", "No valid API key was provided"),
    error_inside: () => taken(0, ["sender domain is not verified"]),
  },
};

/** It sends to whom the header section names; whether it takes `Bcc` out is not known. */
async function read({ mime_email }: { readonly mime_email: string }): Promise<FakeDelivery> {
  const mime = Uint8Array.from(atob(mime_email), (character) => character.charCodeAt(0));
  const { to = [], cc = [], bcc = [] } = await PostalMime.parse(mime);
  const recipients = [...to, ...cc, ...bcc].flatMap(({ address = "" }) => (address === "" ? [] : [address]));
  return { recipients, sender: null, mime };
}

const subject: ProviderSubject = {
  provider: smtp2go,
  settings: { api_key: apiKey },
  api,
  messageId: "1er8bV-6Tw0Mi-7h",
  retryAfterSeconds: null,
  maxRecipients: 100,
  nullSender: "sent",
  // Without the strangers in To and Cc, who would get the message too.
  compare: ({ mime }) => assert.deepEqual(mime, bytesOf(sampleFor("To: Ann <ann@example.net>\r\n"))),
};

/** The sample message with these fields in the place of To and Cc. */
function sampleFor(fields: string): string {
  return sampleMimeText.replace(/To: Ann[^\r]*\r\nCc: [^\r]*\r\n/, fields);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

testProvider(subject);

describe("smtp2go", () => {
  it("leaves every byte where To and Cc name the recipients and nobody else", async () => {
    const mime = bytesOf(sampleFor("to:  ann@EXAMPLE.net,\r\n (the other) bob@example.net\r\n"));
    const recipients = ["ann@example.net", "bob@example.net"];
    const { fake } = await attempt(subject, { answers: ["success"], mime, recipients });
    assert.deepEqual(
      fake.deliveries.map((delivery) => delivery.mime),
      [mime],
    );
  });

  it("sends to each whom the header section does not name a copy that names nobody else", async () => {
    const recipients = ["ann@example.net", "hidden@example.net", "dan@example.net"];
    const { fake, report } = await attempt(subject, { answers: ["success"], recipients });
    assert.deepEqual(
      fake.deliveries.map((delivery) => delivery.recipients),
      [["ann@example.net"], ["hidden@example.net"], ["dan@example.net"]],
    );
    assert.ok(report.omitted?.includes("mention of 1 others in To or Cc"), report.omitted?.join());
  });

  it("finds recipients for a message that names none", async () => {
    const mime = bytesOf("From: app@example.org\r\n\r\nbody\r\n");
    const { fake } = await attempt(subject, { answers: ["success"], mime });
    assert.deepEqual(fake.deliveries[0]?.recipients, ["ann@example.net"]);
  });

  it("tells of tags and of a null sender, for which it has no place", async () => {
    const { report } = await attempt(subject, { answers: ["success"], tags: ["invoice"], sender: "" });
    assert.ok(report.omitted?.includes("tag invoice") && report.omitted.includes("null sender"));
  });

  it("says why a message was not taken", async () => {
    const { report } = await attempt(subject, { answers: ["error_inside"] });
    assert.match(report.outcomes[0]?.response ?? "", /sender domain is not verified/);
  });

  it("says what is wrong where an error comes with a status of success", async () => {
    const error = { error: "Sender not verified", error_code: "E_ApiResponseCodes.NON_VALIDATING_IN_PAYLOAD" };
    const { outcomes } = await answered(() => jsonResponse(200, { request_id: requestId, data: error }));
    assert.deepEqual(
      outcomes.map(({ result, response }) => [result, response]),
      [1, 2, 3].map(() => ["temporary", "HTTP 200: Sender not verified"]),
    );
  });

  it("tries again those alone whom it names among the failures", async () => {
    const { outcomes } = await answered(() => taken(2, ["Recipient <Bob@example.net>: address is suppressed."]));
    assert.deepEqual(
      outcomes.map(({ result }) => result),
      ["delivered", "temporary", "delivered"],
    );
  });

  it("tries all again where it does not say who failed", async () => {
    for (const words of ["a recipient is suppressed", "jimbob@example.net and bob@example.net.au"]) {
      const { outcomes } = await answered(() => taken(2, [words]));
      assert.ok(outcomes.every(({ result }) => result === "temporary"));
    }
  });

  it("asks the servers of a region", async () => {
    const eu: FakeApi = {
      ...api,
      receive: async (request) => {
        assert.equal(new URL(request.url).host, "eu-api.smtp2go.com");
        return await read(await request.json());
      },
    };
    const settings = { ...subject.settings, region: "eu" };
    const { report } = await attempt({ ...subject, settings, api: eu }, { answers: ["success"] });
    assert.equal(report.outcomes[0]?.result, "delivered");
  });
});

/** What comes of a message to Ann, Bob and Eve that is answered so. */
async function answered(answer: () => Response) {
  const recipients = ["ann@example.net", "bob@example.net", "eve@example.net"];
  const told = { ...subject, api: { ...api, answers: { ...api.answers, success: answer } } };
  const mime = bytesOf(sampleFor(`To: ${recipients.join(", ")}\r\n`));
  const { report } = await attempt(told, { answers: ["success"], mime, recipients });
  return report;
}
