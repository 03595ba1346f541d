/** Sends a real test message through a relay, and shows the conversation with its provider. */
import { concatBytes } from "@noble/hashes/utils.js";
import { compose } from "../mail/compose.ts";
import type { IdSource } from "../mail/unique_id.ts";
import type { WatchedExchange } from "./http/provider_line.ts";
import { SecretMask } from "./http/secret_mask.ts";
import type { DeliveryReport } from "./outcome.ts";
import type { Carrier } from "./provider/provider.ts";
import { requireProvider } from "./provider_table.ts";
import type { Relay } from "./relay.ts";
import { type Speaker, Transcript } from "./transcript.ts";
import type { OutgoingMessage, Transport } from "./transport.ts";

/** Who a test message is from and goes to. */
export interface TestEnvelope {
  readonly from: string;
  readonly to: string;
}

/** How a test message fared. */
export interface RelayTest {
  /** Whether the relay took the message. */
  readonly ok: boolean;
  /** The conversation with the provider, a line each, secrets masked; 501 lines of 1000 characters at most. */
  readonly transcript: readonly string[];
  readonly report: DeliveryReport;
}

/** Is told of a conversation as it goes on. */
export interface TrialWatch {
  /** A line that was said, or several. */
  readonly line: (speaker: Speaker, text: string) => void;
  /** A request over HTTP and its answer. */
  readonly exchange: (exchange: WatchedExchange) => void;
}

/** What {@link tryRelay} needs from its surroundings. */
export interface TrialOptions {
  /** Names this Dispatch in the message. */
  readonly serverName: string;
  readonly nowMs: () => number;
  readonly ids: IdSource;
  /** What carries the message, over connections of its own that are told of. */
  readonly transports: (watch: TrialWatch) => Readonly<Record<Carrier["kind"], Transport>>;
  /** Breaks it off. */
  readonly signal: AbortSignal;
}

/** Sends a test message. A refusal is a result, not an error. */
export async function tryRelay(relay: Relay, envelope: TestEnvelope, options: TrialOptions): Promise<RelayTest> {
  const provider = requireProvider(relay.provider);
  const transcript = new Transcript();
  const secrets = new SecretMask(provider, relay.settings);
  const transports = options.transports({
    line: (speaker, text) => transcript.add(speaker, text),
    exchange: (exchange) => {
      secrets.learnFrom(exchange.request.headers);
      describeExchange(exchange, transcript);
    },
  });
  const message = testMessage(relay, envelope, options);
  const report = await transports[provider.carrier.kind].send(relay, message, options.signal);
  for (const { result, response } of report.outcomes) transcript.add("note", `${result}: ${response}`);
  const lines = transcript.lines((text) => secrets.apply(text));
  return { ok: report.outcomes.every(({ result }) => result === "delivered"), transcript: lines, report };
}

function describeExchange({ request, outcome }: WatchedExchange, transcript: Transcript): void {
  transcript.add("sent", `${request.method} ${request.url}`);
  for (const [name, value] of request.headers) transcript.add("sent", `${name}: ${value}`);
  if (outcome instanceof Error) {
    transcript.add("note", outcome.message);
    return;
  }
  transcript.add("received", `HTTP ${outcome.status}`);
  for (const [name, value] of outcome.headers) transcript.add("received", `${name}: ${value}`);
  if (outcome.text !== "") transcript.add("received", outcome.text);
}

function testMessage(relay: Relay, { from, to }: TestEnvelope, options: TrialOptions): OutgoingMessage {
  const { serverName, nowMs, ids } = options;
  const chunks = compose({
    from: { name: "Dispatch", address: from },
    to: [{ name: "", address: to }],
    subject: `Test of the relay ${relay.name}`,
    text: `This message shows that the relay ${relay.name} of ${serverName} works.\n`,
    dateMs: nowMs(),
    messageId: `${ids.uniqueId("")}@${serverName}`,
  });
  const bytes = concatBytes(...chunks);
  const entry = { id: ids.messageId(), sender: from, sizeBytes: bytes.byteLength, tags: [] };
  return { entry, recipients: [to], content: { kind: "inline", bytes } };
}
