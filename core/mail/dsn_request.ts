/** What a sender asks to be told about the delivery of its message (RFC 3461), as it came: in xtext. */

/** What is asked for about the message as a whole: parameters of `MAIL`. */
export interface MessageDsn {
  /** How much of the message a notification returns. */
  readonly ret?: "FULL" | "HDRS";
  /** The sender's own name of the transaction, xtext. */
  readonly envid?: string;
}

/** What is asked for about one recipient: parameters of `RCPT`. */
export interface RecipientDsn {
  /** `NEVER` alone, or any of `SUCCESS`, `FAILURE` and `DELAY`. */
  readonly notify?: readonly string[];
  /** The recipient as the sender first named it: a type, a semicolon, xtext. */
  readonly orcpt?: string;
}

/** All that is asked for about a message and its recipients, who stand under their addresses. */
export interface DsnRequest extends MessageDsn {
  readonly recipients: ReadonlyMap<string, RecipientDsn>;
}

/** Parameters for a `MAIL` command, each with a space before it; `""` when nothing is asked for. */
export function mailParameters({ ret, envid }: MessageDsn): string {
  return parameter("RET", ret) + parameter("ENVID", envid);
}

/** Parameters for a `RCPT` command, each with a space before it; `""` when nothing is asked for. */
export function rcptParameters({ notify, orcpt }: RecipientDsn): string {
  return parameter("NOTIFY", notify?.join(",")) + parameter("ORCPT", orcpt);
}

function parameter(name: string, value: string | undefined): string {
  return value === undefined ? "" : ` ${name}=${value}`;
}
