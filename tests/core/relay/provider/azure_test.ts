import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { describe, it } from "node:test";
import type { HttpSurroundings } from "../../../../core/relay/http/http_api.ts";
import { azure } from "../../../../core/relay/provider/azure.ts";
import { type FakeApi, type FakeDelivery, jsonResponse } from "../../../support/provider_fake.ts";
import { readBase64, type SeenMessage, sortFields } from "../../../support/seen_message.ts";
import { bytesOf } from "../../mail/message_text.ts";
import { testMapping } from "./mapping_suite.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const accessKey = "c2FtcGxlIGtleSBvZiBhIHJlc291cmNlLCA0OCBieXRlcyBhdCBsZWFzdCE=";
const operationId = "8540c0de-899f-5cce-acb5-3ec493af3800";
const origin = "https://contoso.westus.communications.azure.com";

interface Person {
  readonly address: string;
  readonly displayName?: string;
}

/** `EmailMessage` of the API's OpenAPI description, 2025-09-01. */
interface EmailMessage {
  readonly headers?: Readonly<Record<string, string>>;
  readonly senderAddress: string;
  readonly content: { readonly subject: string; readonly plainText?: string; readonly html?: string };
  readonly recipients: { readonly to: Person[]; readonly cc?: Person[]; readonly bcc?: Person[] };
  readonly attachments?: readonly {
    readonly name: string;
    readonly contentType: string;
    readonly contentInBase64: string;
    readonly contentId?: string;
  }[];
  readonly replyTo?: Person[];
  readonly userEngagementTrackingDisabled?: boolean;
}

/** As the tutorial on signing has it, by another implementation of HMAC. */
async function verifySignature(request: Request): Promise<void> {
  const { host, pathname, search } = new URL(request.url);
  const date = request.headers.get("x-ms-date") ?? "";
  assert.equal(new Date(date).toUTCString(), date);
  const content = Buffer.from(await request.clone().arrayBuffer());
  const contentHash = createHash("sha256").update(content).digest("base64");
  assert.equal(request.headers.get("x-ms-content-sha256"), contentHash);
  const text = `${request.method}\n${pathname}${search}\n${date};${host};${contentHash}`;
  const signature = createHmac("sha256", Buffer.from(accessKey, "base64")).update(text).digest("base64");
  assert.equal(
    request.headers.get("authorization"),
    `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`,
  );
}

function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  return jsonResponse(status, { error: { code, message } }, { "x-ms-error-code": code, ...headers });
}

function accepted(status: string, headers: Record<string, string> = {}, error?: object): Response {
  const location = `${origin}/emails/operations/${operationId}?api-version=2025-09-01`;
  return jsonResponse(202, { id: operationId, status, error }, { "operation-location": location, ...headers });
}

const dropped = { code: "EmailDropped", message: "Email was dropped after several attempts to deliver." };

