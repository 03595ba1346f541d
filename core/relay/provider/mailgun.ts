/**
 * Mailgun: takes MIME, with the recipients beside it.
 *
 * https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages/post-v3--domain-name--messages-mime
 */
import { z } from "zod";
import { choiceCodec } from "../../config/codec/choice.ts";
import { hostNameCodec } from "../../config/codec/host_name.ts";
import type { HttpMessage, ProviderAnswer, ProviderRequest, ProviderVerdict } from "../http/http_api.ts";
import { addressBatches } from "../http/recipient_batches.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "../http/status_verdict.ts";
import type { RelaySettings } from "../relay.ts";
import { credentialCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";

const servers = { us: "https://api.mailgun.net", eu: "https://api.eu.mailgun.net" } as const;

/** "Too many recipients; max is 1000". */
const maxRecipients = 1000;

/** A tag is at most 128 characters of ASCII; so many of them a message. */
const maxTags = 10;
const tagForm = /^[ -~]{1,128}$/;

const accepted = z.object({ id: z.string().min(1), message: z.string().default("Queued") });
const explained = z.object({ message: z.string() });

/** The provider of relays through Mailgun. */
export const mailgun: Provider = {
  name: "mailgun",
  summary: "Mailgun, over its HTTP API",
  carrier: { kind: "http", api: { compose: async (settings, message) => compose(settings, message), judge } },
  documentation: "https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages",
  maxMessageBytes: 25 * 1024 * 1024,
  settings: {
    api_key: {
      codec: credentialCodec(),
      required: true,
      secret: true,
      summary: "API key, or sending key of the domain",
    },
    domain: { codec: hostNameCodec(), required: true, summary: "Domain that sends, as set up at Mailgun" },
    region: { codec: choiceCodec(["us", "eu"]), default: "us", summary: "Where the domain was set up: us or eu" },
  },
};

function* compose(settings: RelaySettings, message: HttpMessage): Generator<ProviderRequest> {
  const server = settings.region === "eu" ? servers.eu : servers.us;
  const url = `${server}/v3/${encodeURIComponent(String(settings.domain))}/messages.mime`;
  const authorization = `Basic ${btoa(`api:${settings.api_key}`)}`;
  const tags = message.tags.filter((tag) => tagForm.test(tag)).slice(0, maxTags);
  const omitted = message.tags.filter((tag) => !tags.includes(tag)).map((tag) => `tag ${tag}`);
  // It sets a return path of its own, and has none to be set.
  if (message.sender === "") omitted.push("null sender");
  for (const recipients of addressBatches(message.recipients, maxRecipients)) {
    const body = new FormData();
    for (const address of recipients) body.append("to", address);
    for (const tag of tags) body.append("o:tag", tag);
    body.append("message", new Blob([message.mime], { type: "message/rfc822" }), "message.eml");
    yield { request: new Request(url, { method: "POST", headers: { authorization }, body }), recipients, omitted };
  }
}

function judge(answer: ProviderAnswer): ProviderVerdict {
  const result = resultOfStatus(answer.status);
  if (result !== "delivered") {
    const { data } = explained.safeParse(answer.json);
    return { result, response: describeAnswer(answer, data?.message), messageId: null };
  }
  const { data } = accepted.safeParse(answer.json);
  return data === undefined
    ? unknownVerdict(answer)
    : { result, response: describeAnswer(answer, data.message), messageId: data.id };
}
