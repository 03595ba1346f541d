/**
 * Postmark: takes people, texts and files apart, as JSON.
 *
 * https://postmarkapp.com/developer/api/email-api
 */

import { z } from "zod";
import { encodeBase64 } from "../../ingest/base64.ts";
import type { Mailbox } from "../../mail/mailbox.ts";
import type { MessageFile } from "../../mail/message_body.ts";
import { type Fitted, fitFiles, fitTags, fitTexts, isOriginField } from "../http/fit_to_api.ts";
import type { HttpMessage, ProviderAnswer, ProviderRequest, ProviderVerdict } from "../http/http_api.ts";
import { formatMailboxText } from "../http/mailbox_text.ts";
import { mapMessage } from "../http/map_message.ts";
import type { MappedHeader, MappedMessage } from "../http/mapped_message.ts";
import { addressesOf, splitRecipients } from "../http/mapped_recipients.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "../http/status_verdict.ts";
import type { RelaySettings } from "../relay.ts";
import { credentialCodec, patternCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";

const url = "https://api.postmarkapp.com/email";

/** "The maximum number of recipients for each email is 50, including all To, CC, and BCC recipients." */
const maxRecipients = 50;

/** Tell Postmark what to do, which is not for a message to say. */
const commandHeaders = /^x-pm-/i;

/** Codes of errors that pass: maintenance, rate limit. */
const temporaryCodes: readonly number[] = [100, 429];

/** "Invalid email request", with the words that name one recipient. */
const invalidRequest = 300;
const invalidRecipient = /^(?:invalid|error\s+parsing)\s+'(?:to|cc|bcc)'.*?address:?\s*'([^']*)'/is;
/** The sentence on what inactive recipients are is not always there. */
const inactiveRecipients = /inactive addresses:(.*?)(?:\.\s*inactive recipients|\.?$)/is;

/** The code is missing where a delivery may be delayed. */
const accepted = z.object({
  ErrorCode: z.literal(0).optional(),
  MessageID: z.string().min(1),
  Message: z.string().optional(),
});
const explained = z.object({ ErrorCode: z.number(), Message: z.string() });

/** The provider of relays through Postmark. */
export const postmark: Provider = {
  name: "postmark",
  summary: "Postmark, over its HTTP API",
  carrier: { kind: "http", api: { compose: async (settings, message) => compose(settings, message), judge } },
  documentation: "https://postmarkapp.com/developer/api/email-api",
  // "Maximum email size is 10 MB", counted "after it has been base64 encoded".
  maxMessageBytes: 10 * 1024 * 1024,
  settings: {
    server_token: { codec: credentialCodec(), required: true, secret: true, summary: "API token of the server" },
    message_stream: {
      codec: patternCodec(/^[\w-]{1,100}$/, "must be the id of a message stream, such as outbound"),
      default: "outbound",
      summary: "Message stream that mail is sent through",
    },
  },
};

async function* compose(settings: RelaySettings, message: HttpMessage): AsyncGenerator<ProviderRequest> {
  const mapped = await mapMessage(message, "postmark");
  const { value: content, omitted } = composeContent(mapped);
  const headers = {
    "x-postmark-server-token": String(settings.server_token),
    "content-type": "application/json",
    accept: "application/json",
  };
  for (const group of splitRecipients(mapped, { recipients: maxRecipients, needsTo: false })) {
    const { to, cc, bcc } = group;
    const people = { ...list("To", to), ...list("Cc", cc), ...list("Bcc", bcc) };
    const body = JSON.stringify({ ...people, ...content, MessageStream: settings.message_stream });
    yield {
      request: new Request(url, { method: "POST", headers, body }),
      recipients: addressesOf(group),
      omitted: [...group.omitted, ...omitted],
    };
  }
}

