import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { maileroo } from "../../../../core/relay/provider/maileroo.ts";
import { type FakeApi, type FakeDelivery, jsonResponse } from "../../../support/provider_fake.ts";
import { readBase64, type SeenMessage, sortFields, withoutDate } from "../../../support/seen_message.ts";
import { bytesOf } from "../../mail/message_text.ts";
import { seenIn, testMapping } from "./mapping_suite.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const sendingKey = "3f2a6d1b7e906b1c2f0e7a4d4c539a35";
const messageId = "66a3f7d6b1c2f0e7a4d4c539";

interface Email {
  readonly address: string;
  readonly display_name?: string;
}

/** The body of a request, as far as it is used. */
interface BasicEmail {
  readonly from: Email;
  readonly to: readonly Email[];
  readonly cc?: readonly Email[];
  readonly bcc?: readonly Email[];
  readonly reply_to?: readonly Email[];
  readonly subject: string;
  readonly html?: string;
  readonly plain?: string;
  readonly tracking?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments?: readonly {
    readonly file_name: string;
    readonly content_type: string;
    readonly content: string;
    readonly inline: boolean;
  }[];
}

function refusal(status: number, message: string): Response {
  return jsonResponse(status, { success: false, message });
}

/** From the reference of the endpoint, its appendix, and the client library for Node. */
const api: FakeApi = {
  async receive(request) {
    assert.equal(request.method, "POST");
    assert.equal(request.url, "https://smtp.maileroo.com/api/v2/emails");
    assert.equal(request.headers.get("authorization"), `Bearer ${sendingKey}`);
    assert.equal(request.headers.get("content-type"), "application/json");
    return read(await request.json());
  },
  answers: {
    success: () =>
      jsonResponse(200, { success: true, message: "The email was queued.", data: { reference_id: messageId } }),
    throttled: () => refusal(429, "Rate limit exceeded."),
    temporary: () => refusal(500, "An internal server error occurred."),
    permanent: () => refusal(400, "The from address is not of a verified domain."),
    bad_credentials: () => refusal(401, "The sending key is invalid."),
    error_inside: () => refusal(200, "The email could not be queued."),
  },
};

function read(body: BasicEmail): FakeDelivery {
  const everybody = [...body.to, ...(body.cc ?? []), ...(body.bcc ?? [])];
  assert.ok(body.to.length > 0);
  assert.ok(everybody.every(({ display_name: name }) => name === undefined || name.trim() !== ""));
  assert.ok(body.subject.trim() !== "" && body.subject.length <= 255);
  assert.ok(body.html !== undefined || body.plain !== undefined);
  assert.equal(body.tracking, false, "links stay as they are");
  for (const [key, value] of Object.entries({ ...body.tags, ...body.headers })) {
    assert.ok(key.length <= 128 && value.length <= 768, key);
  }
  return { recipients: everybody.map(({ address }) => address), sender: null, parsed: [seenBy(body)] };
}

/** The HTML refers to an inline file by its name; without a text, one would be made from the HTML. */
function seenBy(body: BasicEmail): SeenMessage {
  return {
    from: asMailbox(body.from),
    replyTo: (body.reply_to ?? []).map(asMailbox),
    to: body.to.map(asMailbox),
    cc: (body.cc ?? []).map(asMailbox),
    subject: body.subject,
    text: body.plain ?? "made from the HTML",
    html: body.html ?? null,
    headers: sortFields(Object.entries(body.headers ?? {})),
    files: (body.attachments ?? []).map(({ file_name, content_type, content, inline }) => {
      assert.notEqual(content, "");
      return {
        filename: file_name,
        mediaType: content_type.split(";", 1)[0]!,
        contentId: inline ? file_name : null,
        content: readBase64(content),
      };
    }),
  };
}

function asMailbox({ address, display_name = "" }: Email) {
  return { name: display_name, address };
}

const subject: ProviderSubject = {
  provider: maileroo,
  settings: { sending_key: sendingKey },
  api,
  messageId,
  retryAfterSeconds: null,
  maxRecipients: 50,
  nullSender: "sent",
  compare: ({ parsed }) => assert.equal((parsed as SeenMessage[])[0]?.subject, "Grüße"),
};

testProvider(subject);
testMapping({
  subject,
  asSent: (seen) => ({
    ...withoutDate(seen),
    files: seen.files.map((file) => ({ ...file, filename: file.contentId ?? file.filename })),
  }),
  omitted: ["header Date", "name of inline file logo.png"],
});

describe("maileroo", () => {
  it("cuts off a long subject and leaves out a long header, and says so", async () => {
    const text = `From: a@example.org\r\nSubject: ${"s".repeat(256)}\r\nX-Long: ${"x".repeat(769)}\r\n\r\nx\r\n`;
    const attempted = await attempt(subject, { answers: ["success"], mime: bytesOf(text) });
    assert.equal(seenIn(attempted)[0]?.subject, "s".repeat(255));
    assert.deepEqual(attempted.report.omitted, ["the end of a long subject", "header X-Long"]);
  });

  it("makes no text from HTML that came without one", async () => {
    const text = "From: a@example.org\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n";
    const attempted = await attempt(subject, { answers: ["success"], mime: bytesOf(text) });
    assert.deepEqual([seenIn(attempted)[0]?.text, seenIn(attempted)[0]?.html], ["", "<p>x</p>"]);
  });

  it("numbers the tags", async () => {
    const bodies: BasicEmail[] = [];
    const spy: FakeApi = {
      ...api,
      receive: async (request) => {
        bodies.push(await request.clone().json());
        return await api.receive(request);
      },
    };
    await attempt({ ...subject, api: spy }, { answers: ["success"], tags: ["invoice", "Ä b"] });
    assert.deepEqual(bodies[0]?.tags, { tag_1: "invoice", tag_2: "Ä b" });
  });
});
