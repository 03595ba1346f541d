/** What the sender of an outgoing message asks to be told about the recipients of this attempt. */
import type { DsnRequest } from "../mail/dsn_request.ts";
import type { OutgoingMessage } from "./transport.ts";

/** How a report names a request that the carrier has no way to pass on. */
export const omittedRequest = "DSN request";

/** The request; `null`, as nearly always, when nothing in particular is asked for. */
export function dsnRequestOf({
  entry: { dsn, recipients = [] },
  recipients: addresses,
}: OutgoingMessage): DsnRequest | null {
  const asking = recipients.filter((recipient) => recipient.dsn !== undefined && addresses.includes(recipient.address));
  if (dsn === undefined && asking.length === 0) return null;
  return { ...dsn, recipients: new Map(asking.map(({ address, dsn: request }) => [address, request!])) };
}
