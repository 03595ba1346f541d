import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createIdSource } from "../../../core/mail/unique_id.ts";
import { draftRelay } from "../../../core/relay/draft_relay.ts";
import { HttpTransport } from "../../../core/relay/http/http_transport.ts";
import { localTransport } from "../../../core/relay/local_transport.ts";
import { findProvider } from "../../../core/relay/provider_table.ts";
import type { Relay } from "../../../core/relay/relay.ts";
import { type RelayTest, tryRelay } from "../../../core/relay/relay_trial.ts";
import type { Transport } from "../../../core/relay/transport.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { MemoryLargeFiles } from "../../support/memory_large_files.ts";
import { jsonResponse } from "../../support/provider_fake.ts";

const apiKey = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0";
const envelope = { from: "app@example.org", to: "ann@example.net" };

function mailgun(): Relay {
  return draftRelay({ provider: "mailgun", settings: { domain: "mg.example.org" }, secrets: { api_key: apiKey } });
}

/** Tests `relay` against a server that answers so. */
function test(relay: Relay, fetch: (request: Request) => Promise<Response>, smtp?: Transport): Promise<RelayTest> {
  const clock = new ManualClock();
  const randomBytes = (length: number) => new Uint8Array(length);
  return tryRelay(relay, envelope, {
    serverName: "relay.example.org",
    nowMs: () => clock.nowMs(),
    ids: createIdSource({ nowMs: () => clock.nowMs(), randomBytes }),
    signal: new AbortController().signal,
    transports: ({ exchange, line }) => ({
      local: localTransport,
      smtp: {
        send(tested, message, signal) {
          line("sent", `AUTH with ${tested.settings.password}`);
          line("received", `535 5.7.8 not ${tested.settings.password}`);
          return (smtp ?? localTransport).send(tested, message, signal);
        },
      },
      http: new HttpTransport({
        fetch,
        clock,
        crypto,
        findProvider,
        largeFiles: new MemoryLargeFiles(),
        tokens: { token: () => Promise.reject(new TypeError("no tokens here")), discard: () => {} },
        watch: exchange,
      }),
    }),
  });
}

describe("tryRelay", () => {
  it("sends a message that says what it is", async () => {
    let arrived = "";
    const { ok } = await test(mailgun(), async (request) => {
      arrived = await ((await request.formData()).get("message") as File).text();
      return jsonResponse(200, { id: "<1@mg.example.org>" });
    });
    assert.ok(ok);
    assert.match(
      arrived,
      /\r\nFrom: Dispatch <app@example\.org>\r\nTo: ann@example\.net\r\nSubject: Test of the relay mailgun\r\n/,
    );
  });

  it("shows request line, headers, status and body, secrets masked", async () => {
    const { transcript } = await test(mailgun(), async (request) =>
      jsonResponse(401, { message: `Forbidden for ${apiKey}: ${request.headers.get("authorization")}` }),
    );
    assert.equal(transcript[0], "→ POST https://api.mailgun.net/v3/mg.example.org/messages.mime");
    assert.ok(transcript.includes("→ authorization: Basic ••••••••"), transcript.join("\n"));
    assert.ok(transcript.includes("← HTTP 401"));
    assert.ok(transcript.includes("← content-type: application/json"));
    assert.ok(transcript.includes('← {"message":"Forbidden for ••••••••: Basic ••••••••"}'), transcript.join("\n"));
    assert.ok(!transcript.join("\n").includes(apiKey));
    assert.ok(!transcript.join("\n").includes(btoa(`api:${apiKey}`)));
  });

  it("says what became of the message", async () => {
    const refused = await test(mailgun(), async () => jsonResponse(401, { message: "Forbidden" }));
    assert.equal(refused.ok, false);
    assert.equal(refused.transcript.at(-1), "• permanent: HTTP 401: Forbidden");
    const unreachable = await test(mailgun(), () => Promise.reject(new TypeError("connect ECONNREFUSED")));
    assert.equal(unreachable.ok, false);
    assert.match(unreachable.transcript.join("\n"), /• mailgun did not answer as it should: connect ECONNREFUSED/);
  });

  it("bounds what a provider says", async () => {
    const { transcript } = await test(mailgun(), async () => new Response("x\n".repeat(100_000), { status: 500 }));
    assert.ok(transcript.length <= 501, `${transcript.length} lines`);
  });

  it("masks a password that a smart host echoes", async () => {
    const settings = { host: "mail.example.org", username: "app" };
    const relay = draftRelay({ provider: "smtp", settings, secrets: { password: "open sesame" } });
    const { transcript } = await test(relay, () => Promise.reject(new TypeError("not asked")));
    assert.deepEqual(transcript.slice(0, 2), ["→ AUTH with ••••••••", "← 535 5.7.8 not ••••••••"]);
  });

  it("takes the local inbox, too", async () => {
    const { ok, transcript } = await test(draftRelay({ provider: "local" }), () => Promise.reject(new TypeError("no")));
    assert.ok(ok);
    assert.deepEqual(transcript, ["• delivered: Captured in the local inbox"]);
  });
});

describe("draftRelay", () => {
  it("has the provider's defaults", () => {
    assert.equal(mailgun().settings.region, "us");
  });

  it("refuses what adding a relay refuses, with all violations", async () => {
    await assertRefusal(async () => draftRelay({ provider: "mailgum" }), "provider_unknown");
    await assertRefusal(
      async () => draftRelay({ provider: "mailgun", settings: { api_key: "k" } }),
      "relay_secret_in_the_open",
    );
    const error = await assertRefusal(
      async () => draftRelay({ provider: "mailgun", settings: { domain: "not a name", region: "mars" } }),
      "relay_invalid",
    );
    assert.deepEqual(
      error.facts.violations.map(({ key }) => key),
      ["domain", "region", "api_key"],
    );
  });
});
