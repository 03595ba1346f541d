/**
 * SMTP2GO: takes MIME, and its recipients from the header section alone.
 *
 * https://developers.smtp2go.com/reference/send-mime-email
 */
import { z } from "zod";
import { choiceCodec } from "../../config/codec/choice.ts";
import { encodeBase64 } from "../../ingest/base64.ts";
import type { HttpMessage, ProviderAnswer, ProviderRequest, ProviderVerdict } from "../http/http_api.ts";
import type { MappedRecipients } from "../http/mapped_message.ts";
import { addressesOf, placeRecipients, splitRecipients } from "../http/mapped_recipients.ts";
import { fieldsLeftOut, openMessage, readdress } from "../http/readdress.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "../http/status_verdict.ts";
import type { RelaySettings } from "../relay.ts";
import { credentialCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";

const servers = {
  global: "https://api.smtp2go.com",
  us: "https://us-api.smtp2go.com",
  eu: "https://eu-api.smtp2go.com",
  au: "https://au-api.smtp2go.com",
} as const;

/** "Maximum of 100 recipients per email". */
const capacity = { recipients: 100, needsTo: false } as const;

const accepted = z.object({
  data: z.object({ succeeded: z.number(), failed: z.number(), failures: z.array(z.unknown()), email_id: z.string() }),
});
const explanation = z.object({ error: z.string(), error_code: z.string().optional() });
const explained = z.object({ data: explanation }).or(explanation.transform((data) => ({ data })));

/** The provider of relays through SMTP2GO. */
export const smtp2go: Provider = {
  name: "smtp2go",
  summary: "SMTP2GO, over its HTTP API",
  carrier: { kind: "http", api: { compose: async (settings, message) => compose(settings, message), judge } },
  documentation: "https://developers.smtp2go.com/reference/send-mime-email",
  maxMessageBytes: 50 * 1024 * 1024,
  settings: {
    api_key: { codec: credentialCodec(), required: true, secret: true, summary: "API key that may send" },
    region: {
      codec: choiceCodec(["global", "us", "eu", "au"]),
      default: "global",
      summary: "Servers that are asked: global, us, eu or au",
    },
  },
};

function* compose(settings: RelaySettings, message: HttpMessage): Generator<ProviderRequest> {
  const url = `${servers[settings.region as keyof typeof servers] ?? servers.global}/v3/email/mime`;
  const headers = { "x-smtp2go-api-key": String(settings.api_key), "content-type": "application/json" };
  const opened = openMessage(message.mime);
  const leftOut = [
    ...fieldsLeftOut(opened),
    ...message.tags.map((tag) => `tag ${tag}`),
    // It sets a return path of its own.
    ...(message.sender === "" ? ["null sender"] : []),
  ];
  const hasTo = opened.section.fields.some(({ name }) => name === "to");
  for (const group of groupsOf(placeRecipients(opened.section, message.recipients), hasTo ? "to" : "bcc")) {
    const body = JSON.stringify({ mime_email: encodeBase64(readdress(opened, group)) });
    const request = new Request(url, { method: "POST", headers, body });
    yield { request, recipients: addressesOf(group), omitted: [...group.omitted, ...leftOut] };
  }
}

/**
 * Whether it takes a `Bcc` out of what it sends on is not documented: who is in neither `To` nor `Cc` gets a copy that
 * names nobody else, in `field`.
 */
function groupsOf(placed: MappedRecipients, field: "to" | "bcc"): MappedRecipients[] {
  const named = splitRecipients({ ...placed, bcc: [] }, capacity);
  const count = placed.to.length + placed.cc.length;
  const omitted = [...placed.omitted, ...(count === 0 ? [] : [`mention of ${count} others in To or Cc`])];
  const nobody = { to: [], cc: [], bcc: [], omitted };
  return [...named, ...placed.bcc.map((mailbox) => ({ ...nobody, [field]: [mailbox] }))];
}

function judge(answer: ProviderAnswer, recipients: readonly string[]): ProviderVerdict {
  const result = resultOfStatus(answer.status);
  const words = explained.safeParse(answer.json).data?.data.error;
  if (result !== "delivered") return { result, response: describeAnswer(answer, words), messageId: null };
  // "This endpoint returns 200 OK even if there are errors": with no word on whether they pass.
  if (words !== undefined) return { result: "temporary", response: describeAnswer(answer, words), messageId: null };
  const data = accepted.safeParse(answer.json).data?.data;
  return data === undefined ? unknownVerdict(answer) : judgeCounts(answer, data, recipients);
}

/** It counts the recipients that it could not take, and says which in words: if those name as many, the others are served. */
function judgeCounts(
  answer: ProviderAnswer,
  { succeeded, failed, failures, email_id: messageId }: z.infer<typeof accepted>["data"],
  recipients: readonly string[],
): ProviderVerdict {
  const count = `${succeeded} recipients accepted, ${failed} failed`;
  if (failed === 0) return { result: "delivered", response: describeAnswer(answer, count), messageId };
  const response = describeAnswer(answer, `${count}: ${JSON.stringify(failures)}`);
  const named = addressesIn(failures, recipients);
  if (succeeded === 0 || named.length !== failed) return { result: "temporary", response, messageId: null };
  const others = named.map((address) => ({ address, result: "temporary" as const, response }));
  return { result: "delivered", response: describeAnswer(answer, count), messageId, others };
}

function addressesIn(failures: readonly unknown[], recipients: readonly string[]): string[] {
  const words = JSON.stringify(failures)
    .toLowerCase()
    .split(/[\s"'\\<>()[\]{},:;]+|\.(?!\w)/);
  return recipients.filter((address) => words.includes(address.toLowerCase()));
}
