/**
 * SendGrid: takes people, texts and files apart, as JSON.
 *
 * https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
 */

import { z } from "zod";
import { choiceCodec } from "../../config/codec/choice.ts";
import { encodeBase64 } from "../../ingest/base64.ts";
import type { Mailbox } from "../../mail/mailbox.ts";
import type { MessageFile } from "../../mail/message_body.ts";
import {
  type Fitted,
  fitFiles,
  fitHeaders,
  fitSubject,
  fitTags,
  fitTexts,
  lostParameters,
} from "../http/fit_to_api.ts";
import type { HttpMessage, ProviderAnswer, ProviderRequest, ProviderVerdict } from "../http/http_api.ts";
import { mapMessage } from "../http/map_message.ts";
import type { MappedMessage, MappedRecipients } from "../http/mapped_message.ts";
import { addressesOf, splitRecipients } from "../http/mapped_recipients.ts";
import { isPlainAddress } from "../http/recipient_batches.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "../http/status_verdict.ts";
import type { RelaySettings } from "../relay.ts";
import { credentialCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";

/** Accounts with subusers in the EU send there. */
const servers = { global: "https://api.sendgrid.com", eu: "https://api.eu.sendgrid.com" } as const;

/** "There is a limit of 1000 total recipients (to + cc + bcc) per request." */
const maxRecipients = 1000;

/**
 * "These headers cannot be one of the reserved headers"; the rest of them is expressed otherwise. `X-SMTPAPI` tells
 * SendGrid what to do, which is not for a message to say; and whether there would be two dates is not documented.
 */
const reservedHeaders = /^(?:x-sg-.+|content-.+|x-smtpapi|date)$/i;

const maxCategories = 10;
const category = /^.{1,255}$/u;

/** "The message was accepted": 200 is said in sandbox mode only, where nothing is sent. */
const acceptedStatus = 202;

const explained = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });

/** The message is to arrive as it is: no pixel added, no link rewritten, no footer. */
const untouched = {
  tracking_settings: {
    click_tracking: { enable: false, enable_text: false },
    open_tracking: { enable: false },
    subscription_tracking: { enable: false },
  },
};

/** The provider of relays through SendGrid. */
export const sendgrid: Provider = {
  name: "sendgrid",
  summary: "SendGrid, over its HTTP API",
  carrier: { kind: "http", api: { compose: async (settings, message) => compose(settings, message), judge } },
  documentation: "https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send",
  // "The total size of your email, including attachments, must be less than 30MB."
  maxMessageBytes: 30 * 1024 * 1024,
  settings: {
    api_key: { codec: credentialCodec(), required: true, secret: true, summary: "API key that may send mail" },
    region: {
      codec: choiceCodec(["global", "eu"]),
      default: "global",
      summary: "Where the account or subuser is: global or eu",
    },
  },
};

async function* compose(settings: RelaySettings, message: HttpMessage): AsyncGenerator<ProviderRequest> {
  const mapped = await mapMessage(message, "sendgrid");
  const { value: content, omitted } = composeContent(mapped);
  const url = `${settings.region === "eu" ? servers.eu : servers.global}/v3/mail/send`;
  const headers = { authorization: `Bearer ${settings.api_key}`, "content-type": "application/json" };
  for (const group of packGroups(splitRecipients(mapped, { recipients: maxRecipients, needsTo: true }))) {
    const body = JSON.stringify({ personalizations: group.map(personalize), ...content });
    yield {
      request: new Request(url, { method: "POST", headers, body }),
      recipients: group.flatMap(addressesOf),
      omitted: [...new Set([...group.flatMap((recipients) => recipients.omitted), ...omitted])],
    };
  }
}

/** Each personalization is a message of its own, so that those who must not see each other fit into one request. */
function packGroups(groups: readonly MappedRecipients[]): MappedRecipients[][] {
  const packed: MappedRecipients[][] = [];
  let room = 0;
  for (const group of groups) {
    const addresses = addressesOf(group);
    const isOdd = !addresses.every(isPlainAddress);
    if (isOdd || addresses.length > room) {
      packed.push([]);
      room = maxRecipients;
    }
    packed.at(-1)!.push(group);
    room = isOdd ? 0 : room - addresses.length;
  }
  return packed;
}

function personalize({ to, cc, bcc }: MappedRecipients): object {
  return {
    to: to.map(asEmail),
    ...(cc.length > 0 && { cc: cc.map(asEmail) }),
    ...(bcc.length > 0 && { bcc: bcc.map(asEmail) }),
  };
}

function composeContent(mapped: MappedMessage): Fitted<object> {
  const { from, replyTo } = mapped;
  const subject = fitSubject(mapped.subject);
  const texts = fitTexts(mapped);
  const files = fitFiles(mapped.attachments);
  const headers = fitHeaders(mapped.headers, ({ name }) => !reservedHeaders.test(name));
  const tags = fitTags(mapped.tags, maxCategories, category);
  const { text, html } = texts.value;
  const value = {
    from: asEmail(from),
    ...(replyTo.length > 0 && { reply_to_list: replyTo.map(asEmail) }),
    subject: subject.value,
    content: [
      ...(text === undefined ? [] : [{ type: "text/plain", value: text }]),
      ...(html === undefined ? [] : [{ type: "text/html", value: html }]),
    ],
    ...(files.value.length > 0 && { attachments: files.value.map(asAttachment) }),
    ...(Object.keys(headers.value).length > 0 && { headers: headers.value }),
    ...(tags.value.length > 0 && { categories: tags.value }),
    ...untouched,
  };
  const lost = [subject, texts, files, headers, tags].flatMap(({ omitted }) => omitted);
  return { value, omitted: [...lost, ...lostParameters(files.value), ...lostContentIds(files.value)] };
}

function asEmail({ name, address }: Mailbox): object {
  return name === "" ? { email: address } : { email: address, name };
}

/** "The attachment type cannot contain ';', or CRLF characters", and so no parameters. */
function asAttachment({ content, mediaType, filename, disposition, contentId }: MessageFile): object {
  return {
    content: encodeBase64(content),
    type: mediaType,
    filename,
    disposition,
    ...(contentId !== null && !contentId.includes(";") && { content_id: contentId }),
  };
}

function lostContentIds(files: readonly MessageFile[]): string[] {
  const lost = files.filter(({ contentId }) => contentId?.includes(";"));
  return lost.map(({ filename }) => `Content-ID of file ${filename}`);
}

function judge(answer: ProviderAnswer): ProviderVerdict {
  const result = resultOfStatus(answer.status);
  if (answer.status === acceptedStatus) {
    const messageId = answer.headers.get("x-message-id");
    return { result, response: describeAnswer(answer), messageId };
  }
  if (result === "delivered") return unknownVerdict(answer);
  const words = explained.safeParse(answer.json).data?.errors.map(({ message }) => message);
  return { result, response: describeAnswer(answer, words?.join("; ")), messageId: null };
}
