import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sendgrid } from "../../../../core/relay/provider/sendgrid.ts";
import { type FakeApi, type FakeDelivery, jsonResponse } from "../../../support/provider_fake.ts";
import { readBase64, type SeenMessage, sortFields, withoutDate } from "../../../support/seen_message.ts";
import { seenIn, testMapping } from "./mapping_suite.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const apiKey = "SG.ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf09kqeF8tAmbihYzrnopKc";

interface Email {
  readonly email: string;
  readonly name?: string;
}

/** The body of a request, as far as it is used. */
interface MailSend {
  readonly personalizations: readonly { readonly to: Email[]; readonly cc?: Email[]; readonly bcc?: Email[] }[];
  readonly from: Email;
  readonly reply_to_list?: Email[];
  readonly subject: string;
  readonly content: readonly { readonly type: string; readonly value: string }[];
  readonly attachments?: readonly {
    readonly content: string;
    readonly type: string;
    readonly filename: string;
    readonly disposition: string;
    readonly content_id?: string;
  }[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly categories?: readonly string[];
  readonly tracking_settings: Readonly<Record<string, { readonly enable: boolean }>>;
}

function refusal(status: number, message: string): Response {
  return jsonResponse(status, { errors: [{ message, field: null, help: null }] });
}

/** From the reference of the endpoint, its list of errors and its OpenAPI description. */
const api: FakeApi = {
  async receive(request) {
    assert.equal(request.method, "POST");
    assert.equal(request.url, "https://api.sendgrid.com/v3/mail/send");
    assert.equal(request.headers.get("authorization"), `Bearer ${apiKey}`);
    assert.equal(request.headers.get("content-type"), "application/json");
    return read(await request.json());
  },
  answers: {
    success: () => new Response(null, { status: 202, headers: { "x-message-id": "14c5d75ce93.dfd.64b469" } }),
    throttled: () => refusal(429, "too many requests"),
    temporary: () => refusal(503, "The SendGrid v3 Web API is not available."),
    permanent: () => refusal(400, "The from address does not match a verified Sender Identity."),
    bad_credentials: () => refusal(401, "The provided authorization grant is invalid, expired, or revoked"),
    // Sandbox mode: "Your message is valid, but it is not queued to be delivered."
    error_inside: () => new Response(null, { status: 200 }),
  },
};

const reserved =
  /^(?:x-sg-id|x-sg-eid|received|dkim-signature|content-type|content-transfer-encoding|to|from|subject|reply-to|cc|bcc)$/i;

function read(body: MailSend): FakeDelivery {
  const everybody = body.personalizations.flatMap(({ to, cc = [], bcc = [] }) => [...to, ...cc, ...bcc]);
  const recipients = everybody.map(({ email }) => email);
  assert.ok(recipients.length <= 1000, "recipients of a request");
  assert.equal(new Set(recipients).size, recipients.length, "each address once");
  assert.ok(body.personalizations.every(({ to }) => to.length > 0));
  assert.ok(body.subject.length > 0);
  assert.ok(body.content.length > 0 && body.content.every(({ value }) => value.length > 0));
  assert.ok(Object.keys(body.headers ?? {}).every((name) => !reserved.test(name)));
  assert.ok((body.categories ?? []).length <= 10);
  assert.equal(body.tracking_settings.click_tracking?.enable, false, "links stay as they are");
  return { recipients, sender: null, parsed: body.personalizations.map((envelope) => seenBy(body, envelope)) };
}

function seenBy(body: MailSend, { to, cc = [] }: MailSend["personalizations"][number]): SeenMessage {
  const files = (body.attachments ?? []).map(({ content, type, filename, disposition, content_id }) => {
    assert.doesNotMatch(type, /[;\r\n]/);
    assert.match(disposition, /^(?:inline|attachment)$/);
    assert.notEqual(content, "");
    return { filename, mediaType: type, contentId: content_id ?? null, content: readBase64(content) };
  });
  return {
    from: asMailbox(body.from),
    replyTo: (body.reply_to_list ?? []).map(asMailbox),
    to: to.map(asMailbox),
    cc: cc.map(asMailbox),
    subject: body.subject,
    text: body.content.find(({ type }) => type === "text/plain")?.value ?? null,
    html: body.content.find(({ type }) => type === "text/html")?.value ?? null,
    headers: sortFields(Object.entries(body.headers ?? {})),
    files,
  };
}

function asMailbox({ email, name = "" }: Email) {
  return { name, address: email };
}

const subject: ProviderSubject = {
  provider: sendgrid,
  settings: { api_key: apiKey },
  api,
  messageId: "14c5d75ce93.dfd.64b469",
  retryAfterSeconds: null,
  maxRecipients: 1000,
  nullSender: "sent",
  compare: ({ parsed }) => assert.equal((parsed as SeenMessage[])[0]?.subject, "Grüße"),
};

testProvider(subject);
testMapping({
  subject,
  asSent: withoutDate,
  omitted: ["header Date", "charset=utf-8 of file figures.csv"],
  command: "X-SMTPAPI",
});

describe("sendgrid", () => {
  it("asks the servers of the region eu", async () => {
    const eu: FakeApi = {
      ...api,
      receive: async (request) => {
        assert.equal(request.url, "https://api.eu.sendgrid.com/v3/mail/send");
        return read(await request.json());
      },
    };
    const settings = { ...subject.settings, region: "eu" };
    const { report } = await attempt({ ...subject, settings, api: eu }, { answers: ["success"] });
    assert.equal(report.outcomes[0]?.result, "delivered");
  });

  it("sends tags as categories, ten of them, and names the others", async () => {
    const bodies: MailSend[] = [];
    const spy: FakeApi = {
      ...api,
      receive: async (request) => {
        bodies.push(await request.clone().json());
        return api.receive(request);
      },
    };
    const tags = Array.from({ length: 11 }, (_, index) => `tag ${index}`);
    const { report } = await attempt({ ...subject, api: spy }, { answers: ["success"], tags });
    assert.deepEqual(bodies[0]?.categories, tags.slice(0, 10));
    assert.ok(report.omitted?.includes("tag tag 10"));
  });

  it("puts those who must not see each other into one request", async () => {
    const recipients = ["one@example.net", "two@example.net"];
    const attempted = await attempt(subject, { answers: ["success"], recipients });
    assert.equal(attempted.fake.deliveries.length, 1);
    assert.deepEqual(
      seenIn(attempted).map(({ to }) => to.map(({ address }) => address)),
      [["one@example.net"], ["two@example.net"]],
    );
  });
});