function composeContent(mapped: MappedMessage): Fitted<object> {
  const texts = fitTexts(mapped);
  const files = fitFiles(mapped.attachments);
  const tags = fitTags(mapped.tags, 1, /^.{1,1000}$/u);
  const headers = fitHeaderList(mapped.headers);
  const value = {
    From: formatMailboxText(mapped.from),
    ...list("ReplyTo", mapped.replyTo),
    Subject: mapped.subject,
    ...(texts.value.text !== undefined && { TextBody: texts.value.text }),
    ...(texts.value.html !== undefined && { HtmlBody: texts.value.html }),
    ...(headers.value.length > 0 && { Headers: headers.value }),
    ...(files.value.length > 0 && { Attachments: files.value.map(asAttachment) }),
    ...(tags.value.length > 0 && { Tag: tags.value[0] }),
    // The message is to arrive as it is: no pixel added, no link rewritten.
    TrackOpens: false,
    TrackLinks: "None",
  };
  return { value, omitted: [texts, files, headers, tags].flatMap(({ omitted }) => omitted) };
}

/** A name may stand there several times. A `Message-ID` stays what it is only where that is asked for. */
function fitHeaderList(headers: readonly MappedHeader[]): Fitted<object[]> {
  const isLeftOut = (header: MappedHeader) => isOriginField(header) || commandHeaders.test(header.name);
  const sent = headers.filter((header) => !isLeftOut(header));
  const isIdentified = sent.some(({ name }) => name.toLowerCase() === "message-id");
  const all = isIdentified ? [...sent, { name: "X-PM-KeepID", value: "true" }] : sent;
  return {
    value: all.map(({ name, value }) => ({ Name: name, Value: value })),
    omitted: headers.filter(isLeftOut).map(({ name }) => `header ${name}`),
  };
}

function list(name: string, mailboxes: readonly Mailbox[]): object {
  return mailboxes.length === 0 ? {} : { [name]: mailboxes.map(formatMailboxText).join(", ") };
}

/** A Content-ID makes a file inline. */
function asAttachment({ filename, content, contentType, contentId, disposition }: MessageFile): object {
  return {
    Name: filename,
    Content: encodeBase64(content),
    ContentType: contentType,
    ...(contentId !== null && disposition === "inline" && { ContentID: `cid:${contentId}` }),
  };
}

function judge(answer: ProviderAnswer, recipients: readonly string[]): ProviderVerdict {
  const result = resultOfStatus(answer.status);
  const taken = accepted.safeParse(answer.json);
  if (result === "delivered" && taken.success) return judgeSuccess(answer, taken.data, recipients);
  const { data: error } = explained.safeParse(answer.json);
  if (error === undefined) {
    return result === "delivered"
      ? unknownVerdict(answer)
      : { result, response: describeAnswer(answer), messageId: null };
  }
  return judgeError(answer, error, recipients);
}

/** It sends to all but those who are known to bounce or to complain. */
function judgeSuccess(
  answer: ProviderAnswer,
  { MessageID: messageId, Message: words = "" }: z.infer<typeof accepted>,
  recipients: readonly string[],
): ProviderVerdict {
  const response = describeAnswer(answer, words);
  const inactive = new Set((inactiveRecipients.exec(words)?.[1] ?? "").split(",").map(normalize));
  const others = recipients
    .filter((address) => inactive.has(normalize(address)))
    .map((address) => ({ address, result: "permanent" as const, response }));
  return { result: "delivered", response, messageId, others };
}

/** One recipient that it can't read has the whole message refused: the others are tried again, without him. */
function judgeError(
  answer: ProviderAnswer,
  { ErrorCode: code, Message: words }: z.infer<typeof explained>,
  recipients: readonly string[],
): ProviderVerdict {
  const response = describeAnswer(answer, `${words} (code ${code})`);
  const isTemporary = temporaryCodes.includes(code) || resultOfStatus(answer.status) === "temporary";
  if (isTemporary) return { result: "temporary", response, messageId: null };
  const named = code === invalidRequest ? normalize(invalidRecipient.exec(words)?.[1] ?? "") : "";
  const wrong = recipients.filter((address) => normalize(address) === named);
  if (wrong.length === 0 || recipients.length === 1) return { result: "permanent", response, messageId: null };
  const others = wrong.map((address) => ({ address, result: "permanent" as const, response }));
  return { result: "temporary", response, messageId: null, others };
}

function normalize(address: string): string {
  return address.trim().toLowerCase();
}
