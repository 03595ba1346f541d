/**
 * Amazon SES: takes MIME, with the recipients beside it; requests are signed (Signature Version 4).
 *
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 */
import { AwsClient } from "aws4fetch";
import { z } from "zod";
import { encodeBase64 } from "../../ingest/base64.ts";
import type {
  HttpMessage,
  HttpSurroundings,
  ProviderAnswer,
  ProviderRequest,
  ProviderVerdict,
} from "../http/http_api.ts";
import { addressBatches } from "../http/recipient_batches.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "../http/status_verdict.ts";
import type { RelaySettings } from "../relay.ts";
import { credentialCodec, patternCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";
import { serverUrlCodec } from "./server_url_codec.ts";

/** "Each message can include up to 50 recipient addresses". */
const maxRecipients = 50;

/** Name and value of a message tag. */
const tagForm = /^[A-Za-z0-9_-]{1,256}$/;

/**
 * Errors with a status of permanent ones that pass by themselves or with a word to the account's owner: too fast, too
 * many, sending paused, a clock that is behind.
 */
const temporaryErrors: readonly string[] = [
  "LimitExceededException",
  "RequestExpired",
  "SendingPausedException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
];

const accepted = z.object({ MessageId: z.string().min(1) });
const explained = z
  .object({ message: z.string() })
  // The gateway in front of the service writes it so.
  .or(z.object({ Message: z.string() }).transform(({ Message }) => ({ message: Message })));

/** The provider of relays through Amazon SES. */
export const ses: Provider = {
  name: "ses",
  summary: "Amazon SES, over its HTTP API",
  carrier: { kind: "http", api: { compose: async (...given) => compose(...given), judge } },
  documentation: "https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html",
  maxMessageBytes: 40 * 1024 * 1024,
  settings: {
    access_key_id: { codec: credentialCodec(), required: true, summary: "Id of the access key" },
    secret_access_key: { codec: credentialCodec(), required: true, secret: true, summary: "Secret of the access key" },
    session_token: { codec: credentialCodec(), secret: true, summary: "Session token, with a temporary access key" },
    region: {
      codec: patternCodec(/^[a-z]{2,3}(?:-[a-z]+){1,3}-\d{1,2}$/, "must be a region such as eu-central-1"),
      required: true,
      summary: "Region, such as eu-central-1",
    },
    endpoint: {
      codec: serverUrlCodec(),
      destination: true,
      summary: "URL of the API; without one that of the region",
    },
  },
};

async function* compose(
  settings: RelaySettings,
  message: HttpMessage,
  around: HttpSurroundings,
): AsyncGenerator<ProviderRequest> {
  const sign = signer(settings, around);
  const data = encodeBase64(message.mime);
  const tags = message.tags.filter((tag) => tagForm.test(tag));
  const omitted = message.tags.filter((tag) => !tags.includes(tag)).map((tag) => `tag ${tag}`);
  // Bounces go to the sender that is given, and to the author's address where none is.
  if (message.sender === "") omitted.push("null sender");
  for (const recipients of addressBatches(message.recipients, maxRecipients)) {
    const body = JSON.stringify({
      ...(message.sender === "" ? {} : { FromEmailAddress: message.sender }),
      Destination: { ToAddresses: recipients },
      Content: { Raw: { Data: data } },
      ...(tags.length === 0 ? {} : { EmailTags: tags.map((tag, index) => ({ Name: `tag-${index + 1}`, Value: tag })) }),
    });
    yield { request: await sign(body), recipients, omitted };
  }
}

function signer(settings: RelaySettings, { nowMs }: HttpSurroundings): (body: string) => Promise<Request> {
  const region = String(settings.region);
  const server = settings.endpoint ?? `https://email.${region}.amazonaws.com`;
  const client = new AwsClient({
    service: "ses",
    region,
    accessKeyId: String(settings.access_key_id),
    secretAccessKey: String(settings.secret_access_key),
    ...(settings.session_token === undefined ? {} : { sessionToken: String(settings.session_token) }),
  });
  return (body) =>
    client.sign(`${server}/v2/email/outbound-emails`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      aws: { datetime: new Date(nowMs()).toISOString().replace(/[:-]|\.\d{3}/g, "") },
    });
}

function judge(answer: ProviderAnswer): ProviderVerdict {
  const result = resultOfStatus(answer.status);
  if (result === "delivered") {
    const { data } = accepted.safeParse(answer.json);
    if (data === undefined) return unknownVerdict(answer);
    return { result, response: describeAnswer(answer, "accepted"), messageId: data.MessageId };
  }
  const type = errorType(answer.headers);
  const message = explained.safeParse(answer.json).data?.message ?? answer.text;
  return {
    result: temporaryErrors.includes(type) ? "temporary" : result,
    response: describeAnswer(answer, `${type} ${message}`.trim()),
    messageId: null,
  };
}

/** `MessageRejected`; the header may say more after a colon. */
function errorType(headers: Headers): string {
  return headers.get("x-amzn-errortype")?.split(":", 1)[0] ?? "";
}
