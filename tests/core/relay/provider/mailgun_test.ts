import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mailgun } from "../../../../core/relay/provider/mailgun.ts";
import { type FakeApi, jsonResponse } from "../../../support/provider_fake.ts";
import { attempt, type ProviderSubject, testProvider } from "./provider_suite.ts";

const apiKey = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0";

/** From the reference of `POST /v3/{domain_name}/messages.mime` and the page of response codes. */
const api: FakeApi = {
  async receive(request) {
    assert.equal(request.method, "POST");
    assert.equal(request.url, "https://api.mailgun.net/v3/mg.example.org/messages.mime");
    assert.equal(request.headers.get("authorization"), `Basic ${btoa(`api:${apiKey}`)}`);
    assert.match(request.headers.get("content-type") ?? "", /^multipart\/form-data; ?boundary=/);
    const form = await request.formData();
    const message = form.get("message");
    assert.ok(message instanceof File, "'message' parameter is not a file");
    return {
      recipients: form.getAll("to").map(String),
      sender: null,
      mime: new Uint8Array(await message.arrayBuffer()),
      parsed: form.getAll("o:tag"),
    };
  },
  answers: {
    success: () => jsonResponse(200, { id: "<20261123.1@mg.example.org>", message: "Queued. Thank you." }),
    throttled: () => jsonResponse(429, { message: "Too many requests" }, { "retry-after": "30" }),
    temporary: () => jsonResponse(500, { message: "Internal Server Error" }),
    permanent: () => jsonResponse(400, { message: "to parameter is not a valid address. please check documentation" }),
    bad_credentials: () => new Response("Forbidden", { status: 401 }),
  },
};

const subject: ProviderSubject = {
  provider: mailgun,
  settings: { api_key: apiKey, domain: "mg.example.org" },
  api,
  messageId: "<20261123.1@mg.example.org>",
  retryAfterSeconds: 30,
  maxRecipients: 1000,
  nullSender: "sent",
};

testProvider(subject);

describe("mailgun", () => {
  it("asks the servers of the region eu", async () => {
    const eu: FakeApi = {
      ...api,
      receive: async (request) => {
        assert.equal(new URL(request.url).host, "api.eu.mailgun.net");
        return { recipients: [], sender: null };
      },
    };
    const settings = { ...subject.settings, region: "eu" };
    await attempt({ ...subject, settings, api: eu }, { answers: ["success"] });
  });

  it("sends tags along, and tells which it could not", async () => {
    const { fake, report } = await attempt(subject, { answers: ["success"], tags: ["invoice", "Grüße"] });
    assert.deepEqual(fake.deliveries[0]?.parsed, ["invoice"]);
    assert.deepEqual(report.omitted, ["tag Grüße"]);
  });

  it("tells that a null sender is not kept", async () => {
    const { report } = await attempt(subject, { answers: ["success"], sender: "" });
    assert.deepEqual(report.omitted, ["null sender"]);
  });

  it("sends to an address that it may not take in a request of its own", async () => {
    const recipients = ["ann@example.net", '"a,b"@example.net', "bob@example.net"];
    const { fake } = await attempt(subject, { answers: ["success"], recipients });
    assert.deepEqual(
      fake.deliveries.map((delivery) => delivery.recipients),
      [["ann@example.net", "bob@example.net"], ['"a,b"@example.net']],
    );
  });
});
