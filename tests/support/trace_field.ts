/** The `Received` field that Dispatch puts before a message. */

/** What it looks like, unfolded, when a client on loopback has sent the message by SMTP. */
export const traceField =
  /^Received: from \S+ \(\[127\.0\.0\.1\]\) by relay\.example\.org \(Dispatch\) with E?SMTPS?A?(?: \(TLSv1\.[23]:\w+\))? id spl_[0-9a-f]{32}; [A-Z][\w ,:+]+$/;

/** Splits a stored message into the first field, unfolded, and what comes after it. */
export function splitTraceField(message: string): { received: string; rest: string } {
  const [field = ""] = /^Received: .*\r\n(?:[ \t].*\r\n)*/.exec(message) ?? [];
  return { received: field.trimEnd().replaceAll(/\r\n[ \t]+/g, " "), rest: message.slice(field.length) };
}
