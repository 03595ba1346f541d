/**
 * The transmissions of SparkPost, and of Bird, which is built on it: MIME as text, with the recipients beside it.
 *
 * https://developers.sparkpost.com/api/transmissions/, https://docs.bird.com/api/email-api/transmissions
 */
import { z } from "zod";
import { DispatchError } from "../../error/mod.ts";
import type { RelaySettings } from "../relay.ts";
import type { HttpApi, HttpMessage, ProviderAnswer, ProviderRequest, ProviderVerdict } from "./http_api.ts";
import { addressBatches } from "./recipient_batches.ts";
import { describeAnswer, resultOfStatus, unknownVerdict } from "./status_verdict.ts";

/** Where transmissions are sent to, and on whose behalf. */
export interface TransmissionsTarget {
  readonly url: string;
  /** Value of the header `Authorization`. */
  readonly authorization: string;
}

/** An answer says how many recipients were refused, and not which: one alone leaves no doubt who is to be sent to again. */
const maxRecipients = 1;

/** "A maximum of 1000 bytes of merged metadata". */
const maxMetadataBytes = 1000;

/** "Exceed Sending Limit": by the hour or day or month, or of the sandbox. */
const limitExceeded = 420;

const accepted = z.object({
  results: z.object({
    id: z.string().min(1),
    total_accepted_recipients: z.number(),
    total_rejected_recipients: z.number(),
  }),
});
const explained = z.object({
  errors: z.array(z.object({ message: z.string(), description: z.string().optional() })).min(1),
});

/** The API of the provider of that name. */
export function transmissionsApi(provider: string, target: (settings: RelaySettings) => TransmissionsTarget): HttpApi {
  return { compose: async (settings, message) => compose(provider, target(settings), message), judge };
}

function* compose(
  provider: string,
  { url, authorization }: TransmissionsTarget,
  message: HttpMessage,
): Generator<ProviderRequest> {
  const headers = { authorization, "content-type": "application/json" };
  const mime = decodeText(provider, message.mime);
  const { metadata, omitted } = describeTags(message);
  for (const recipients of addressBatches(message.recipients, maxRecipients)) {
    const body = JSON.stringify({
      // The message is to arrive as it is: no variables filled in, no links rewritten, nothing added.
      options: { open_tracking: false, click_tracking: false, transactional: true, perform_substitutions: false },
      recipients: recipients.map((email) => ({ address: { email } })),
      ...metadata,
      content: { email_rfc822: mime },
    });
    yield { request: new Request(url, { method: "POST", headers, body }), recipients, omitted };
  }
}

/** JSON has no bytes. */
function decodeText(provider: string, mime: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(mime);
  } catch {
    throw new DispatchError("message_inexpressible", {
      provider,
      what: "it has bytes that are not UTF-8, and no transfer encoding",
    });
  }
}

function describeTags({ tags, sender }: HttpMessage): { metadata: object; omitted: string[] } {
  const metadata = { metadata: { tags } };
  const isSmall = new TextEncoder().encode(JSON.stringify(metadata.metadata)).byteLength <= maxMetadataBytes;
  return {
    metadata: tags.length > 0 && isSmall ? metadata : {},
    omitted: [
      ...(isSmall ? [] : tags.map((tag) => `tag ${tag}`)),
      // It sets a return path of its own, and lets few accounts choose one.
      ...(sender === "" ? ["null sender"] : []),
    ],
  };
}

function judge(answer: ProviderAnswer): ProviderVerdict {
  const result = resultOfStatus(answer.status);
  if (result === "delivered") return judgeSuccess(answer);
  const error = explained.safeParse(answer.json).data?.errors[0];
  const words = error && [error.message, error.description].filter(Boolean).join(": ");
  return {
    result: answer.status === limitExceeded ? "temporary" : result,
    response: describeAnswer(answer, words),
    messageId: null,
  };
}

function judgeSuccess(answer: ProviderAnswer): ProviderVerdict {
  const { data } = accepted.safeParse(answer.json);
  if (data === undefined) return unknownVerdict(answer);
  const { id, total_accepted_recipients: taken, total_rejected_recipients: refused } = data.results;
  const response = describeAnswer(answer, `${taken} recipients accepted, ${refused} rejected`);
  if (refused > 0) return { result: "permanent", response, messageId: null };
  return taken > 0 ? { result: "delivered", response, messageId: id } : unknownVerdict(answer);
}
