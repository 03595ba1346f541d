/** What must come of a delivery over each provider with an HTTP API, whatever the API answers. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpTransport } from "../../../../core/relay/http/http_transport.ts";
import type { TokenSource } from "../../../../core/relay/oauth/token_grant.ts";
import type { DeliveryReport } from "../../../../core/relay/outcome.ts";
import type { Provider } from "../../../../core/relay/provider/provider.ts";
import { checkSettings, withDefaults } from "../../../../core/relay/provider_settings.ts";
import { findProvider } from "../../../../core/relay/provider_table.ts";
import type { RelaySettings } from "../../../../core/relay/relay.ts";
import { ManualClock } from "../../../support/manual_clock.ts";
import { MemoryLargeFiles } from "../../../support/memory_large_files.ts";
import {
  type DocumentedAnswer,
  type FakeApi,
  type FakeDelivery,
  type FakeTrouble,
  ProviderFake,
} from "../../../support/provider_fake.ts";
import { sampleMime } from "../../../support/sample_mime.ts";
import { sampleRelay } from "../../../support/sample_relay.ts";

/** A provider, and what is particular to it. */
export interface ProviderSubject {
  readonly provider: Provider;
  /** As an operator sets them; secrets of 8 characters or more, so that they are found where they should not be. */
  readonly settings: RelaySettings;
  /** A fake of its API for a relay of these settings. */
  readonly api: FakeApi;
  /** The id that its answer `success` names. */
  readonly messageId: string | null;
  /** The pause that its answer `throttled` asks for; `null` where the API names none. */
  readonly retryAfterSeconds: number | null;
  /** Recipients that it takes in one request. */
  readonly maxRecipients: number;
  /** Whether it has a way to say that there is no sender. */
  readonly nullSender: "sent" | "refused";
  /** Compares what arrived with what was submitted. Default: byte for byte. */
  readonly compare?: (delivery: FakeDelivery, mime: Uint8Array) => void;
  /** Where its access tokens come from. Default: there are none. */
  readonly tokens?: TokenSource;
}

/** One delivery in a test. */
interface Attempt {
  readonly answers: readonly (DocumentedAnswer | FakeTrouble)[];
  readonly recipients?: readonly string[];
  readonly sender?: string;
  readonly tags?: readonly string[];
  readonly mime?: Uint8Array;
  /** Called once the fake was asked. */
  readonly meanwhile?: (clock: ManualClock, stop: AbortController) => void;
}

/** An attempt that is over. */
export interface Attempted {
  readonly fake: ProviderFake;
  readonly report: DeliveryReport;
}

const ann = "ann@example.net";
const hidden = "hidden@example.net";

/** Sends the sample message, or another, over a relay of the subject. Fails when a request is not as documented. */
export async function attempt(subject: ProviderSubject, options: Attempt): Promise<Attempted> {
  const { answers, recipients = [ann], sender = "app@example.org", tags = [], mime = sampleMime } = options;
  const fake = new ProviderFake(subject.api, answers);
  const clock = new ManualClock();
  const stop = new AbortController();
  const transport = new HttpTransport({
    fetch: fake.fetch,
    largeFiles: new MemoryLargeFiles(),
    clock,
    crypto,
    tokens: subject.tokens ?? noTokens,
    findProvider: (name) => (name === subject.provider.name ? subject.provider : undefined),
  });
  const settings = withDefaults(subject.provider, subject.settings);
  const relay = sampleRelay("tested", { provider: subject.provider.name, settings });
  const entry = { id: `spl_${"0".repeat(31)}1`, sender, sizeBytes: mime.byteLength, tags };
  const content = { kind: "inline", bytes: mime } as const;
  const sent = transport.send(relay, { entry, recipients, content }, stop.signal);
  if (options.meanwhile !== undefined) {
    await fake.wasAsked;
    options.meanwhile(clock, stop);
  }
  const report = await sent;
  fake.verify();
  assert.deepEqual(
    report.outcomes.map(({ address }) => address),
    recipients,
  );
  assert.equal(clock.waiting, 0, "no timer is left behind");
  return { fake, report };
}

/** Registers the tests of one provider. */
export function testProvider(subject: ProviderSubject): void {
  const { provider } = subject;
  describe(`provider ${provider.name}`, () => {
    testRecord(subject);
    testDelivery(subject);
    testAnswers(subject);
    testTrouble(subject);
    testSecrets(subject);
  });
}

