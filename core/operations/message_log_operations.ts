/** The message log: search and tail. */
import { z } from "zod";
import { domainName, instant, ipAddress, oneOf, text, wholeNumber } from "./input.ts";
import { followLog } from "./log_follower.ts";
import { viewMessageEvents } from "./message_log_view.ts";
import { defineFeed, defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

const events = ["queued", "delivered", "captured", "retrying", "failed", "denied", "requeued", "deleted"] as const;
const statuses = ["queued", "delivered", "retrying", "failed", "denied", "deleted"] as const;
const sources = ["smtp", "http", "cli"] as const;

const logSearch = defineOperation({
  name: "log.search",
  summary: "Search the message log, newest first",
  input: z.strictObject({
    fromTime: instant.exactOptional(),
    toTime: instant.exactOptional(),
    event: oneOf(events).exactOptional(),
    status: oneOf(statuses).exactOptional(),
    id: text(64).exactOptional(),
    messageId: text(998).exactOptional(),
    sender: text(320).exactOptional(),
    recipient: text(320).exactOptional(),
    domain: domainName.exactOptional(),
    subject: text(500).exactOptional(),
    text: text(500).exactOptional(),
    tag: text(998).exactOptional(),
    relay: text(64).exactOptional(),
    rule: text(64).exactOptional(),
    source: oneOf(sources).exactOptional(),
    address: ipAddress.exactOptional(),
    key: text(64).exactOptional(),
    user: text(64).exactOptional(),
    limit: wholeNumber(1, 1000).default(100),
    cursor: text(500).exactOptional(),
  }),
  async run(context, { fromTime, toTime, messageId, address, key, user, ...rest }) {
    await context.caughtUp();
    const page = await context.log.search({
      ...rest,
      ...(fromTime === undefined ? {} : { fromTimeMs: fromTime }),
      ...(toTime === undefined ? {} : { toTimeMs: toTime }),
      ...(messageId === undefined ? {} : { messageId: messageId.replace(/^<(.+)>$/, "$1") }),
      ...(address === undefined ? {} : { clientAddress: address }),
      ...(key === undefined ? {} : { apiKeyIds: await keyIds(context, key) }),
      ...(user === undefined ? {} : { smtpUser: user }),
    });
    return { rows: await viewMessageEvents(context, page.rows), next: page.next };
  },
  audit: null,
});

const logTail = defineFeed({
  name: "log.tail",
  summary: "Print rows of the message log as they are written",
  input: z.strictObject({}),
  needsService: true,
  mediaType: "application/x-ndjson",
  open: async (context) => streamLines(context),
});

/** The operations on the message log. */
export const messageLogOperations = [logSearch] as const;

/** The feeds from the message log. */
export const messageLogFeeds = [logTail] as const;

/** The keys of that id or name: a name can be given anew when its key was revoked. */
async function keyIds({ keys }: OperationContext, idOrName: string): Promise<string[]> {
  return (await keys.list()).filter(({ id, name }) => id === idOrName || name === idOrName).map(({ id }) => id);
}

/** One line of JSON for each row; cancelling the stream stops the following. */
function streamLines(context: OperationContext): ReadableStream<Uint8Array> {
  const cancelled = new AbortController();
  const { log, clock } = context;
  const logGrown = (rows: number, signal: AbortSignal) => context.logGrown(rows, signal);
  const batches = followLog({ log, clock, logGrown }, cancelled.signal);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await batches.next();
      if (done) return controller.close();
      const rows = await viewMessageEvents(context, value);
      controller.enqueue(encoder.encode(rows.map((row) => `${JSON.stringify(row)}\n`).join("")));
    },
    cancel: () => cancelled.abort(),
  });
}
