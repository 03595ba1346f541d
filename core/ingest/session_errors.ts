/** How many refusals a session may bring upon itself before it is ended. */

/** Commands that were refused for good since the last message (Postfix: `smtpd_hard_error_limit`). */
export const maxErrors = 20;
/** Lines among them that were no command at all: what talks like that is no mail client. */
export const maxUnknownCommands = 10;

const unknownCommand = 500;

/**
 * Counts the refusals of one session since its last message.
 *
 * Only permanent ones (5xx) are the client's errors. Recipients that are refused while there is a sender come in lists,
 * which nobody has checked; as many of them as one message may have are not counted.
 */
export class SessionErrors {
  #errors = 0;
  #unknown = 0;
  #recipients = 0;

  /**
   * Takes note of a reply; tells whether the session is to be ended in its place.
   *
   * @param freeRecipients refused recipients that are not counted; 0 where the reply is about no recipient
   */
  isTooMany(code: number, freeRecipients: number): boolean {
    if (code < 500) return false;
    if (freeRecipients > 0 && ++this.#recipients <= freeRecipients) return false;
    this.#errors += 1;
    if (code === unknownCommand) this.#unknown += 1;
    return this.#errors >= maxErrors || this.#unknown >= maxUnknownCommands;
  }

  /** A message was accepted. */
  reset(): void {
    this.#errors = 0;
    this.#unknown = 0;
    this.#recipients = 0;
  }
}
