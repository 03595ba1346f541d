import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { postmark } from "../../../../core/relay/provider/postmark.ts";
import { type FakeApi, type FakeDelivery, jsonResponse } from "../../../support/provider_fake.ts";
import { readBase64, readMailboxes, type SeenMessage, sortFields, withoutDate } from "../../../support/seen_message.ts";
import { bytesOf } from "../../mail/message_text.ts";
import { testMapping } from "./mapping_suite.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const token = "6b1c2f0e-7a4d-4c53-9a35-3f2a6d1b7e90";
const messageId = "0a129aee-e1cd-480d-b08d-4f48548ff48d";

/** The body of a request, as far as it is used. */
interface Email {
  readonly From: string;
  readonly To?: string;
  readonly Cc?: string;
  readonly Bcc?: string;
  readonly ReplyTo?: string;
  readonly Subject?: string;
  readonly TextBody?: string;
  readonly HtmlBody?: string;
  readonly Tag?: string;
  readonly Headers?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Attachments?: readonly {
    readonly Name: string;
    readonly Content: string;
    readonly ContentType: string;
    readonly ContentID?: string;
  }[];
  readonly MessageStream?: string;
  readonly TrackOpens?: boolean;
  readonly TrackLinks?: string;
}

function refusal(status: number, code: number, message: string): Response {
  return jsonResponse(status, { ErrorCode: code, Message: message });
}

function success(message = "OK"): Response {
  return jsonResponse(200, {
    To: "receiver@example.com",
    SubmittedAt: "2014-02-17T07:25:01.4178645-05:00",
    MessageID: messageId,
    ErrorCode: 0,
    Message: message,
  });
}

/** From the reference of the endpoint, the overview of the API and its list of errors. */
const api: FakeApi = {
  async receive(request) {
    assert.equal(request.method, "POST");
    assert.equal(request.url, "https://api.postmarkapp.com/email");
    assert.equal(request.headers.get("x-postmark-server-token"), token);
    assert.equal(request.headers.get("content-type"), "application/json");
    assert.equal(request.headers.get("accept"), "application/json");
    return read(await request.json());
  },
  answers: {
    success: () => success(),
    throttled: () => refusal(429, 429, "Rate limit exceeded"),
    temporary: () => refusal(503, 100, "Maintenance"),
    permanent: () => refusal(422, 400, "The 'From' address you supplied is not a Sender Signature on your account."),
    bad_credentials: () => refusal(401, 10, "The Server Token you provided in the request was invalid."),
    error_inside: () => refusal(200, 405, "Not allowed to send: you ran out of credits"),
  },
};

function read(body: Email): FakeDelivery {
  const everybody = [body.To, body.Cc, body.Bcc].flatMap(readMailboxes);
  assert.ok(everybody.length > 0 && everybody.length <= 50, "recipients of a request");
  assert.ok(`${body.TextBody ?? ""}${body.HtmlBody ?? ""}`.trim() !== "", "the message body cannot be empty");
  assert.equal(body.TrackOpens, false);
  assert.equal(body.TrackLinks, "None", "links stay as they are");
  return { recipients: everybody.map(({ address }) => address), sender: null, parsed: [seenBy(body)] };
}

/** A `Message-ID` is replaced unless it is to be kept; fields for Postmark itself go no further. */
function seenBy(body: Email): SeenMessage {
  const fields = (body.Headers ?? []).map(({ Name, Value }) => [Name, Value] as const);
  assert.ok(fields.every(([name]) => !/^x-pm-/i.test(name) || name === "X-PM-KeepID"));
  // "Header 'Date' not allowed." and so for the others.
  assert.ok(fields.every(([name]) => !/^(?:date|sender|from|to|cc|bcc|reply-to|subject)$/i.test(name)));
  const isKept = fields.some(([name, value]) => name === "X-PM-KeepID" && value === "true");
  const sent = fields.filter(([name]) => !/^x-pm-/i.test(name) && (isKept || name.toLowerCase() !== "message-id"));
  return {
    from: readMailboxes(body.From)[0]!,
    replyTo: readMailboxes(body.ReplyTo),
    to: readMailboxes(body.To),
    cc: readMailboxes(body.Cc),
    subject: body.Subject ?? "",
    text: body.TextBody ?? null,
    html: body.HtmlBody ?? null,
    headers: sortFields(sent),
    files: (body.Attachments ?? []).map(({ Name, Content, ContentType, ContentID }) => ({
      filename: Name,
      mediaType: ContentType.split(";", 1)[0]!,
      contentId: ContentID?.replace(/^cid:/, "") ?? null,
      content: readBase64(Content),
    })),
  };
}

