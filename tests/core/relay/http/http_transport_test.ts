import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DispatchError } from "../../../../core/error/mod.ts";
import type { HttpApi, ProviderRequest } from "../../../../core/relay/http/http_api.ts";
import { HttpTransport } from "../../../../core/relay/http/http_transport.ts";
import { addressBatches } from "../../../../core/relay/http/recipient_batches.ts";
import type { DeliveryReport } from "../../../../core/relay/outcome.ts";
import { credentialCodec } from "../../../../core/relay/provider/pattern_codec.ts";
import type { Provider } from "../../../../core/relay/provider/provider.ts";
import { ManualClock } from "../../../support/manual_clock.ts";
import { MemoryLargeFiles } from "../../../support/memory_large_files.ts";
import { sampleRelay } from "../../../support/sample_relay.ts";

const url = "https://api.example.org/send";
const key = "a-secret-key";
const grant = {
  kind: "client_credentials",
  tokenEndpoint: "https://login.example.org",
  clientId: "c",
  clientSecret: "s",
  scope: "x",
} as const;

function requestTo(recipients: readonly string[], omitted: readonly string[] = []): ProviderRequest {
  return { request: new Request(url, { method: "POST", body: recipients.join() }), recipients, omitted };
}

/** An API that sends one request for each recipient, and judges by the status. */
const eachAlone: HttpApi = {
  compose: async (_settings, { recipients }) => recipients.map((address) => requestTo([address])),
  judge: () => null,
};

interface Sending {
  readonly api?: Partial<HttpApi>;
  readonly answer?: (request: Request) => Response | Promise<Response>;
  readonly recipients?: readonly string[];
  readonly large?: readonly Uint8Array[];
  readonly sizeBytes?: number;
  readonly tokens?: readonly string[];
  readonly clock?: ManualClock;
}

/** What was asked, and what came of it. */
interface Sent {
  readonly report: DeliveryReport;
  readonly bodies: readonly string[];
  readonly authorizations: readonly (string | null)[];
}

/** A transport for the sample provider, and what it has asked. */
async function stage(options: Sending) {
  const provider: Provider = {
    name: "sample",
    summary: "Sample",
    carrier: { kind: "http", api: { ...eachAlone, ...options.api } },
    documentation: null,
    maxMessageBytes: null,
    settings: { key: { codec: credentialCodec(), secret: true, summary: "Key" } },
  };
  const largeFiles = new MemoryLargeFiles();
  const writer = await largeFiles.create("spl_1.eml");
  for (const chunk of options.large ?? []) await writer.write(chunk);
  const bodies: string[] = [];
  const authorizations: (string | null)[] = [];
  const tokens = [...(options.tokens ?? [])];
  const discarded: string[] = [];
  const transport = new HttpTransport({
    fetch: async (request) => {
      authorizations.push(request.headers.get("authorization"));
      bodies.push(await request.clone().text());
      return (options.answer ?? (() => new Response("taken")))(request);
    },
    largeFiles,
    clock: options.clock ?? new ManualClock(),
    crypto,
    tokens: { token: async () => tokens[discarded.length] ?? "", discard: (_grant, token) => discarded.push(token) },
    findProvider: () => provider,
  });
  const relay = sampleRelay("sample", { provider: "sample", settings: { key } });
  return { transport, relay, bodies, authorizations };
}

async function send(options: Sending): Promise<Sent> {
  const { transport, relay, bodies, authorizations } = await stage(options);
  const { recipients = ["a@example.net", "b@example.net", "c@example.net"], sizeBytes = 5 } = options;
  const entry = { id: "spl_1", sender: "app@example.org", sizeBytes, tags: [] };
  const inline = { kind: "inline", bytes: new Uint8Array(5) } as const;
  const content = options.large === undefined ? inline : ({ kind: "large", name: "spl_1.eml" } as const);
  const report = await transport.send(relay, { entry, recipients, content }, new AbortController().signal);
  return { report, bodies, authorizations };
}

