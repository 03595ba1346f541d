/** An SMTP session, as far as decisions need to know it. Types and their views. */
import type { SmtpIdentity } from "../access/smtp_user_ring.ts";
import type { Denial } from "../history/denial_log.ts";
import type { MessageOrigin } from "../mail/envelope.ts";

/** What is known of a session. */
export interface SmtpSessionFacts {
  readonly clientAddress: string;
  /** The name in HELO or EHLO. */
  readonly clientName: string | null;
  /** `SMTP`, `ESMTP`, `ESMTPS`, `ESMTPA` or `ESMTPSA` (RFC 3848). */
  readonly protocol: string;
  readonly tls: MessageOrigin["tls"];
  /** Who has signed in. */
  readonly user: SmtpIdentity | null;
}

/** Where a message of the session comes from. */
export function originOf({ clientAddress, tls, user }: SmtpSessionFacts): Denial["origin"] {
  return { source: "smtp", clientAddress, tls, apiKeyId: null, smtpUser: user?.name ?? null };
}