const subject: ProviderSubject = {
  provider: postmark,
  settings: { server_token: token },
  api,
  messageId,
  retryAfterSeconds: null,
  maxRecipients: 50,
  nullSender: "sent",
  compare: ({ parsed }) => assert.equal((parsed as SeenMessage[])[0]?.subject, "Grüße"),
};

testProvider(subject);
testMapping({ subject, asSent: withoutDate, omitted: ["header Date"], command: "X-PM-Message-Stream" });

/** Requests as they arrive, of an API that answers so. */
async function sendTo(answer: () => Response, options: Partial<Parameters<typeof attempt>[1]>, settings = {}) {
  const bodies: Email[] = [];
  const spy: FakeApi = {
    answers: { ...api.answers, permanent: answer },
    receive: async (request) => {
      bodies.push(await request.clone().json());
      return await api.receive(request);
    },
  };
  const told = { ...subject, api: spy, settings: { ...subject.settings, ...settings } };
  const { report } = await attempt(told, { answers: ["permanent"], ...options });
  return { bodies, report };
}

describe("postmark", () => {
  it("sends through the message stream that is set, by default the transactional one", async () => {
    assert.equal((await sendTo(() => success(), {})).bodies[0]?.MessageStream, "outbound");
    const { bodies } = await sendTo(() => success(), {}, { message_stream: "alerts" });
    assert.equal(bodies[0]?.MessageStream, "alerts");
  });

  it("sends one tag, and names the others", async () => {
    const { bodies, report } = await sendTo(() => success(), { tags: ["one", "two"] });
    assert.equal(bodies[0]?.Tag, "one");
    assert.ok(report.omitted?.includes("tag two"));
  });

  it("sends no field for which Postmark refuses the message", async () => {
    const text = "From: a@example.org\r\nSender: b@example.org\r\nResent-Date: x\r\nX-Other: y\r\n\r\nx\r\n";
    const { bodies, report } = await sendTo(() => success(), { mime: bytesOf(text) });
    assert.deepEqual(bodies[0]?.Headers, [{ Name: "X-Other", Value: "y" }]);
    assert.deepEqual(report.omitted, ["header Sender", "header Resent-Date"]);
  });

  it("fails for good only those whom Postmark knows to be inactive", async () => {
    const recipients = ["Ann@example.net", "bob@example.net"];
    const words =
      "Message OK, but will not deliver to these inactive addresses: ann@example.net. Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual suppression.";
    const { report } = await sendTo(() => success(words), { recipients });
    assert.deepEqual(
      report.outcomes.map(({ result }) => result),
      ["permanent", "delivered"],
    );
  });

  it("fails for good those whom Postmark names and says no more of", async () => {
    const recipients = ["ann@example.net", "bob@example.net", "eve@example.net"];
    const words = "Message OK, but will not deliver to these inactive addresses: ann@example.net, bob@example.net";
    for (const end of ["", "."]) {
      const { report } = await sendTo(() => success(words + end), { recipients });
      assert.deepEqual(
        report.outcomes.map(({ result }) => result),
        ["permanent", "permanent", "delivered"],
      );
    }
  });

  it("tries the others again when one recipient has the whole message refused", async () => {
    const recipients = ["ann@example.net", "bob@example.net"];
    const words = "Invalid 'To' address: 'ann@example.net'.";
    const { report } = await sendTo(() => refusal(422, 300, words), { recipients });
    assert.deepEqual(
      report.outcomes.map(({ result }) => result),
      ["permanent", "temporary"],
    );
    const alone = await sendTo(() => refusal(422, 300, words), { recipients: ["ann@example.net"] });
    assert.equal(alone.report.outcomes[0]?.result, "permanent");
  });

  it("takes a delay of the service for delivered, and maintenance for temporary whatever the status", async () => {
    const delayed = () =>
      jsonResponse(200, { MessageID: messageId, Message: "Message accepted, but delivery may be delayed." });
    assert.equal((await sendTo(delayed, {})).report.outcomes[0]?.result, "delivered");
    const maintenance = () => refusal(422, 100, "Maintenance");
    assert.equal((await sendTo(maintenance, {})).report.outcomes[0]?.result, "temporary");
  });
});
