import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resend } from "../../../../core/relay/provider/resend.ts";
import { type FakeApi, type FakeDelivery, jsonResponse } from "../../../support/provider_fake.ts";
import { readBase64, readMailboxes, type SeenMessage, sortFields, withoutDate } from "../../../support/seen_message.ts";
import { bytesOf } from "../../mail/message_text.ts";
import { seenIn, testMapping } from "./mapping_suite.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const apiKey = "re_c1tpEyD8_NKFusih9vKVQknRAQfmFcWCv";
const messageId = "49a3999c-0ce1-4ea6-ab68-afcd6dc2e794";

/** The body of a request, as far as it is used. */
interface Email {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly reply_to?: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tags?: readonly { readonly name: string; readonly value: string }[];
  readonly attachments?: readonly {
    readonly filename: string;
    readonly content: string;
    readonly content_type?: string;
    readonly content_id?: string;
  }[];
}

function refusal(status: number, name: string, message: string, headers: Record<string, string> = {}): Response {
  return jsonResponse(status, { statusCode: status, name, message }, headers);
}

/** From the reference of the endpoint, its OpenAPI description, and the list of errors. */
const api: FakeApi = {
  async receive(request) {
    assert.equal(request.method, "POST");
    assert.equal(request.url, "https://api.resend.com/emails");
    assert.equal(request.headers.get("authorization"), `Bearer ${apiKey}`);
    assert.equal(request.headers.get("content-type"), "application/json");
    assert.match(request.headers.get("idempotency-key") ?? "", /^spl_[\da-f]{32}\/.{1,200}$/);
    return read(await request.json());
  },
  answers: {
    success: () => jsonResponse(200, { id: messageId }),
    throttled: () => refusal(429, "rate_limit_exceeded", "Too many requests.", { "retry-after": "1" }),
    temporary: () => refusal(500, "internal_server_error", "An unexpected error occurred."),
    permanent: () => refusal(422, "validation_error", "Invalid `from` field."),
    bad_credentials: () => refusal(403, "invalid_api_key", "API key is invalid."),
  },
};

const types: Readonly<Record<string, string>> = { png: "image/png", csv: "text/csv", pdf: "application/pdf" };

function typeByName(filename: string): string {
  return types[filename.split(".").at(-1) ?? ""] ?? "application/octet-stream";
}

function read(body: Email): FakeDelivery {
  const everybody = [...body.to, ...(body.cc ?? []), ...(body.bcc ?? [])].flatMap(readMailboxes);
  assert.ok(body.to.length > 0 && everybody.length <= 50);
  assert.ok(body.subject.length > 0);
  assert.ok(`${body.text ?? ""}${body.html ?? ""}`.trim() !== "");
  for (const { name, value } of body.tags ?? []) {
    assert.match(name, /^[A-Za-z0-9_-]{1,256}$/);
    assert.match(value, /^[A-Za-z0-9_-]{1,256}$/);
  }
  return { recipients: everybody.map(({ address }) => address), sender: null, parsed: [seenBy(body)] };
}

/** The type of a file is told by its name, where it is not given; the two must not contradict each other. */
function seenBy(body: Email): SeenMessage {
  const files = (body.attachments ?? []).map(({ filename, content, content_type, content_id }) => {
    const mediaType = content_type?.split(";", 1)[0] ?? typeByName(filename);
    if (content_type !== undefined && filename.includes(".")) assert.equal(mediaType, typeByName(filename));
    return { filename, mediaType, contentId: content_id ?? null, content: readBase64(content) };
  });
  return {
    from: readMailboxes(body.from)[0]!,
    replyTo: (body.reply_to ?? []).flatMap(readMailboxes),
    to: body.to.flatMap(readMailboxes),
    cc: (body.cc ?? []).flatMap(readMailboxes),
    subject: body.subject,
    text: body.text ?? null,
    html: body.html ?? null,
    headers: sortFields(Object.entries(body.headers ?? {})),
    files,
  };
}

const subject: ProviderSubject = {
  provider: resend,
  settings: { api_key: apiKey },
  api,
  messageId,
  retryAfterSeconds: 1,
  maxRecipients: 50,
  nullSender: "sent",
  compare: ({ parsed }) => assert.equal((parsed as SeenMessage[])[0]?.subject, "Grüße"),
};

testProvider(subject);
testMapping({ subject, asSent: withoutDate, omitted: ["header Date"], command: "Resend-Idempotency-Key" });

async function keyOf(recipients: readonly string[]): Promise<string | null> {
  const { fake } = await attempt(subject, { answers: ["temporary"], recipients });
  return fake.headers[0]?.get("idempotency-key") ?? null;
}

describe("resend", () => {
  it("names a repeated request as it named the first, and another one otherwise", async () => {
    const first = await keyOf(["ann@example.net"]);
    assert.equal(await keyOf(["ann@example.net"]), first);
    assert.notEqual(await keyOf(["bob@example.net"]), first);
  });

  it("tries again while the first request of that name is under way", async () => {
    const answers = { ...api.answers, permanent: () => refusal(409, "concurrent_idempotent_requests", "Under way.") };
    const { report } = await attempt({ ...subject, api: { ...api, answers } }, { answers: ["permanent"] });
    assert.equal(report.outcomes[0]?.result, "temporary");
  });

  it("sends the tags that it may, and names the others", async () => {
    const bodies: Email[] = [];
    const spy: FakeApi = {
      ...api,
      receive: async (request) => {
        bodies.push(await request.clone().json());
        return await api.receive(request);
      },
    };
    const { report } = await attempt({ ...subject, api: spy }, { answers: ["success"], tags: ["a-1", "ä", "b_2"] });
    assert.deepEqual(bodies[0]?.tags, [
      { name: "tag_1", value: "a-1" },
      { name: "tag_2", value: "b_2" },
    ]);
    assert.ok(report.omitted?.includes("tag ä"));
  });

  it("leaves a type to be told by the file's name where the two differ, and says so", async () => {
    const text =
      "From: a@example.org\r\nTo: ann@example.net\r\nContent-Type: application/x-scan; name=scan.pdf\r\n\r\n%PDF\r\n";
    const attempted = await attempt(subject, { answers: ["success"], mime: bytesOf(text) });
    assert.equal(seenIn(attempted)[0]?.files[0]?.mediaType, "application/pdf");
    assert.ok(attempted.report.omitted?.includes("type application/x-scan of file scan.pdf"));
  });
});
