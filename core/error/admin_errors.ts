/** Errors that somebody at the dashboard or the admin API can meet. */
import { defineError } from "./definition.ts";

type NoFacts = Record<string, never>;

function inMinutes(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return minutes === 1 ? "in a minute" : `in ${minutes} minutes`;
}

export const adminErrors = {
  not_signed_in: defineError<NoFacts>({
    status: 401,
    message: () => "Nobody is signed in, or the session has ended.",
    remedy: () => "Sign in.",
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
  password_not_repeated: defineError<NoFacts>({
    status: 422,
    message: () => "The two new passwords are not the same.",
    remedy: () => "Type both again.",
  }),
  request_forged: defineError<NoFacts>({
    status: 403,
    message: () => "The request did not come from this dashboard.",
    remedy: () => "Load the page again and repeat what you did; a program sends the X-CSRF-Token header.",
  }),
  body_too_large: defineError<{ bytes: number; limitBytes: number }>({
    status: 413,
    message: ({ bytes, limitBytes }) => `The request has ${bytes} bytes or more; ${limitBytes} are read at most.`,
  }),
} as const;
