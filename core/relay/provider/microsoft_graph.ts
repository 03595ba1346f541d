/**
 * Microsoft Graph: sends MIME from a mailbox of Microsoft 365, to the recipients that its header section names.
 *
 * https://learn.microsoft.com/graph/api/user-sendmail, https://learn.microsoft.com/graph/outlook-send-mime-message, errors:
 * https://learn.microsoft.com/graph/errors
 */
import { z } from "zod";
import { encodeBase64 } from "../../ingest/base64.ts";
import type { HttpMessage, ProviderAnswer, ProviderRequest, ProviderVerdict } from "../http/http_api.ts";
import { addressesOf, placeRecipients, splitRecipients } from "../http/mapped_recipients.ts";
import { fieldsLeftOut, openMessage, readdress } from "../http/readdress.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "../http/status_verdict.ts";
import { microsoftGrant, microsoftSettings } from "../oauth/microsoft.ts";
import type { RelaySettings } from "../relay.ts";
import { patternCodec } from "./pattern_codec.ts";
import type { Provider } from "./provider.ts";
import { serverUrlCodec } from "./server_url_codec.ts";

/** What a mailbox may send to at once unless its administrator allows more (Exchange Online limits). */
const capacity = { recipients: 500, needsTo: false };

/** A message that was taken is answered with this alone; one that is too large has been seen answered with 200. */
const accepted = 202;

/** Codes that mean to try again, whatever the status. */
const temporaryCodes: readonly string[] = [
  "ApplicationThrottled",
  "ErrorExceededMessageLimit",
  "ErrorInternalServerTransientError",
  "ErrorMailboxMoveInProgress",
  "ErrorMailboxStoreUnavailable",
  "ErrorServerBusy",
  "TooManyRequests",
];

const explained = z.object({ error: z.object({ code: z.string(), message: z.string().default("") }) });

/** The provider of relays through Microsoft Graph. */
export const microsoftGraph: Provider = {
  name: "microsoft-graph",
  summary: "Microsoft 365, over Microsoft Graph",
  carrier: {
    kind: "http",
    api: {
      // A token for all that the application may do, at whichever cloud's Graph it is.
      grant: (settings) => microsoftGrant(settings, `${new URL(serverOf(settings)).origin}/.default`),
      compose: async (settings, message) => compose(settings, message),
      judge,
    },
  },
  documentation: "https://learn.microsoft.com/graph/api/user-sendmail",
  // A request may have 4 MB, and base64 makes four bytes of three.
  maxMessageBytes: 3 * 1024 * 1024,
  settings: {
    ...microsoftSettings,
    tenant: { ...microsoftSettings.tenant, required: true },
    client_id: { ...microsoftSettings.client_id, required: true },
    client_secret: { ...microsoftSettings.client_secret, required: true },
    mailbox: {
      codec: patternCodec(/^(?=.{1,320}$)[!-~]*[A-Za-z0-9][!-~]*$/, "must be the address or the id of a mailbox"),
      required: true,
      summary: "Address or id of the mailbox that sends",
    },
    endpoint: {
      codec: serverUrlCodec(),
      destination: true,
      summary: "URL of Graph; without one https://graph.microsoft.com, national clouds have others",
    },
  },
};

function serverOf({ endpoint = "https://graph.microsoft.com" }: RelaySettings): string {
  return String(endpoint);
}

function* compose(settings: RelaySettings, message: HttpMessage): Generator<ProviderRequest> {
  const url = `${serverOf(settings)}/v1.0/users/${encodeURIComponent(String(settings.mailbox))}/sendMail`;
  const opened = openMessage(message.mime);
  const placed = placeRecipients(opened.section, message.recipients);
  // It sets a return path of its own: the address of the mailbox.
  const leftOut = [...fieldsLeftOut(opened), ...(message.sender === "" ? ["null sender"] : [])];
  for (const recipients of splitRecipients(placed, capacity)) {
    const body = encodeBase64(readdress(opened, recipients));
    const request = new Request(url, { method: "POST", headers: { "content-type": "text/plain" }, body });
    yield { request, recipients: addressesOf(recipients), omitted: [...recipients.omitted, ...leftOut] };
  }
}

function judge(answer: ProviderAnswer): ProviderVerdict {
  const { status, headers } = answer;
  if (status === accepted) {
    return { result: "delivered", response: describeAnswer(answer), messageId: headers.get("request-id") };
  }
  const result = resultOfStatus(status);
  if (result === "delivered") return unknownVerdict(answer);
  const error = explained.safeParse(answer.json).data?.error;
  const words = error && [error.code, error.message].filter(Boolean).join(": ");
  const isTemporary = error !== undefined && temporaryCodes.includes(error.code);
  return { result: isTemporary ? "temporary" : result, response: describeAnswer(answer, words), messageId: null };
}
