/** Errors that somebody at the dashboard or the admin API can meet. */
import { defineError } from "./definition.ts";

type NoFacts = Record<string, never>;

function inMinutes(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return minutes === 1 ? "in a minute" : `in ${minutes} minutes`;
}

export const adminErrors = {
  monitoring_not_allowed: defineError<{ address: string }>({
    status: 403,
    isDenial: true,
    message: ({ address }) => `${address} may not read /health and /metrics: it is in no private network.`,
    remedy: () =>
      "List all networks that are to reach this port in webui.allowed_cidrs, that one among them, or ask /api/health with a token.",
  }),
  not_signed_in: defineError<NoFacts>({
    status: 401,
    message: () => "Nobody is signed in, or the session has ended.",
    remedy: () => "Sign in.",
  }),
  token_invalid: defineError<NoFacts>({
    status: 401,
    isDenial: true,
    message: () => "The admin token is unknown or revoked.",
    remedy: () => "Create one with: dispatch admin token create NAME --scope S",
  }),
  scope_insufficient: defineError<{ name: string; operation: string; scope: string; needed: string }>({
    status: 403,
    isDenial: true,
    message: ({ name, scope, needed }) =>
      `The admin token ${JSON.stringify(name)} has the scope ${scope}; this takes the scope ${needed}.`,
    remedy: ({ needed }) => `Create one with: dispatch admin token create NAME --scope ${needed}`,
  }),
  session_needed: defineError<NoFacts>({
    status: 403,
    isDenial: true,
    message: () => "This is for whoever signed in with the password, and not for a token.",
    remedy: () => "Sign in.",
  }),
  admin_token_unknown: defineError<{ id: string }>({
    status: 404,
    message: ({ id }) => `There is no admin token ${JSON.stringify(id)}.`,
    remedy: () => "See: dispatch admin token list",
  }),
  admin_token_exists: defineError<{ name: string }>({
    status: 409,
    message: ({ name }) => `There is an admin token named ${JSON.stringify(name)} already.`,
    remedy: () => "Choose another name, or revoke it first: dispatch admin token revoke ID",
  }),
  too_many_streams: defineError<{ limit: number; retryAfterSeconds: number }>({
    status: 503,
    message: ({ limit }) => `All ${limit} streams of events are in use.`,
    remedy: () => "End one of them, or try again later.",
  }),
  setup_needed: defineError<NoFacts>({
    status: 409,
    message: () => "There is no password yet.",
    remedy: () => "Set it with the setup code that Dispatch printed when it started.",
  }),
  setup_done: defineError<NoFacts>({
    status: 409,
    message: () => "The password was set already.",
    remedy: () => "Sign in. If the password is lost: dispatch admin reset-password",
  }),
  setup_code_wrong: defineError<NoFacts>({
    status: 403,
    message: () => "This is not the setup code.",
    remedy: () => "Dispatch prints it each time it starts, until there is a password.",
  }),
  sign_in_failed: defineError<NoFacts>({
    status: 401,
    message: () => "The password is wrong.",
    remedy: () => "If it is lost: dispatch admin reset-password",
  }),
  sign_in_locked: defineError<{ retryAfterSeconds: number }>({
    status: 429,
    message: () => "There were too many wrong passwords from this address.",
    remedy: ({ retryAfterSeconds }) => `Try again ${inMinutes(retryAfterSeconds)}.`,
  }),
  sign_in_busy: defineError<{ retryAfterSeconds: number }>({
    status: 503,
    message: () => "Too many passwords are being checked at this moment.",
    remedy: () => "Try again in a moment.",
  }),
  password_too_short: defineError<{ least: number }>({
    status: 422,
    exitCode: 2,
    message: ({ least }) => `A password has at least ${least} characters.`,
  }),
  password_too_long: defineError<{ most: number }>({
    status: 422,
    exitCode: 2,
    message: ({ most }) => `A password has at most ${most} characters.`,
  }),
  password_has_controls: defineError<NoFacts>({
    status: 422,
    exitCode: 2,
    message: () => "A password has no tabs, line breaks and other control characters.",
  }),
  password_not_repeated: defineError<NoFacts>({
    status: 422,
    message: () => "The two new passwords are not the same.",
    remedy: () => "Type both again.",
  }),
  request_forged: defineError<NoFacts>({
    status: 403,
    isDenial: true,
    message: () => "The request did not come from this dashboard.",
    remedy: () => "Load the page again and repeat what you did; a program sends the X-CSRF-Token header.",
  }),
  body_too_large: defineError<{ bytes: number; limitBytes: number }>({
    status: 413,
    message: ({ bytes, limitBytes }) => `The request has ${bytes} bytes or more; ${limitBytes} are read at most.`,
  }),
} as const;
