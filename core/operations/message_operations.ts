/** Messages: send one. */
import { z } from "zod";
import type { Accepted } from "../ingest/intake.ts";
import { compose } from "../mail/compose.ts";
import type { MessageOrigin } from "../mail/envelope.ts";
import { type Mailbox, parseMailboxes } from "../mail/mailbox.ts";
import { defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

const origin: MessageOrigin = { source: "cli", clientAddress: null, tls: null, apiKeyId: null, smtpUser: null };

const addressText = z
  .string({ error: "must be an address such as you@example.org" })
  .meta({ examples: ["You <you@example.org>", "app@example.org"] });

const oneMailbox = addressText.transform((value, refinement) => {
  const [mailbox, ...others] = parseMailboxes(value) ?? [];
  if (mailbox !== undefined && others.length === 0) return mailbox;
  refinement.addIssue({ code: "custom", message: "must be an address such as you@example.org" });
  return z.NEVER;
});

const mailboxes = z.array(addressText, { error: "must be a list of addresses" }).transform((values, refinement) => {
  const found = parseMailboxes(values.join(", "));
  if (found !== null && found.length > 0) return found;
  refinement.addIssue({ code: "custom", message: "must be addresses such as you@example.org" });
  return z.NEVER;
});

const subject = z
  .string({ error: "must be a text" })
  .regex(/^\P{Cc}{0,998}$/u, { error: "must be a text of at most 998 characters without control characters" })
  .meta({ examples: ["Nightly report"] });

const messageSend = defineOperation({
  name: "message.send",
  summary: "Send a message",
  input: z.strictObject({
    /** An address, with a display name or without. */
    from: oneMailbox,
    /** Addresses or comma lists of them. */
    to: mailboxes,
    subject: subject.exactOptional(),
    text: z.string({ error: "must be a text" }).exactOptional(),
  }),
  async run(context, input) {
    const { holder } = context.config;
    const chunks = compose({
      ...input,
      dateMs: context.clock.nowMs(),
      messageId: `${context.uniqueId("")}@${holder.current["listener.server_name"]}`,
    });
    const { id } = await submit(context, input.from.address, input.to, chunks);
    return { id };
  },
  // The message log tells what becomes of it; who handed it in, and from where, is told here alone.
  audit: {
    event: "message.sent",
    subject: ({ from }) => from.address,
    after: (_context, { to }, { id }) => ({ id, to: to.map(({ address }) => address) }),
  },
});

/** The operations on messages. */
export const messageOperations = [messageSend] as const;

async function submit(
  { intake, config }: OperationContext,
  sender: string,
  recipients: readonly Mailbox[],
  chunks: Iterable<Uint8Array>,
): Promise<Accepted> {
  const message = intake.begin({
    sender,
    recipients: [...new Set(recipients.map(({ address }) => address))],
    origin,
    maxBytes: config.holder.current["listener.max_message_bytes"],
    clientName: null,
    protocol: "local",
  });
  try {
    for (const chunk of chunks) await message.write(chunk);
    return await message.finish();
  } catch (error) {
    await message.abort();
    throw error;
  }
}
