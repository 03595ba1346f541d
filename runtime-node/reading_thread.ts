/** A thread that reads one message for an operator: a stranger made it, and nothing else must wait or fall with it. */
import "./module_hooks.js";
import { parentPort, workerData } from "node:worker_threads";
import { readAttachment, readMessage } from "../core/mail/readable_message.ts";

/** What the thread is to do. */
export interface ReadingTask {
  readonly mime: Uint8Array;
  /** Absent: the message as a whole. */
  readonly attachment?: number;
}

const { mime, attachment } = workerData as ReadingTask;
parentPort!.postMessage(attachment === undefined ? await readMessage(mime) : await readAttachment(mime, attachment));
