/**
 * Azure Communication Services Email: takes people, texts and files apart, as JSON, and sends them later.
 *
 * https://learn.microsoft.com/rest/api/communication/email/email/send, limits:
 * https://learn.microsoft.com/azure/communication-services/concepts/service-limits#email
 */

import { z } from "zod";
import { encodeBase64 } from "../../ingest/base64.ts";
import type { Mailbox } from "../../mail/mailbox.ts";
import type { MessageFile } from "../../mail/message_body.ts";
import { signForAzure, type UnsignedRequest } from "../http/azure_signing.ts";
import { type Fitted, fitFiles, fitHeaders, fitSubject, fitTexts, lostParameters } from "../http/fit_to_api.ts";
import type {
  HttpMessage,
  HttpSurroundings,
  ProviderAnswer,
  ProviderRequest,
  ProviderVerdict,
} from "../http/http_api.ts";
import { mapMessage } from "../http/map_message.ts";
import type { MappedMessage } from "../http/mapped_message.ts";
import { addressesOf, splitRecipients } from "../http/mapped_recipients.ts";
import { readRetryAfter } from "../http/retry_after.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "../http/status_verdict.ts";
import type { RelaySettings } from "../relay.ts";
import { patternCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";
import { serverUrlCodec } from "./server_url_codec.ts";

const apiVersion = "2025-09-01";

/** "Number of recipients in email: 50"; its own client sends with nobody in `to`. */
const capacity = { recipients: 50, needsTo: false };

/** `Date` is the time at which it sends; the others tell the service what to do, which is not for the message to say. */
const reservedHeaders = /^(?:date|x-ms-.+)$/i;

/** How long the outcome of what it has taken is waited for, and how long between two looks where it names no time. */
const longestWaitSeconds = 30;
const usualPauseSeconds = 2;

/** Said of a request whose id another one had: what became of that one is not known here. */
const conflict = 409;

const operation = z.object({
  id: z.uuid(),
  status: z.enum(["NotStarted", "Running", "Succeeded", "Failed", "Canceled"]),
  error: z.object({ code: z.string().default(""), message: z.string().default("") }).nullish(),
});
const explained = z.object({ error: z.object({ code: z.string(), message: z.string().default("") }) });

/** The provider of relays through Azure Communication Services. */
export const azure: Provider = {
  name: "azure",
  summary: "Azure Communication Services Email",
  carrier: { kind: "http", api: { compose: async (...all) => compose(...all), follow, judge } },
  documentation: "https://learn.microsoft.com/rest/api/communication/email/email/send",
  // "Total email request size (including attachments): 10 MB"
  maxMessageBytes: 10 * 1024 * 1024,
  settings: {
    endpoint: {
      codec: serverUrlCodec(),
      required: true,
      destination: true,
      summary: "Endpoint of the resource: https://NAME.communication.azure.com",
    },
    access_key: {
      codec: patternCodec(/^[A-Za-z0-9+/]{20,500}={0,2}$/, "must be an access key in base64, as the portal shows it"),
      required: true,
      secret: true,
      summary: "Access key of the resource",
    },
  },
};

async function* compose(
  settings: RelaySettings,
  message: HttpMessage,
  around: HttpSurroundings,
): AsyncGenerator<ProviderRequest> {
  const mapped = await mapMessage(message, "azure");
  const content = composeContent(mapped);
  for (const split of splitRecipients(mapped, capacity)) {
    const recipients = addressesOf(split);
    const people = { to: split.to.map(asPerson), cc: split.cc.map(asPerson), bcc: split.bcc.map(asPerson) };
    const headers = {
      "content-type": "application/json",
      // Azure's guidelines for its APIs have a request repeated under the same id answered, and not performed again.
      "operation-id": await operationIdOf(message.id, recipients, around.crypto),
    };
    const body = JSON.stringify({ recipients: people, ...content.value });
    const request = await sign(
      settings,
      { method: "POST", url: urlOf(settings, "/emails:send"), headers, body },
      around,
    );
    yield { request, recipients, omitted: [...split.omitted, ...content.omitted] };
  }
}

function composeContent(mapped: MappedMessage): Fitted<object> {
  const { from, replyTo, tags } = mapped;
  const subject = fitSubject(mapped.subject);
  const texts = fitTexts(mapped);
  const files = fitFiles(mapped.attachments);
  const headers = fitHeaders(mapped.headers, ({ name }) => !reservedHeaders.test(name));
  const { text, html } = texts.value;
  const value = {
    senderAddress: from.address,
    ...(replyTo.length > 0 && { replyTo: replyTo.map(asPerson) }),
    content: {
      subject: subject.value,
      ...(text !== undefined && { plainText: text }),
      ...(html !== undefined && { html }),
    },
    ...(files.value.length > 0 && { attachments: files.value.map(asFile) }),
    ...(Object.keys(headers.value).length > 0 && { headers: headers.value }),
    // The message is to arrive as it is: no pixel added, no link rewritten.
    userEngagementTrackingDisabled: true,
  };
  const omitted = [
    // The one that is shown stands in the settings of the domain.
    ...(from.name === "" ? [] : ["name of the sender"]),
    ...[subject, texts, files, headers].flatMap((fitted) => fitted.omitted),
    ...lostParameters(files.value),
    ...tags.map((tag) => `tag ${tag}`),
  ];
  return { value, omitted };
}

function asPerson({ name, address }: Mailbox): object {
  return name === "" ? { address } : { address, displayName: name };
}

/** "MIME type of the content": that parameters may follow is not said. */
function asFile({ filename, mediaType, content, contentId }: MessageFile): object {
  const contentInBase64 = encodeBase64(content);
  return { name: filename, contentType: mediaType, contentInBase64, ...(contentId !== null && { contentId }) };
}

/** The same for the same message to the same recipients: a UUID of the program's own making (RFC 9562 section 5.8). */
async function operationIdOf(messageId: string, recipients: readonly string[], crypto: Crypto): Promise<string> {
  const name = new TextEncoder().encode([messageId, ...recipients].join("\n"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", name));
  const hex = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-8$3-8$4-$5");
}

function urlOf({ endpoint }: RelaySettings, path: string): URL {
  return new URL(`${endpoint}${path}?api-version=${apiVersion}`);
}

function sign({ access_key }: RelaySettings, request: UnsignedRequest, around: HttpSurroundings): Promise<Request> {
  return signForAzure(request, String(access_key), around);
}

/** Asks what became of a message that was taken, until that is known, or for half a minute. */
async function follow(
  settings: RelaySettings,
  answer: ProviderAnswer,
  around: HttpSurroundings,
): Promise<ProviderAnswer> {
  let latest = answer;
  for (let waited = 0; isPending(latest) && !around.signal.aborted; ) {
    const pause = Math.max(readRetryAfter(latest.headers, around.nowMs()) ?? usualPauseSeconds, 1);
    waited += pause;
    if (waited > longestWaitSeconds) break;
    await around.wait(pause * 1000);
    const { id } = operation.parse(latest.json);
    const url = urlOf(settings, `/emails/operations/${id}`);
    const response = await around.fetch(await sign(settings, { method: "GET", url }, around));
    const asked = operation.safeParse(await response.json());
    // It limits how often it may be asked; the message is on its way all the same.
    if (response.status !== 200 || asked.data?.id !== id) break;
    latest = { ...answer, headers: response.headers, json: asked.data };
  }
  return latest;
}

function isPending({ status, json }: ProviderAnswer): boolean {
  const state = operation.safeParse(json).data?.status;
  return status === 202 && (state === "NotStarted" || state === "Running");
}

function judge(answer: ProviderAnswer): ProviderVerdict {
  const result = answer.status === conflict ? "temporary" : resultOfStatus(answer.status);
  if (result === "delivered") return judgeOperation(answer);
  const error = explained.safeParse(answer.json).data?.error;
  const words = error && `${error.code}: ${error.message}`;
  return { result, response: describeAnswer(answer, words), messageId: null };
}

const resultOfState = {
  NotStarted: "delivered",
  Running: "delivered",
  Succeeded: "delivered",
  // It has tried several times itself.
  Failed: "permanent",
  Canceled: "temporary",
} as const satisfies Record<string, ProviderVerdict["result"]>;

function judgeOperation(answer: ProviderAnswer): ProviderVerdict {
  const { data } = operation.safeParse(answer.json);
  if (answer.status !== 202 || data === undefined) return unknownVerdict(answer);
  const { id, status, error } = data;
  const words = error ? `${status}: ${error.code}: ${error.message}` : status;
  const result = resultOfState[status];
  return { result, response: describeAnswer(answer, words), messageId: result === "delivered" ? id : null };
}
