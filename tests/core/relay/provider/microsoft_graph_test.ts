import assert from "node:assert/strict";
import { describe, it } from "node:test";
import PostalMime from "postal-mime";
import { AccessTokens } from "../../../../core/relay/oauth/access_tokens.ts";
import { microsoftGraph } from "../../../../core/relay/provider/microsoft_graph.ts";
import { FakeTokenEndpoint, microsoftClient } from "../../../support/fake_token_endpoint.ts";
import { ManualClock } from "../../../support/manual_clock.ts";
import { type FakeApi, type FakeDelivery, jsonResponse } from "../../../support/provider_fake.ts";
import { type Attempted, attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const requestId = "e5e34d0d-7de9-4c5e-a8a2-8a6a1ea3b1a9";

function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  const innerError = { date: "2026-11-23T12:00:00", "request-id": requestId, "client-request-id": requestId };
  return jsonResponse(status, { error: { code, message, innerError } }, headers);
}

const badToken = () => refusal(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.");

/** From the reference of sendMail, of Graph's errors, and of its throttling. */
const api: FakeApi = {
  async receive(request) {
    assert.equal(request.method, "POST");
    assert.equal(request.url, "https://graph.microsoft.com/v1.0/users/scanner%2B1%40contoso.example/sendMail");
    assert.match(request.headers.get("authorization") ?? "", /^Bearer token-\d+$/);
    assert.equal(request.headers.get("content-type"), "text/plain");
    return await read(await request.text());
  },
  answers: {
    success: () => new Response(null, { status: 202, headers: { "request-id": requestId } }),
    throttled: () => refusal(429, "TooManyRequests", "Please retry after 10 seconds.", { "retry-after": "10" }),
    temporary: () => refusal(503, "serviceNotAvailable", "The service is temporarily unavailable."),
    permanent: () => refusal(400, "ErrorInvalidRecipients", "At least one recipient isn't valid."),
    bad_credentials: badToken,
  },
};

/** Exchange sends to whom the header section names, and takes `Bcc` out of what they get. */
async function read(body: string): Promise<FakeDelivery> {
  assert.ok(body.length <= 4 * 1024 * 1024, "a request has 4 MB at most");
  assert.match(body, /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
  const submitted = Buffer.from(body, "base64");
  const { to = [], cc = [], bcc = [] } = await PostalMime.parse(submitted);
  const recipients = [...to, ...cc, ...bcc].flatMap(({ address = "" }) => (address === "" ? [] : [address]));
  return { recipients, sender: null, mime: withoutFields(submitted.toString("latin1"), /^Bcc:/i) };
}

function withoutFields(text: string, name: RegExp): Uint8Array {
  const end = text.indexOf("\r\n\r\n") + 2;
  const fields = text.slice(0, end).match(/[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*/g) ?? [];
  return Buffer.from(fields.filter((field) => !name.test(field)).join("") + text.slice(end), "latin1");
}

function newTokens(endpoint = new FakeTokenEndpoint()): AccessTokens {
  return new AccessTokens({ fetch: endpoint.fetch, clock: new ManualClock() });
}

const subject: ProviderSubject = {
  provider: microsoftGraph,
  settings: { ...microsoftClient, mailbox: "scanner+1@contoso.example" },
  api,
  messageId: requestId,
  retryAfterSeconds: 10,
  maxRecipients: 500,
  nullSender: "sent",
  tokens: newTokens(),
  // Without the strangers in To and Cc, who would get the message too.
  compare: ({ mime }, submitted) => {
    const arrived = Buffer.from(mime!).toString("latin1");
    assert.deepEqual(
      withoutFields(arrived, /^(?:To|Cc):/),
      withoutFields(Buffer.from(submitted).toString("latin1"), /^(?:To|Cc):/),
    );
    assert.ok(arrived.includes("\r\nTo: Ann <ann@example.net>\r\nSubject:"), arrived.slice(0, 400));
  },
};

testProvider(subject);

/** Sends a message with these fields. */
function send(fields: readonly string[], recipients: readonly string[]): Promise<Attempted> {
  const text = [...fields, "Subject: x", "", "body", ""].join("\r\n");
  return attempt(subject, { answers: ["success"], recipients, mime: new TextEncoder().encode(text) });
}

describe("microsoft-graph", () => {
  it("leaves every byte where To and Cc name the recipients and nobody else", async () => {
    const fields = [
      "to:  ann@EXAMPLE.net ,\r\n\t(the other one) bob@example.net",
      "CC: =?utf-8?q?Ev=C3=A4?= <eve@x.org>",
    ];
    const recipients = ["ann@example.net", "bob@example.net", "eve@x.org"];
    const { fake, report } = await send(fields, recipients);
    const [sent] = fake.deliveries;
    assert.equal(Buffer.from(sent!.mime!).toString(), `${fields.join("\r\n")}\r\nSubject: x\r\n\r\nbody\r\n`);
    assert.equal(report.omitted, undefined);
  });

  it("sends to nobody whom Bcc, Resent fields or a second To name, and says what it left out", async () => {
    const fields = [
      "Bcc: old@x.org,\r\n older@x.org",
      "To: ann@example.net",
      "To: bob@example.net, stranger@x.org",
      "Resent-To: again@x.org",
      "Resent-Bcc: secretly@x.org",
    ];
    const { fake, report } = await send(fields, ["ann@example.net", "bob@example.net", "hidden@x.org"]);
    const [sent] = fake.deliveries;
    assert.deepEqual(sent?.recipients.toSorted(), ["ann@example.net", "bob@example.net", "hidden@x.org"]);
    const arrived = "To: ann@example.net, bob@example.net\r\nSubject: x\r\n\r\nbody\r\n";
    assert.equal(Buffer.from(sent!.mime!).toString(), arrived);
    assert.deepEqual(report.omitted, [
      "mention of stranger@x.org in To or Cc",
      "header resent-to",
      "header resent-bcc",
    ]);
  });

  it("says that the null sender could not be kept", async () => {
    const { report } = await attempt(subject, { answers: ["success"], sender: "" });
    assert.ok(report.omitted?.includes("null sender"));
  });

  it("gets a new token, once, when Graph refuses the one it has", async () => {
    const endpoint = new FakeTokenEndpoint();
    const options = { ...subject, tokens: newTokens(endpoint) };
    const { report, fake } = await attempt(options, { answers: ["bad_credentials", "success"] });
    assert.equal(report.outcomes[0]?.result, "delivered");
    assert.equal(endpoint.issued, 2);
    assert.equal(fake.headers[1]?.get("authorization"), "Bearer token-2");
    const again = await attempt(options, { answers: ["bad_credentials"] });
    assert.deepEqual(again.report.outcomes[0], {
      address: "ann@example.net",
      result: "permanent",
      response: "HTTP 401: InvalidAuthenticationToken: Access token has expired or is not yet valid.",
    });
    assert.equal(endpoint.issued, 3);
  });

  it("asks for a token for Graph", async () => {
    const endpoint = new FakeTokenEndpoint();
    await attempt({ ...subject, tokens: newTokens(endpoint) }, { answers: ["success"] });
    assert.equal(endpoint.requests[0]?.get("scope"), "https://graph.microsoft.com/.default");
  });

  it("asks the Graph of another cloud, for a token from there", async () => {
    const endpoint = new FakeTokenEndpoint();
    let asked = "";
    const authority = "https://login.microsoftonline.us";
    const settings = { ...subject.settings, authority, endpoint: "https://graph.microsoft.us" };
    const elsewhere: FakeApi = {
      ...api,
      receive: async (request) => {
        asked = new URL(request.url).host;
        return read(await request.text());
      },
    };
    const fetch = (request: Request) => {
      assert.equal(new URL(request.url).host, "login.microsoftonline.us");
      return endpoint.fetch(request);
    };
    const tokens = new AccessTokens({ fetch, clock: new ManualClock() });
    await attempt({ ...subject, settings, tokens, api: elsewhere }, { answers: ["success"] });
    assert.equal(asked, "graph.microsoft.us");
    assert.equal(endpoint.requests[0]?.get("scope"), "https://graph.microsoft.us/.default");
  });

  it("fails for good, in Microsoft's words, where the application's secret is wrong", async () => {
    const endpoint = new FakeTokenEndpoint();
    endpoint.mood = "bad_secret";
    const { report, fake } = await attempt({ ...subject, tokens: newTokens(endpoint) }, { answers: ["success"] });
    assert.equal(report.outcomes[0]?.result, "permanent");
    assert.match(report.outcomes[0]?.response ?? "", /AADSTS7000215: Invalid client secret provided/);
    assert.ok(!JSON.stringify(report).includes(microsoftClient.client_secret));
    assert.equal(fake.deliveries.length, 0);
  });

  it("tries again later where no token is to be had for now", async () => {
    const endpoint = new FakeTokenEndpoint();
    endpoint.mood = "throttled";
    const { report } = await attempt({ ...subject, tokens: newTokens(endpoint) }, { answers: ["success"] });
    assert.equal(report.outcomes[0]?.result, "temporary");
    assert.equal(report.retryAfterSeconds, 17);
  });

  it("takes no tenant and no mailbox that would change the address of a request", () => {
    for (const [setting, text] of [
      ["tenant", ".."],
      ["tenant", "contoso.example/oauth2"],
      ["tenant", ""],
      ["mailbox", ".."],
      ["mailbox", "scanner @contoso.example"],
      ["mailbox", `${"x".repeat(320)}@contoso.example`],
    ] as const) {
      assert.ok("rule" in microsoftGraph.settings[setting]!.codec.fromText(text), text);
    }
  });

  it("takes a limit of the mailbox for temporary, whatever the status", async () => {
    const full = refusal(403, "ErrorExceededMessageLimit", "The message can't be sent right now.");
    const limited = { ...api, answers: { ...api.answers, permanent: () => full } };
    const { report } = await attempt({ ...subject, api: limited }, { answers: ["permanent"] });
    assert.equal(report.outcomes[0]?.result, "temporary");
  });
});
