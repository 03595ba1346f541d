/** Turns a message as a client describes it into what the intake takes: an envelope, and a composed message. */
import { compose } from "../mail/compose.ts";
import type { Submission } from "./intake.ts";
import type { MessageRequest } from "./message_request.ts";

/** What a composed message needs beside the request. */
export interface ComposeFacts {
  readonly dateMs: number;
  /** Without angle brackets. */
  readonly messageId: string;
}

/** The part of a {@link Submission} that a request decides. */
export type RequestedSubmission = Pick<Submission, "sender" | "recipients" | "tags" | "attachments"> & {
  readonly blindRecipients: readonly string[];
};

/** The envelope has every recipient once, whoever stands in `to`, `cc` and `bcc`. */
export function submissionOf(request: MessageRequest): RequestedSubmission {
  const visible = new Set([...request.to, ...request.cc].map(({ address }) => address));
  const blind = new Set(request.bcc.map(({ address }) => address)).difference(visible);
  return {
    sender: request.from.address,
    recipients: [...visible, ...blind],
    blindRecipients: [...blind],
    tags: request.tags,
    attachments: request.attachments.map(({ filename }) => filename),
  };
}

/** The message itself, in chunks that are made as they are asked for. @throws {DispatchError} `request_invalid` */
export function composeRequest(request: MessageRequest, facts: ComposeFacts): Iterable<Uint8Array> {
  const { from, to, cc, replyTo, subject, text, html, headers, attachments } = request;
  return compose({ from, to, cc, replyTo, subject, text, html, headers, attachments, ...facts });
}
