/** Whether a host can take a message as it is: what it needs is compared with what the host offers. */
import type { HostExtensions } from "./host_extensions.ts";
import type { MessageNeeds } from "./message_needs.ts";
import type { RefusedRecipient } from "./smtp_result.ts";

/** What of a message is compared. */
export interface FittingMessage {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly sizeBytes: number;
  readonly needs: MessageNeeds;
}

/** How a message goes to a host: to whom, and whether `SMTPUTF8` is said with it; or why it can't go. */
export type HostFit =
  | {
      readonly kind: "fits";
      readonly recipients: readonly string[];
      readonly refused: readonly RefusedRecipient[];
      readonly isUtf8: boolean;
    }
  | { readonly kind: "unfit"; readonly code: number; readonly reason: string };

/**
 * Judges whether `hostName` takes the message.
 *
 * Nothing is rewritten for a host that offers less: a signature would break (RFC 6376 section 5.3), and RFC 6531 section
 * 3.2 and RFC 6152 section 3 leave a relay the choice to refuse. UTF-8 in the header section alone is no reason to: many
 * devices write their subjects so and say no word of it, and hosts have taken that as 8-bit content all along.
 */
export function fitToHost(message: FittingMessage, offers: HostExtensions, hostName: string): HostFit {
  const { sender, recipients, sizeBytes, needs } = message;
  const limitBytes = offers.maxMessageBytes;
  if (limitBytes !== null && sizeBytes > limitBytes) {
    return unfit(552, `The message has ${sizeBytes} bytes; ${hostName} takes ${limitBytes} at most`);
  }
  if (needs.eightBit && !offers.has("8BITMIME")) {
    return unfit(554, `The message has 8-bit content, and ${hostName} does not offer 8BITMIME`);
  }
  const isUtf8 = needs.utf8 || notAscii.test(sender) || recipients.some((address) => notAscii.test(address));
  if (!isUtf8 || offers.has("SMTPUTF8")) return { kind: "fits", recipients, refused: [], isUtf8 };
  const lack = `${hostName} does not offer SMTPUTF8`;
  if (notAscii.test(sender)) return unfit(550, `The sender is not ASCII, and ${lack}`);
  return {
    kind: "fits",
    recipients: recipients.filter((address) => !notAscii.test(address)),
    refused: recipients
      .filter((address) => notAscii.test(address))
      .map((address) => ({ address, code: 553, reply: `The address is not ASCII, and ${lack}` })),
    isUtf8: false,
  };
}

const notAscii = /[^\0-\x7f]/;

function unfit(code: number, reason: string): HostFit {
  return { kind: "unfit", code, reason };
}
