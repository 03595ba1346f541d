/** The queue: list, show, retry, delete, and the raw content of a message. */
import { z } from "zod";
import { DispatchError } from "../error/mod.ts";
import type { SpoolEntry } from "../spool/entry.ts";
import { ids, oneOf, text, wholeNumber } from "./input.ts";
import { defineFeed, defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";
import { viewQueueDetails, viewQueueEntry } from "./queue_view.ts";

const states = ["queued", "processing", "retrying", "failed", "captured", "unreadable"] as const;
const entryIds = z.strictObject({ ids: ids("message") });

const queueList = defineOperation({
  name: "queue.list",
  summary: "List messages in the queue, newest first",
  input: z.strictObject({
    state: oneOf(states).exactOptional(),
    /** Id of a message: only what was accepted before it, for the next page. */
    before: text(64).exactOptional(),
    limit: wholeNumber(1, 1000).default(100),
  }),
  run: async ({ spool }, filter) => (await spool.list(filter)).map(viewQueueEntry),
  audit: null,
});

const queueShow = defineOperation({
  name: "queue.show",
  summary: "Show messages in the queue with all that is known about them",
  input: entryIds,
  async run({ spool }, input) {
    const entries = await findAll(spool, input.ids);
    return entries.map(viewQueueDetails);
  },
  audit: null,
});

const queueRetry = defineOperation({
  name: "queue.retry",
  summary: "Make messages due now, their attempts counted anew",
  input: entryIds,
  async run({ spool }, input) {
    await findIdle(spool, input.ids);
    await Promise.all(input.ids.map((id) => spool.retry(id)));
    // A message may be delivered and gone by now: then there is nothing left to show of it.
    const entries = await Promise.all(input.ids.map((id) => spool.find(id)));
    return entries.filter((entry) => entry !== null).map(viewQueueEntry);
  },
  audit: {
    event: "queue.retried",
    subject: (input) => input.ids.join(", "),
    before: statesOf,
    after: statesOf,
  },
});

const queueDelete = defineOperation({
  name: "queue.delete",
  summary: "Delete messages from the queue; they are gone for good",
  input: entryIds,
  async run({ spool }, input) {
    const entries = await findIdle(spool, input.ids);
    await Promise.all(input.ids.map((id) => spool.delete(id)));
    return entries.map(viewQueueEntry);
  },
  audit: {
    event: "queue.deleted",
    subject: (input) => input.ids.join(", "),
    before: statesOf,
    after: statesOf,
  },
});

const queueContent = defineFeed({
  name: "queue.content",
  summary: "The message as it is stored, byte for byte",
  input: z.strictObject({ id: text(64) }),
  mediaType: "message/rfc822",
  async open(context, { id }) {
    const content = await context.spool.content(id);
    if (content === null) throw new DispatchError("queue_entry_unknown", { id });
    return context.readContent(content);
  },
});

/** The operations on the queue. */
export const queueOperations = [queueList, queueShow, queueRetry, queueDelete] as const;

/** The feeds from the queue. */
export const queueFeeds = [queueContent] as const;

/** The messages that are there, and how each of them is. */
async function statesOf({ spool }: OperationContext, input: { readonly ids: readonly string[] }) {
  const entries = await Promise.all(input.ids.map((id) => spool.find(id)));
  return entries.flatMap((entry) => (entry === null ? [] : [{ id: entry.id, state: entry.state }]));
}

async function findAll(spool: OperationContext["spool"], entryIds: readonly string[]): Promise<SpoolEntry[]> {
  return await Promise.all(
    entryIds.map(async (id) => {
      const entry = await spool.find(id);
      if (entry === null) throw new DispatchError("queue_entry_unknown", { id });
      return entry;
    }),
  );
}

/** Looks at all before any is changed, so that a mistyped id changes nothing. */
async function findIdle(spool: OperationContext["spool"], entryIds: readonly string[]): Promise<SpoolEntry[]> {
  const entries = await findAll(spool, entryIds);
  const busy = entries.find(({ state }) => state === "processing");
  if (busy !== undefined) throw new DispatchError("queue_entry_busy", { id: busy.id });
  return entries;
}
