/** What an SMTP client is told when its session is ended from this side. */

import { type Overtime, overtimeTexts } from "./session_clock.ts";
import type { SmtpReply } from "./smtp_replies.ts";

export const shuttingDown: SmtpReply = { code: 421, enhanced: "4.3.2", text: "Service shutting down" };

export const tooManyErrors: SmtpReply = { code: 421, enhanced: "4.7.0", text: "Too many errors" };

export function timedOut(overtime: Overtime): SmtpReply {
  return { code: 421, enhanced: "4.4.2", text: `Timeout: ${overtimeTexts[overtime]}` };
}
