/** What all replies of an SMTP session must look like. */

/**
 * A whole session's replies: lines of at most 512 bytes, printable, each with an enhanced status code of its class (RFC
 * 2034) but for the greeting, the answers to HELO and EHLO, and what asks for more.
 */
export const replyLines =
  /^(?=(?:[ -~]{3,510}\r\n)*$)(?:(?:220 |250-|250 (?:SIZE|relay\.example\.org) |3\d\d |501 Error: |([245])\d\d \1\.\d{1,3}\.\d{1,3} ).*\r\n)*$/;
