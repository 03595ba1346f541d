/** Reads messages for operators, each in a thread that ends with it. */
import { Worker } from "node:worker_threads";
import { Mutex } from "../core/lifecycle/mutex.ts";
import type { AttachmentFile, ReadableMessage } from "../core/mail/readable_message.ts";
import type { MessageReader } from "../core/operations/operation_context.ts";
import type { ReadingTask } from "./reading_thread.ts";

/** Far more than a message takes that somebody meant to be read. */
const limitMs = 15_000;

/** One message at a time, so that reading takes no more than one message's memory and one processor. */
export function openMessageReader(): MessageReader {
  const turns = new Mutex();
  return {
    read: (mime) => turns.run(() => readInThread<ReadableMessage>({ mime })),
    attachment: (mime, index) => turns.run(() => readInThread<AttachmentFile | null>({ mime, attachment: index })),
  };
}

/** @throws what the thread failed with, or that it took too long */
function readInThread<Result>(task: ReadingTask): Promise<Result> {
  const worker = new Worker(new URL("./reading_thread.ts", import.meta.url), { workerData: task });
  return new Promise<Result>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it took longer than ${limitMs / 1000} seconds`)), limitMs);
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the thread that read it ended with ${code}`));
    });
  }).finally(() => worker.terminate());
}
