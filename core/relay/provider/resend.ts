/**
 * Resend: takes people, texts and files apart, as JSON.
 *
 * https://resend.com/docs/api-reference/emails/send-email
 */

import { z } from "zod";
import { encodeBase64 } from "../../ingest/base64.ts";
import { endsLikeType, hasExtension } from "../../mail/file_extension.ts";
import type { MessageFile } from "../../mail/message_body.ts";
import { type Fitted, fitFiles, fitHeaders, fitSubject, fitTags, fitTexts, isOriginField } from "../http/fit_to_api.ts";
import type {
  HttpMessage,
  HttpSurroundings,
  ProviderAnswer,
  ProviderRequest,
  ProviderVerdict,
} from "../http/http_api.ts";
import { formatMailboxText } from "../http/mailbox_text.ts";
import { mapMessage } from "../http/map_message.ts";
import type { MappedMessage } from "../http/mapped_message.ts";
import { addressesOf, splitRecipients } from "../http/mapped_recipients.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "../http/status_verdict.ts";
import type { RelaySettings } from "../relay.ts";
import { credentialCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";

const url = "https://api.resend.com/emails";

/** "Max 50" is said of `to`; taken as the bound of all three. */
const maxRecipients = 50;

/** "You can add up to 75 tags per email", of "ASCII letters, numbers, underscores, or dashes". */
const maxTags = 75;
const tagForm = /^[\w-]{1,256}$/;

/** Tell Resend what to do, which is not for a message to say. */
const commandHeaders = /^(?:x-)?resend-/i;

/** The first request with the same key is still under way. */
const concurrentRequest = "concurrent_idempotent_requests";

const accepted = z.object({ id: z.string().min(1) });
const explained = z.object({ name: z.string(), message: z.string() });

/** The provider of relays through Resend. */
export const resend: Provider = {
  name: "resend",
  summary: "Resend, over its HTTP API",
  carrier: { kind: "http", api: { compose: async (...all) => compose(...all), judge } },
  documentation: "https://resend.com/docs/api-reference/emails/send-email",
  // 40 MB, counted after the files were encoded in base64.
  maxMessageBytes: 40 * 1024 * 1024,
  settings: {
    api_key: { codec: credentialCodec(), required: true, secret: true, summary: "API key that may send mail" },
  },
};

async function* compose(
  settings: RelaySettings,
  message: HttpMessage,
  { crypto }: HttpSurroundings,
): AsyncGenerator<ProviderRequest> {
  const mapped = await mapMessage(message, "resend");
  const { value: content, omitted } = composeContent(mapped);
  for (const group of splitRecipients(mapped, { recipients: maxRecipients, needsTo: true })) {
    const { to, cc, bcc } = group;
    const people = {
      to: to.map(formatMailboxText),
      ...(cc.length > 0 && { cc: cc.map(formatMailboxText) }),
      ...(bcc.length > 0 && { bcc: bcc.map(formatMailboxText) }),
    };
    const body = new TextEncoder().encode(JSON.stringify({ ...people, ...content }));
    const headers = {
      authorization: `Bearer ${settings.api_key}`,
      "content-type": "application/json",
      "idempotency-key": await idempotencyKey(message.id, body, crypto),
    };
    yield {
      request: new Request(url, { method: "POST", headers, body }),
      recipients: addressesOf(group),
      omitted: [...group.omitted, ...omitted],
    };
  }
}

/**
 * The same for the same request, made again within a day, which is then not sent twice; another one for a request of the
 * message that differs, as for other recipients, since a key that comes with another body is refused.
 */
async function idempotencyKey(id: string, body: Uint8Array<ArrayBuffer>, crypto: Crypto): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return `${id}/${Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function composeContent(mapped: MappedMessage): Fitted<object> {
  const subject = fitSubject(mapped.subject);
  const texts = fitTexts(mapped);
  const files = fitFiles(mapped.attachments);
  const headers = fitHeaders(mapped.headers, (header) => !isOriginField(header) && !commandHeaders.test(header.name));
  const tags = fitTags(mapped.tags, maxTags, tagForm);
  const attachments = files.value.map(fitAttachment);
  const value = {
    from: formatMailboxText(mapped.from),
    ...(mapped.replyTo.length > 0 && { reply_to: mapped.replyTo.map(formatMailboxText) }),
    subject: subject.value,
    ...texts.value,
    ...(Object.keys(headers.value).length > 0 && { headers: headers.value }),
    ...(attachments.length > 0 && { attachments: attachments.map((attachment) => attachment.value) }),
    ...(tags.value.length > 0 && { tags: tags.value.map((tag, index) => ({ name: `tag_${index + 1}`, value: tag })) }),
  };
  return { value, omitted: [subject, texts, files, headers, tags, ...attachments].flatMap(({ omitted }) => omitted) };
}

/**
 * A type that does not go with the end of the file's name is left to be derived from that: such a message would be taken
 * and, without a word, never sent (known from users, not from the documentation).
 */
function fitAttachment({
  filename,
  content,
  mediaType,
  contentType,
  contentId,
  disposition,
}: MessageFile): Fitted<object> {
  const isTyped = endsLikeType(filename, mediaType) || !hasExtension(filename);
  const isUntyped = isTyped || mediaType === "application/octet-stream";
  const value = {
    filename,
    content: encodeBase64(content),
    ...(isTyped && { content_type: contentType }),
    ...(contentId !== null && disposition === "inline" && { content_id: contentId }),
  };
  return { value, omitted: isUntyped ? [] : [`type ${mediaType} of file ${filename}`] };
}

function judge(answer: ProviderAnswer): ProviderVerdict {
  const result = resultOfStatus(answer.status);
  if (result === "delivered") {
    const { data } = accepted.safeParse(answer.json);
    return data === undefined
      ? unknownVerdict(answer)
      : { result, response: describeAnswer(answer, "accepted"), messageId: data.id };
  }
  const { data: error } = explained.safeParse(answer.json);
  const response = describeAnswer(answer, error && `${error.message} (${error.name})`);
  return { result: error?.name === concurrentRequest ? "temporary" : result, response, messageId: null };
}
