/** Errors that a sender can meet over SMTP alone: those about who signs in. */
import type { SignInFault } from "../access/smtp_user_ring.ts";
import { defineError } from "./definition.ts";

/** What went wrong, and what to do about it, for each fault; `address` is the client's. */
const faults: Readonly<Record<SignInFault, (user: string, address: string) => readonly [what: string, todo: string]>> =
  {
    unknown: () => ["there is no such user", "See: dispatch user list"],
    password: (user) => ["the password is wrong", `If it is lost: dispatch user password ${user}`],
    address: (user, address) => [
      `it may not do so from ${address}`,
      `To let it, add ${address} to what it has: dispatch user set ${user} --allowed-address …`,
    ],
  };

export const smtpErrors = {
  smtp_sign_in_failed: defineError<{ user: string; address: string; fault: SignInFault }>({
    status: 401,
    message: ({ user, address, fault }) =>
      `The SMTP user ${JSON.stringify(user)} could not sign in: ${faults[fault](user, address)[0]}.`,
    remedy: ({ user, address, fault }) => faults[fault](user, address)[1],
  }),
  smtp_other_identity: defineError<{ user: string }>({
    status: 401,
    isDenial: true,
    message: ({ user }) => `The SMTP user ${JSON.stringify(user)} wanted to act as somebody else.`,
    remedy: () => "Leave the authorization identity empty in the client's settings.",
  }),
  smtp_sign_in_required: defineError<{ setting: string }>({
    status: 401,
    isDenial: true,
    message: ({ setting }) => `A client did not sign in, which ${setting} asks for.`,
    remedy: ({ setting }) => `Have it sign in as a user (dispatch user add NAME), or switch ${setting} off.`,
  }),
  smtp_sign_in_ended: defineError<{ user: string }>({
    status: 401,
    message: ({ user }) =>
      `The SMTP user ${JSON.stringify(user)} was removed or got another password since it signed in.`,
    remedy: () => "Have the client sign in again.",
  }),
  sender_not_allowed: defineError<{ user: string; sender: string }>({
    status: 403,
    isDenial: true,
    message: ({ user, sender }) => `The SMTP user ${JSON.stringify(user)} may not send as ${sender}.`,
    remedy: ({ user, sender }) =>
      `To let it, add ${sender} to what it has: dispatch user set ${user} --allowed-sender …`,
  }),
} as const;

/** Code of an error that a sender can meet over SMTP alone. */
export type SmtpErrorCode = keyof typeof smtpErrors;