/** From the API's OpenAPI description and its examples. */
const api: FakeApi = {
  async receive(request) {
    assert.equal(request.method, "POST");
    assert.equal(request.url, `${origin}/emails:send?api-version=2025-09-01`);
    assert.equal(request.headers.get("content-type"), "application/json");
    assert.match(
      request.headers.get("operation-id") ?? "",
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    await verifySignature(request);
    return read(await request.json());
  },
  answers: {
    success: () => accepted("Succeeded"),
    throttled: () => refusal(429, "TooManyRequests", "Slow down.", { "retry-after": "34" }),
    temporary: () => refusal(503, "ServiceUnavailable", "Try again."),
    permanent: () => refusal(404, "DomainNotLinked", "The specified sender domain has not been linked."),
    bad_credentials: () => refusal(401, "Denied", "Denied by the resource provider."),
    error_inside: () => accepted("Failed", {}, dropped),
  },
};

function read(body: EmailMessage): FakeDelivery {
  const { recipients, headers = {} } = body;
  const everybody = [...recipients.to, ...(recipients.cc ?? []), ...(recipients.bcc ?? [])];
  assert.ok(everybody.length > 0 && everybody.length <= 50, "recipients of a request");
  assert.ok(Object.keys(headers).every((name) => !/^x-ms-/i.test(name)));
  assert.equal(body.userEngagementTrackingDisabled, true, "links stay as they are");
  assert.ok(body.content.subject.length > 0);
  assert.ok((body.content.plainText ?? body.content.html ?? "").length > 0);
  return { recipients: everybody.map(({ address }) => address), sender: null, parsed: [seenBy(body)] };
}

function seenBy({
  senderAddress,
  replyTo = [],
  recipients,
  content,
  headers = {},
  attachments = [],
}: EmailMessage): SeenMessage {
  return {
    from: { name: "", address: senderAddress },
    replyTo: replyTo.map(asMailbox),
    to: recipients.to.map(asMailbox),
    cc: (recipients.cc ?? []).map(asMailbox),
    subject: content.subject,
    text: content.plainText ?? null,
    html: content.html ?? null,
    headers: sortFields(Object.entries(headers)),
    files: attachments.map(({ name, contentType, contentInBase64, contentId }) => ({
      filename: name,
      mediaType: contentType,
      contentId: contentId ?? null,
      content: readBase64(contentInBase64),
    })),
  };
}

function asMailbox({ address, displayName = "" }: Person) {
  return { name: displayName, address };
}

const subject: ProviderSubject = {
  provider: azure,
  settings: { endpoint: origin, access_key: accessKey },
  api,
  messageId: operationId,
  retryAfterSeconds: 34,
  maxRecipients: 50,
  nullSender: "sent",
  compare: ({ parsed }) => assert.equal((parsed as SeenMessage[])[0]?.subject, "Grüße"),
};

testProvider(subject);
testMapping({
  subject,
  asSent: (seen) => ({
    ...seen,
    // The domain's settings name the sender, and the service the time.
    from: { ...seen.from, name: "" },
    headers: seen.headers.filter(([name]) => name !== "date"),
  }),
  omitted: ["name of the sender", "header Date", "charset=utf-8 of file figures.csv"],
});

/** What becomes of a message by the answer to it, and by those to whoever then asks for the operation. */
async function settle(first: Response, ...later: readonly Response[]) {
  const answers = [...later];
  const pauses: number[] = [];
  let nowMs = Date.UTC(2026, 10, 23, 12);
  const around: HttpSurroundings = {
    crypto,
    nowMs: () => nowMs,
    wait: async (delayMs) => {
      pauses.push(delayMs / 1000);
      nowMs += delayMs;
    },
    fetch: async (request) => {
      assert.equal(request.method, "GET");
      assert.equal(request.url, `${origin}/emails/operations/${operationId}?api-version=2025-09-01`);
      await verifySignature(request);
      return answers.shift() ?? refusal(429, "TooManyRequests", "Slow down.");
    },
    signal: new AbortController().signal,
  };
  const text = await first.text();
  const answer = { status: first.status, headers: first.headers, text, json: JSON.parse(text) };
  assert.ok(azure.carrier.kind === "http");
  const { follow, judge } = azure.carrier.api;
  // What it throws leaves the answer as it is.
  const settled = await follow!(subject.settings, answer, around).catch(() => answer);
  return { verdict: judge(settled, ["ann@example.net"]), pauses, left: answers.length };
}

function state(status: string, headers: Record<string, string> = {}, error?: object): Response {
  return jsonResponse(200, { id: operationId, status, error }, headers);
}

describe("azure", () => {
  it("asks what became of the message, when it is told to, until that is known", async () => {
    const first = accepted("NotStarted", { "retry-after": "20" });
    const { verdict, pauses, left } = await settle(first, state("Running", { "retry-after": "5" }), state("Succeeded"));
    assert.deepEqual(verdict, { result: "delivered", response: "HTTP 202: Succeeded", messageId: operationId });
    assert.deepEqual(pauses, [20, 5]);
    assert.equal(left, 0);
  });

  it("fails what was taken and could not be sent, in the service's words", async () => {
    const { verdict } = await settle(accepted("Running"), state("Failed", {}, dropped));
    const response = `HTTP 202: Failed: ${dropped.code}: ${dropped.message}`;
    assert.deepEqual(verdict, { result: "permanent", response, messageId: null });
  });

  it("tries again what was called off", async () => {
    assert.equal((await settle(accepted("Running"), state("Canceled"))).verdict?.result, "temporary");
  });

  it("tries again what clashes with an earlier attempt that is under way", async () => {
    assert.equal((await settle(refusal(409, "Conflict", "In progress."))).verdict?.result, "temporary");
  });

  it("asks for nothing more where it is told all at once, or that the message was not taken", async () => {
    assert.deepEqual((await settle(accepted("Succeeded"))).pauses, []);
    assert.deepEqual((await settle(refusal(503, "ServiceUnavailable", "Try again."))).pauses, []);
  });

  const slow = { "retry-after": "10" };
  const unknown: Readonly<Record<string, readonly [Response, ...Response[]]>> = {
    "it is not to be asked before half a minute has passed": [accepted("Running", { "retry-after": "31" })],
    "it will not be asked so often": [accepted("Running")],
    "it answers with something else": [accepted("Running"), new Response("<html>")],
    "it tells of another message": [
      accepted("Running"),
      jsonResponse(200, { id: crypto.randomUUID(), status: "Failed" }),
    ],
    "it is at it for half a minute": [
      accepted("Running", slow),
      state("Running", slow),
      state("Running", slow),
      state("Running", slow),
    ],
  };
  for (const [situation, [first, ...later]] of Object.entries(unknown)) {
    it(`takes what it has accepted for delivered when ${situation}`, async () => {
      const { verdict, pauses } = await settle(first!, ...later);
      assert.deepEqual(verdict, { result: "delivered", response: "HTTP 202: Running", messageId: operationId });
      assert.ok(pauses.reduce((sum, pause) => sum + pause, 0) <= 30);
    });
  }

  it("names the same message to the same recipients alike each time, and no other", async () => {
    const idOf = async (recipients: readonly string[]) => {
      const { fake } = await attempt(subject, { answers: ["success"], recipients });
      return fake.headers[0]?.get("operation-id");
    };
    const id = await idOf(["ann@example.net"]);
    assert.equal(await idOf(["ann@example.net"]), id);
    assert.notEqual(await idOf(["bob@example.net"]), id);
  });

  it("lets no message say what the service is to do", async () => {
    const text = "From: a@example.org\r\nx-ms-acsemail-suppress-invalid-attachment: true\r\n\r\nbody\r\n";
    const { report } = await attempt(subject, { answers: ["success"], mime: bytesOf(text) });
    assert.deepEqual(report.omitted?.slice(-1), ["header x-ms-acsemail-suppress-invalid-attachment"]);
  });

  it("names the tags that it could not pass on", async () => {
    const { report } = await attempt(subject, { answers: ["success"], tags: ["invoice"] });
    assert.ok(report.omitted?.includes("tag invoice"));
  });
});
