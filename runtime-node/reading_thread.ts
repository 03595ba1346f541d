/** A thread that reads one message for an operator: a stranger made it, and nothing else must wait or fall with it. */
import "./module_hooks.js";
import { parentPort, workerData } from "node:worker_threads";
import { readAttachment, readMessage } from "../core/mail/readable_message.ts";

/** What the thread is to do. */
export interface ReadingTask {
  readonly mime: Uint8Array<ArrayBuffer>;
  /** Absent: the message as a whole. */
  readonly attachment?: number;
}

const { mime, attachment } = workerData as ReadingTask;
const refuse = (reason: string): never => {
  throw new Error(reason);
};
parentPort!.postMessage(
  attachment === undefined ? await readMessage(mime, refuse) : await readAttachment(mime, attachment, refuse),
);
