/** Errors that a sender can meet over either protocol: the reasons to refuse a connection or a message. */
import { defineError } from "./definition.ts";

type NoFacts = Record<string, never>;

export const intakeErrors = {
  address_not_allowed: defineError<{ address: string; setting: string }>({
    status: 403,
    isDenial: true,
    message: ({ address, setting }) => `${address} is not in ${setting}.`,
    remedy: ({ address, setting }) => `To let it in, add ${address} to ${setting}.`,
  }),
  too_many_connections: defineError<{ limit: number }>({
    status: 503,
    message: ({ limit }) => `All ${limit} connections are in use.`,
    remedy: () => "Raise listener.max_connections, or find the client that keeps them open.",
  }),
  too_many_connections_from_client: defineError<{ address: string; limit: number }>({
    status: 503,
    message: ({ address, limit }) => `${address} has ${limit} connections open already.`,
    remedy: () => "Raise listener.max_connections_per_client, or have the client close its connections.",
  }),
  disk_nearly_full: defineError<{ freeBytes: number }>({
    status: 503,
    message: ({ freeBytes }) => `Only ${freeBytes} bytes are free on the spool's disk, so no mail is taken in.`,
    remedy: () => "Free some space; intake goes on by itself.",
  }),
  spool_unavailable: defineError<{ reason: string }>({
    status: 503,
    message: ({ reason }) => `The message could not be stored: ${reason}.`,
    remedy: () => "Look at the disk and the permissions of the spool directory; senders will try again.",
  }),
  message_too_large: defineError<{ limitBytes: number }>({
    status: 413,
    message: ({ limitBytes }) => `The message is larger than ${limitBytes} bytes.`,
  }),
  headers_too_large: defineError<{ limitBytes: number }>({
    status: 422,
    message: ({ limitBytes }) => `The headers of the message are larger than ${limitBytes} bytes.`,
  }),
  too_many_recipients: defineError<{ limit: number }>({
    status: 422,
    message: ({ limit }) => `The message has more than ${limit} recipients.`,
  }),
  no_recipients: defineError<NoFacts>({
    status: 422,
    message: () => "The message has no recipient.",
  }),
  address_invalid: defineError<{ address: string; field: string }>({
    status: 422,
    message: ({ address, field }) => `${JSON.stringify(address)} in ${field} is not an address.`,
  }),
  mail_loop: defineError<{ hops: number }>({
    status: 422,
    message: ({ hops }) => `The message has passed ${hops} servers already; it is going round in a loop.`,
    remedy: () => "See that the relay does not send mail back to Dispatch.",
  }),
  bare_newline: defineError<NoFacts>({
    status: 422,
    message: () => 'The message has a bare CR or LF, and listener.bare_newlines is "reject".',
  }),
  message_incomplete: defineError<NoFacts>({
    status: 400,
    message: () => "The client went away before the message was complete.",
  }),
  internal_error: defineError<NoFacts>({
    status: 500,
    message: () => "Something went wrong inside Dispatch.",
    remedy: () => "The service's log says what; nothing was accepted.",
  }),
} as const;

/** Code of an error that a sender can meet over either protocol. */
export type IntakeErrorCode = keyof typeof intakeErrors;
