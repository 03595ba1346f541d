/**
 * Maileroo: takes people, texts and files apart, as JSON.
 *
 * https://maileroo.com/docs/email-api/send-basic-email
 */

import { z } from "zod";
import { encodeBase64 } from "../../ingest/base64.ts";
import type { Mailbox } from "../../mail/mailbox.ts";
import type { MessageFile } from "../../mail/message_body.ts";
import { type Fitted, fitFiles, fitHeaders, fitSubject, fitTags, fitTexts, isOriginField } from "../http/fit_to_api.ts";
import type { HttpMessage, ProviderAnswer, ProviderRequest, ProviderVerdict } from "../http/http_api.ts";
import { mapMessage } from "../http/map_message.ts";
import type { MappedMessage } from "../http/mapped_message.ts";
import { addressesOf, splitRecipients } from "../http/mapped_recipients.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "../http/status_verdict.ts";
import type { RelaySettings } from "../relay.ts";
import { credentialCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";

const url = "https://smtp.maileroo.com/api/v2/emails";

/** The documentation names no limit; this is what its like have. */
const maxRecipients = 50;

/** "Must not exceed 255 characters." */
const maxSubjectLength = 255;

/** Of tags and headers: "The maximum key length is 128 characters, and the maximum value length is 768 characters." */
const maxKeyLength = 128;
const maxValueLength = 768;

/** As many as have a number of two digits. */
const maxTags = 99;
const tagForm = /^.{1,768}$/u;

const accepted = z.object({
  success: z.literal(true),
  message: z.string().optional(),
  data: z.object({ reference_id: z.string().min(1) }),
});
const explained = z.object({ success: z.literal(false), message: z.string() });

/** The provider of relays through Maileroo. */
export const maileroo: Provider = {
  name: "maileroo",
  summary: "Maileroo, over its HTTP API",
  carrier: { kind: "http", api: { compose: async (settings, message) => compose(settings, message), judge } },
  documentation: "https://maileroo.com/docs/email-api/send-basic-email",
  maxMessageBytes: null,
  settings: {
    sending_key: { codec: credentialCodec(), required: true, secret: true, summary: "Sending key of the domain" },
  },
};

async function* compose(settings: RelaySettings, message: HttpMessage): AsyncGenerator<ProviderRequest> {
  const mapped = await mapMessage(message, "maileroo");
  const { value: content, omitted } = composeContent(mapped);
  const headers = { authorization: `Bearer ${settings.sending_key}`, "content-type": "application/json" };
  for (const group of splitRecipients(mapped, { recipients: maxRecipients, needsTo: true })) {
    const { to, cc, bcc } = group;
    const people = {
      to: to.map(asEmail),
      ...(cc.length > 0 && { cc: cc.map(asEmail) }),
      ...(bcc.length > 0 && { bcc: bcc.map(asEmail) }),
    };
    yield {
      request: new Request(url, { method: "POST", headers, body: JSON.stringify({ ...people, ...content }) }),
      recipients: addressesOf(group),
      omitted: [...group.omitted, ...omitted],
    };
  }
}

function composeContent(mapped: MappedMessage): Fitted<object> {
  const subject = fitSubject(mapped.subject, maxSubjectLength);
  const texts = fitTexts(mapped);
  const files = fitFiles(mapped.attachments);
  const headers = fitHeaders(
    mapped.headers,
    (header) => !isOriginField(header) && header.name.length <= maxKeyLength && header.value.length <= maxValueLength,
  );
  const tags = fitTags(mapped.tags, maxTags, tagForm);
  const attachments = files.value.map(fitAttachment);
  const { text, html } = texts.value;
  const value = {
    from: asEmail(mapped.from),
    ...(mapped.replyTo.length > 0 && { reply_to: mapped.replyTo.map(asEmail) }),
    subject: subject.value,
    ...(html !== undefined && { html }),
    // Left away, one would be made from the HTML.
    plain: text ?? "",
    // The message is to arrive as it is: no pixel added, no link rewritten.
    tracking: false,
    ...(tags.value.length > 0 && {
      tags: Object.fromEntries(tags.value.map((tag, index) => [`tag_${index + 1}`, tag])),
    }),
    ...(Object.keys(headers.value).length > 0 && { headers: headers.value }),
    ...(attachments.length > 0 && { attachments: attachments.map((attachment) => attachment.value) }),
  };
  return { value, omitted: [subject, texts, files, headers, tags, ...attachments].flatMap(({ omitted }) => omitted) };
}

function asEmail({ name, address }: Mailbox): object {
  return name === "" ? { address } : { address, display_name: name };
}

/** The HTML refers to an inline file by its name, which is therefore its Content-ID. */
function fitAttachment({ filename, content, contentType, contentId, disposition }: MessageFile): Fitted<object> {
  const isShown = contentId !== null && disposition === "inline";
  const name = isShown ? contentId : filename;
  return {
    value: { file_name: name, content_type: contentType, content: encodeBase64(content), inline: isShown },
    omitted: name === filename ? [] : [`name of inline file ${filename}`],
  };
}

function judge(answer: ProviderAnswer): ProviderVerdict {
  const result = resultOfStatus(answer.status);
  const taken = accepted.safeParse(answer.json).data;
  if (result === "delivered" && taken !== undefined) {
    return { result, response: describeAnswer(answer, taken.message), messageId: taken.data.reference_id };
  }
  const error = explained.safeParse(answer.json).data;
  if (result === "delivered") return unknownVerdict(answer);
  return { result, response: describeAnswer(answer, error?.message), messageId: null };
}
