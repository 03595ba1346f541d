/** Reading messages in the queue: what a failed or captured message says, and the files that came with it. */
import { z } from "zod";
import { DispatchError } from "../error/mod.ts";
import { encodeBase64 } from "../ingest/base64.ts";
import type { ReadableMessage } from "../mail/readable_message.ts";
import { singleLine } from "../relay/single_line.ts";
import type { ExportedFile } from "./certificate_export.ts";
import { text, wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

/** Reading holds a message in memory whole, and several times over while it is taken apart. */
const maxReadableBytes = 32 * 1024 * 1024;

const queueRead = defineOperation({
  name: "queue.read",
  summary: "Read a message in the queue: headers, text, HTML that runs and loads nothing, attachments",
  input: z.strictObject({ id: text(64) }),
  run: (context, { id }): Promise<ReadableMessage> => takeApart(context, id, (mime) => context.reader.read(mime)),
  audit: null,
});

const queueAttachment = defineOperation({
  name: "queue.attachment",
  summary: "Save an attachment of a message in the queue",
  input: z.strictObject({
    id: text(64),
    /** Its place among the attachments, from 0. */
    index: wholeNumber(0, 99_999),
  }),
  async run(context, { id, index }): Promise<ExportedFile> {
    const file = await takeApart(context, id, (mime) => context.reader.attachment(mime, index));
    if (file === null) throw new DispatchError("attachment_unknown", { id, index });
    return {
      fileName: safeFileName(file.fileName),
      mediaType: "application/octet-stream",
      content: encodeBase64(file.bytes),
    };
  },
  audit: null,
});

/** The operations that read messages. */
export const queueReadingOperations = [queueRead, queueAttachment] as const;

async function takeApart<Result>(
  context: OperationContext,
  id: string,
  read: (mime: Uint8Array<ArrayBuffer>) => Promise<Result>,
): Promise<Result> {
  const mime = await loadMessage(context, id);
  try {
    return await read(mime);
  } catch (error) {
    const reason = singleLine(error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
    throw new DispatchError("message_not_readable", { id, reason }, { cause: error });
  }
}

async function loadMessage({ spool, readContent }: OperationContext, id: string): Promise<Uint8Array<ArrayBuffer>> {
  const entry = await spool.find(id);
  const content = await spool.content(id);
  if (entry === null || content === null) throw new DispatchError("queue_entry_unknown", { id });
  const { sizeBytes } = entry;
  if (sizeBytes > maxReadableBytes) {
    throw new DispatchError("message_too_large_to_read", { id, sizeBytes, maxBytes: maxReadableBytes });
  }
  return new Uint8Array(
    await new Response(readContent(content) as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
}

/** A name of one part that every system takes, and that can stand between quotes; the end, which says the kind, stays. */
function safeFileName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}_ .,()+@-]/gu, "_").replace(/^[. ]+/, "_");
  const characters = [...plain];
  return characters.length <= 100 ? plain : [...characters.slice(0, 50), ...characters.slice(-50)].join("");
}
