/** Errors that only a sender over HTTP can meet: the reasons to refuse a request. */
import { defineError } from "./definition.ts";

type NoFacts = Record<string, never>;

const alternatives = new Intl.ListFormat("en-GB", { type: "disjunction" });

export const requestErrors = {
  client_address_unclear: defineError<{ proxy: string; obstacle: string; setting: string }>({
    status: 403,
    isDenial: true,
    message: ({ proxy, obstacle }) => `The proxy ${proxy} does not say clearly who its client is: ${obstacle}.`,
    remedy: ({ setting }) =>
      `Have it write Forwarded or X-Forwarded-For and remove the other one, or take it out of ${setting}.`,
  }),
  key_missing: defineError<NoFacts>({
    status: 401,
    message: () => "No API key was given.",
    remedy: () => "Send it as: Authorization: Bearer dsp_live_…",
  }),
  key_invalid: defineError<NoFacts>({
    status: 401,
    isDenial: true,
    message: () => "The API key is unknown or revoked.",
    remedy: () => "Create one with: dispatch key create NAME",
  }),
  rate_limited: defineError<{ perMinute: number; retryAfterSeconds: number }>({
    status: 429,
    message: ({ perMinute }) => `This API key may make ${perMinute} requests a minute.`,
    remedy: ({ retryAfterSeconds }) => `Try again in ${retryAfterSeconds} s.`,
  }),
  body_malformed: defineError<{ reason: string }>({
    status: 400,
    message: ({ reason }) => `The request body can't be read: ${reason}.`,
  }),
  body_incomplete: defineError<NoFacts>({
    status: 400,
    message: () => "The request body ended before its declared length.",
  }),
  body_too_deep: defineError<{ limit: number }>({
    status: 400,
    message: ({ limit }) => `The request body nests deeper than ${limit} levels.`,
  }),
  request_malformed: defineError<NoFacts>({
    status: 400,
    message: () => "What the client sent is not an HTTP request.",
  }),
  request_timeout: defineError<{ seconds: number }>({
    status: 408,
    message: ({ seconds }) => `The request was not complete after ${seconds} s.`,
  }),
  request_headers_too_large: defineError<{ limitBytes: number }>({
    status: 431,
    message: ({ limitBytes }) => `The headers of the request are larger than ${limitBytes} bytes.`,
  }),
  media_type_unsupported: defineError<{ mediaType: string; taken: readonly string[] }>({
    status: 415,
    message: ({ mediaType }) => `Content-Type ${JSON.stringify(mediaType)} is not taken here.`,
    remedy: ({ taken }) => `Use ${alternatives.format(taken)}.`,
  }),
  request_invalid: defineError<{ errors: readonly { path: string; message: string }[] }>({
    status: 422,
    message: ({ errors }) => `The request has ${errors.length === 1 ? "an error" : `${errors.length} errors`}.`,
  }),
  idempotency_conflict: defineError<NoFacts>({
    status: 409,
    message: () => "This Idempotency-Key was used with another body.",
    remedy: () => "Use a new key for a new message.",
  }),
  message_unknown: defineError<{ id: string }>({
    status: 404,
    message: ({ id }) => `There is no message ${id}.`,
  }),
  route_unknown: defineError<{ method: string; path: string }>({
    status: 404,
    message: ({ method, path }) => `There is nothing at ${method} ${path}.`,
  }),
  method_not_allowed: defineError<{ method: string; allowed: string }>({
    status: 405,
    message: ({ method, allowed }) => `${method} does nothing here; ${allowed} does.`,
  }),
  history_unavailable: defineError<{ reason: string }>({
    status: 503,
    message: ({ reason }) => `The message log can't be read right now: ${reason}.`,
    remedy: () => "Mail is accepted and delivered all the same. Try again in a moment.",
  }),
} as const;

/** Code of an error that only a sender over HTTP can meet. */
export type RequestErrorCode = keyof typeof requestErrors;
