/** An intake in memory that keeps what it accepts. */
import type { ArrivingMessage, Intake, Submission } from "../../core/ingest/intake.ts";

/** A message that was accepted. */
export interface AcceptedMessage {
  readonly submission: Submission;
  readonly text: string;
}

export class MemoryIntake implements Intake {
  readonly accepted: AcceptedMessage[] = [];
  aborted = 0;
  /** Thrown by the next `write`. */
  refusal: Error | undefined;

  begin(submission: Submission): ArrivingMessage {
    const decoder = new TextDecoder();
    let text = "";
    return {
      write: (chunk) => {
        if (this.refusal !== undefined) throw this.refusal;
        text += decoder.decode(chunk, { stream: true });
      },
      finish: async () => {
        this.accepted.push({ submission, text });
        return { id: `spl_${this.accepted.length}`, replayed: false };
      },
      abort: async () => {
        this.aborted++;
      },
    };
  }
}