function resultsOf({ report }: Sent): string[] {
  return report.outcomes.map(({ result }) => result);
}

function throwing(error: Error): Partial<HttpApi> {
  return { compose: () => Promise.reject(error) };
}

describe("HttpTransport", () => {
  const statuses = {
    200: "delivered",
    299: "delivered",
    408: "temporary",
    425: "temporary",
  } as const;
  const others = { 429: "temporary", 500: "temporary", 599: "temporary", 400: "permanent", 404: "permanent" } as const;
  for (const [status, result] of Object.entries({ ...statuses, ...others })) {
    it(`takes the status ${status} for ${result}`, async () => {
      const answer = () => new Response("words", { status: Number(status) });
      const sent = await send({ answer, recipients: ["a@example.net"] });
      assert.deepEqual(sent.report.outcomes, [{ address: "a@example.net", result, response: `HTTP ${status}: words` }]);
    });
  }

  it("takes a redirect for temporary, and says that it is not followed", async () => {
    const answer = () =>
      new Response("<html>Moved</html>", { status: 302, headers: { location: "https://x.example" } });
    const [outcome] = (await send({ answer, recipients: ["a@example.net"] })).report.outcomes;
    assert.equal(outcome?.result, "temporary");
    assert.equal(outcome?.response, "HTTP 302: a redirect, which is not followed");
  });

  it("has an outcome for each recipient, and goes on after one that is refused for good", async () => {
    const sent = await send({ answer: async (request) => answerTo(await request.text(), { "b@example.net": 404 }) });
    assert.deepEqual(resultsOf(sent), ["delivered", "permanent", "delivered"]);
  });

  it("asks no more once it is told to wait, and waits as long as it is told", async () => {
    const answer = async (request: Request) => answerTo(await request.text(), { "b@example.net": 503 });
    const sent = await send({ answer });
    assert.deepEqual(resultsOf(sent), ["delivered", "temporary", "temporary"]);
    assert.deepEqual(sent.bodies, ["a@example.net", "b@example.net"]);
    assert.equal(sent.report.retryAfterSeconds, 7);
  });

  it("keeps what an API says of single recipients", async () => {
    const api: Partial<HttpApi> = {
      compose: async (_settings, { recipients }) => [requestTo(recipients)],
      judge: () => ({
        result: "delivered",
        response: "taken",
        messageId: "1",
        others: [
          { address: "b@example.net", result: "permanent", response: "inactive" },
          { address: "stranger@example.net", result: "permanent", response: "who?" },
        ],
      }),
    };
    assert.deepEqual(resultsOf(await send({ api })), ["delivered", "permanent", "delivered"]);
  });

  it("takes a recipient whom no request names for temporary", async () => {
    const sent = await send({ api: { compose: async () => [requestTo(["a@example.net"])] } });
    assert.deepEqual(resultsOf(sent), ["delivered", "temporary", "temporary"]);
  });

  it("tells what requests that were taken could not say, once", async () => {
    const omitted = ["header X-A"];
    const compose: HttpApi["compose"] = async (_settings, { recipients }) =>
      recipients.map((address) => requestTo([address], address.startsWith("b") ? ["header X-B"] : omitted));
    const answer = async (request: Request) => answerTo(await request.text(), { "b@example.net": 404 });
    assert.deepEqual((await send({ api: { compose }, answer })).report.omitted, omitted);
  });

  it("tells that a request for notifications goes no further", async () => {
    const { transport, relay } = await stage({});
    const entry = { id: "spl_1", sender: "app@example.org", sizeBytes: 5, tags: [], dsn: { ret: "HDRS" } } as const;
    const message = { entry, recipients: ["a@x.org"], content: { kind: "inline", bytes: new Uint8Array(5) } } as const;
    const report = await transport.send(relay, message, new AbortController().signal);
    assert.deepEqual(report.omitted, ["DSN request"]);
  });

  it("makes each request when it is its turn", async () => {
    let made = 0;
    const compose: HttpApi["compose"] = async (_settings, { recipients }) =>
      (function* () {
        for (const address of recipients) {
          made++;
          yield requestTo([address]);
        }
      })();
    await send({ api: { compose }, answer: () => new Response(null, { status: 503 }) });
    assert.equal(made, 1);
  });

  it("sends a large message from its file, and nothing of one that has another size", async () => {
    const large = [new Uint8Array(3).fill(65), new Uint8Array(2).fill(66)];
    const compose: HttpApi["compose"] = async (_settings, { mime, recipients }) => [
      { request: new Request(url, { method: "POST", body: mime }), recipients, omitted: [] },
    ];
    assert.deepEqual((await send({ api: { compose }, large })).bodies, ["AAABB"]);
    for (const sizeBytes of [4, 6]) {
      const sent = await send({ api: { compose }, large, sizeBytes });
      assert.deepEqual([resultsOf(sent)[0], sent.bodies], ["temporary", []]);
      assert.match(sent.report.outcomes[0]?.response ?? "", /stored message/);
    }
  });

  it("gives a large message the time that it takes over a slow line", async () => {
    const clock = new ManualClock();
    const asked = Promise.withResolvers<void>();
    const answer = () => {
      asked.resolve();
      return new Promise<Response>(() => {});
    };
    const large = [new Uint8Array(655_360)];
    const sent = send({ answer, large, sizeBytes: 655_360, clock });
    await asked.promise;
    clock.advance(69_999);
    assert.equal(clock.waiting, 1);
    clock.advance(1);
    assert.match((await sent).report.outcomes[0]?.response ?? "", /within 70 seconds/);
  });

  it("has no more of a relay's large messages in memory than there is room for", async () => {
    const sizeBytes = 40 * 1024 * 1024;
    let under = 0;
    let most = 0;
    const compose: HttpApi["compose"] = async (_settings, { recipients }) => {
      most = Math.max(most, ++under);
      return [requestTo(recipients)];
    };
    const answer = async () => {
      under--;
      return new Response("taken");
    };
    const { transport, relay } = await stage({ api: { compose }, answer, large: [new Uint8Array(sizeBytes)] });
    const entry = { id: "spl_1", sender: "", sizeBytes, tags: [] };
    const message = { entry, recipients: ["a@x.org"], content: { kind: "large", name: "spl_1.eml" } } as const;
    const { signal } = new AbortController();
    const reports = await Promise.all([1, 2, 3].map(() => transport.send(relay, message, signal)));
    assert.ok(reports.every(({ outcomes }) => outcomes[0]?.result === "delivered"));
    assert.equal(most, 1);
  });

  it("takes what can't be expressed, and credentials that are refused on the way, for permanent", async () => {
    const inexpressible = new DispatchError("message_inexpressible", { provider: "sample", what: "it is signed" });
    assert.deepEqual(resultsOf(await send({ api: throwing(inexpressible) }))[0], "permanent");
    const refused = new DispatchError("provider_refused", { provider: "sample", reason: "invalid_client" });
    const sent = await send({ api: throwing(refused) });
    assert.equal(resultsOf(sent)[0], "permanent");
    assert.match(sent.report.outcomes[0]?.response ?? "", /invalid_client.*credentials/);
  });

  it("takes a server on the way that asks to wait for temporary", async () => {
    const facts = { provider: "sample", reason: "busy", retryAfterSeconds: 90 };
    const sent = await send({ api: throwing(new DispatchError("provider_unreachable", facts)) });
    assert.deepEqual([resultsOf(sent)[0], sent.report.retryAfterSeconds], ["temporary", 90]);
  });

  it("tells no secret in an error that nobody has foreseen", async () => {
    const sent = await send({ api: throwing(new TypeError(`"Bearer ${key}" is an invalid header value`)) });
    assert.equal(resultsOf(sent)[0], "temporary");
    assert.ok(!JSON.stringify(sent.report).includes(key));
  });

  it("says what is behind a request that failed", async () => {
    const refused = [new Error("connect ECONNREFUSED ::1:443"), new Error("connect ECONNREFUSED 127.0.0.1:443")];
    const failures = {
      "read ECONNRESET": new TypeError("fetch failed", { cause: new Error("read ECONNRESET") }),
      "Unable to connect": new Error("Unable to connect"),
      "ECONNREFUSED ::1:443, connect ECONNREFUSED 127": new TypeError("failed", { cause: new AggregateError(refused) }),
    };
    for (const [words, failure] of Object.entries(failures)) {
      const sent = await send({ answer: () => Promise.reject(failure) });
      assert.equal(resultsOf(sent)[0], "temporary");
      assert.ok(sent.report.outcomes[0]?.response.includes(words), sent.report.outcomes[0]?.response);
    }
  });

  it("shows an answer on one line, without control characters, cut off", async () => {
    const sent = await send({ answer: () => new Response(`a\r\nb\u001b[2J${"x".repeat(70_000)}`, { status: 400 }) });
    const response = sent.report.outcomes[0]?.response ?? "";
    assert.ok(response.startsWith("HTTP 400: a b [2Jxxx") && response.length === 500, response.slice(0, 40));
  });

  it("gives an API no more than 64 KiB of an answer", async () => {
    let length = 0;
    const judge: HttpApi["judge"] = ({ text }) => {
      length = text.length;
      return null;
    };
    await send({ api: { judge }, answer: () => new Response("x".repeat(1_000_000)) });
    assert.equal(length, 65_536);
  });

  it("sends an access token along, and another one when it is not taken", async () => {
    const answer = (request: Request) =>
      new Response(null, { status: request.headers.get("authorization") === "Bearer new" ? 200 : 401 });
    const sent = await send({ api: { grant: () => grant }, answer, tokens: ["old", "new"], recipients: ["a@x.org"] });
    assert.deepEqual(sent.authorizations, ["Bearer old", "Bearer new"]);
    assert.deepEqual(sent.bodies, ["a@x.org", "a@x.org"]);
    assert.deepEqual(resultsOf(sent), ["delivered"]);
  });

  it("asks for a token once more only", async () => {
    const answer = () => new Response("no", { status: 401 });
    const sent = await send({ api: { grant: () => grant }, answer, tokens: ["a", "b", "c"], recipients: ["a@x.org"] });
    assert.deepEqual([sent.authorizations.length, resultsOf(sent)], [2, ["permanent"]]);
  });

  it("judges what follows an answer in its place, and the answer where nothing does", async () => {
    const follow: HttpApi["follow"] = async (_settings, answer) => ({ ...answer, status: 404, text: "gone" });
    assert.equal(resultsOf(await send({ api: { follow } }))[0], "permanent");
    const fail: HttpApi["follow"] = () => Promise.reject(new TypeError("lost"));
    assert.equal(resultsOf(await send({ api: { follow: fail } }))[0], "delivered");
  });
});

describe("addressBatches", () => {
  it("leaves an address that not every API can read alone", () => {
    const unusual = ['"a b"@x.org', "jürgen@x.org", "a@[192.0.2.1]", "a@localhost"];
    const dubious = [
      "a..b@x.org",
      ".a@x.org",
      "a.@x.org",
      "a@-x.org",
      "a@x-.org",
      "a@192.0.2.1",
      `${"a".repeat(65)}@x.org`,
    ];
    const odd = [...unusual, ...dubious];
    const batches = addressBatches(["a@x.org", odd[0]!, "b+c@x-y.org", ...odd.slice(1), "d@x.org"], 2);
    assert.deepEqual(batches, [["a@x.org", "b+c@x-y.org"], ["d@x.org"], ...odd.map((address) => [address])]);
  });
});

function answerTo(recipient: string, statuses: Readonly<Record<string, number>>): Response {
  const status = statuses[recipient] ?? 200;
  return new Response("words", { status, headers: status === 503 ? { "retry-after": "7" } : {} });
}
