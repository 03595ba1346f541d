/** What an answer means by its status, and how an operator is told. */
import type { ProviderAnswer, ProviderVerdict } from "./http_api.ts";

/** Statuses below 500 that mean to try again: time-out, too early, too many requests. */
const temporaryStatuses: readonly number[] = [408, 425, 429];

/** 2xx is delivered; 408, 425, 429 and 5xx are temporary; other 4xx are permanent; all else is unknown and temporary. */
export function resultOfStatus(status: number): ProviderVerdict["result"] {
  if (status >= 200 && status < 300) return "delivered";
  return status >= 400 && status < 500 && !temporaryStatuses.includes(status) ? "permanent" : "temporary";
}

/** What an answer means by its status alone. */
export function verdictByStatus(answer: ProviderAnswer): ProviderVerdict {
  return { result: resultOfStatus(answer.status), response: describeAnswer(answer), messageId: null };
}

/** An answer that is not what is documented: whether the message was taken is not known. */
export function unknownVerdict(answer: ProviderAnswer): ProviderVerdict {
  const response = `Not an answer of this API, so the outcome is unknown: ${describeAnswer(answer)}`;
  return { result: "temporary", response, messageId: null };
}

/** `HTTP 401: Forbidden`; `words` are the provider's, by default all that it said. */
export function describeAnswer({ status, text }: ProviderAnswer, words: string = text): string {
  // Who has set a wrong address is helped more by this than by the page that comes with it.
  if (status >= 300 && status < 400) return `HTTP ${status}: a redirect, which is not followed`;
  return words.trim() === "" ? `HTTP ${status}` : `HTTP ${status}: ${words}`;
}