function testRecord({ provider, settings }: ProviderSubject): void {
  it("is in the table, with its documentation, and takes these settings", () => {
    assert.equal(findProvider(provider.name), provider);
    assert.match(provider.documentation ?? "", /^https:\/\//);
    assert.deepEqual(checkSettings(provider, settings), []);
  });
}

function testDelivery(subject: ProviderSubject): void {
  const { messageId, maxRecipients, nullSender } = subject;

  it("sends the message as it was submitted", async () => {
    const { fake, report } = await attempt(subject, { answers: ["success"] });
    assert.deepEqual(
      report.outcomes.map(({ result }) => result),
      ["delivered"],
      report.outcomes[0]?.response,
    );
    assert.equal(report.providerMessageId, messageId);
    assert.equal(fake.deliveries.length, 1);
    const compare = subject.compare ?? compareBytes;
    compare(fake.deliveries[0]!, sampleMime);
  });

  it("sends to the recipients of the envelope, and to nobody else", async () => {
    const { fake } = await attempt(subject, { answers: ["success"], recipients: [hidden, ann] });
    const reached = fake.deliveries.flatMap(({ recipients }) => recipients);
    assert.deepEqual([...reached].sort(), [ann, hidden]);
  });

  it("shows to no other a recipient that the header section does not", async () => {
    const { fake } = await attempt(subject, { answers: ["success"], recipients: [ann, hidden] });
    const toOthers = fake.deliveries.filter(({ recipients }) => recipients.includes(ann));
    assert.equal(toOthers.length, 1);
    for (const { mime } of toOthers) {
      if (mime !== undefined) assert.ok(!new TextDecoder().decode(mime).includes(hidden));
    }
  });

  it(`takes at most ${maxRecipients} recipients in a request, each in exactly one`, async () => {
    const recipients = Array.from({ length: maxRecipients + 1 }, (_, index) => `user${index}@example.net`);
    const { fake, report } = await attempt(subject, { answers: ["success"], recipients });
    assert.ok(fake.deliveries.every((delivery) => delivery.recipients.length <= maxRecipients));
    assert.deepEqual(fake.deliveries.flatMap((delivery) => delivery.recipients).sort(), recipients.sort());
    assert.ok(report.outcomes.every(({ result }) => result === "delivered"));
  });

  it("leaves delivered what one request delivered when the next one fails", async () => {
    const recipients = Array.from({ length: maxRecipients + 1 }, (_, index) => `user${index}@example.net`);
    const { fake, report } = await attempt(subject, { answers: ["success", "temporary"], recipients });
    const first = fake.deliveries[0]?.recipients ?? [];
    assert.notEqual(first.length, 0);
    for (const { address, result } of report.outcomes) {
      assert.equal(result, first.includes(address) ? "delivered" : "temporary", address);
    }
  });

  it(`has the null sender ${nullSender}`, async () => {
    const { fake, report } = await attempt(subject, { answers: ["success"], sender: "" });
    assert.equal(report.outcomes[0]?.result, nullSender === "sent" ? "delivered" : "permanent");
    assert.equal(fake.deliveries.length, nullSender === "sent" ? 1 : 0);
    if (nullSender === "refused") assert.match(report.outcomes[0]?.response ?? "", /sender/);
  });
}

/** What comes of each documented answer. */
const resultOf = {
  throttled: "temporary",
  temporary: "temporary",
  permanent: "permanent",
  bad_credentials: "permanent",
} as const;

function testAnswers(subject: ProviderSubject): void {
  for (const [answer, result] of Object.entries(resultOf) as [keyof typeof resultOf, string][]) {
    it(`takes the answer ${answer} for ${result}`, async () => {
      const { report } = await attempt(subject, { answers: [answer] });
      assert.equal(report.outcomes[0]?.result, result, report.outcomes[0]?.response);
      assert.equal(report.providerMessageId, null);
      assert.equal(report.retryAfterSeconds, answer === "throttled" ? subject.retryAfterSeconds : null);
      assert.match(report.outcomes[0]?.response ?? "", /[A-Za-z]{3}/, "it says why");
    });
  }

  if (subject.api.answers.error_inside === undefined) return;
  it("takes no success for delivered that has an error inside", async () => {
    const { report } = await attempt(subject, { answers: ["error_inside"] });
    assert.notEqual(report.outcomes[0]?.result, "delivered");
  });
}

function testTrouble(subject: ProviderSubject): void {
  const troubles = ["malformed", "empty", "redirect", "closed", "closed_in_body"] as const;
  for (const trouble of troubles) {
    it(`takes ${trouble} for temporary, and asks no other server`, async () => {
      const { fake, report } = await attempt(subject, { answers: [trouble] });
      assert.equal(report.outcomes[0]?.result, "temporary", report.outcomes[0]?.response);
      assert.equal(fake.deliveries.length, 1);
    });
  }

  for (const trouble of ["hang", "hang_in_body"] as const) {
    it(`takes ${trouble} for temporary after a minute`, async () => {
      const { report } = await attempt(subject, { answers: [trouble], meanwhile: (clock) => clock.advance(60_000) });
      assert.equal(report.outcomes[0]?.result, "temporary");
      assert.match(report.outcomes[0]?.response ?? "", /60 seconds/);
    });
  }

  it("takes it for temporary when the service stops meanwhile", async () => {
    const { report } = await attempt(subject, { answers: ["hang"], meanwhile: (_clock, stop) => stop.abort() });
    assert.equal(report.outcomes[0]?.result, "temporary");
  });
}

function testSecrets(subject: ProviderSubject): void {
  it("tells no secret that the provider echoes", async () => {
    const { fake, report } = await attempt(subject, { answers: ["echo"] });
    const authorization = fake.headers[0]?.get("authorization")?.replace(/^\S+ /, "");
    const secrets = Object.entries(subject.provider.settings)
      .filter(([name, { secret }]) => secret === true && subject.settings[name] !== undefined)
      .map(([name]) => String(subject.settings[name]));
    assert.notEqual(secrets.length, 0);
    for (const secret of [...secrets, authorization]) {
      if (secret !== undefined) assert.ok(!JSON.stringify(report).includes(secret), report.outcomes[0]?.response);
    }
  });
}

const noTokens: TokenSource = {
  token: () => Promise.reject(new TypeError("this subject has no tokens")),
  discard: () => {},
};

function compareBytes({ mime }: FakeDelivery, submitted: Uint8Array): void {
  assert.deepEqual(mime, submitted);
}
