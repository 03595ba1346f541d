/** What the command line needs from the process that it runs in. */

/** Standard streams, files and signals, as the command line uses them. */
export interface CliIo {
  /** Whether standard input is a terminal, so that someone can be asked. */
  readonly isInteractive: boolean;
  /** Writes to standard output; resolves once it is written. @throws {ClosedOutput} when nobody reads it any longer */
  print(chunk: string | Uint8Array): Promise<void>;
  /** Writes one line to standard error. */
  notify(line: string): Promise<void>;
  /** Reads standard input to its end. */
  readInput(): Promise<Uint8Array>;
  /** Asks on the terminal, without echo. @throws an error with the code `ABORT_ERR` on Ctrl-C and Ctrl-D */
  askSecret(question: string): Promise<string>;
  /** Reads a file; a relative path starts at the working directory. */
  readFile(path: string): Promise<Uint8Array>;
  /** Calls `callback` instead of ending the process on Ctrl-C or SIGTERM, until the returned function is called. */
  onInterrupt(callback: () => void): () => void;
}

/** The reader of standard output went away (`| head`): no failure, but a reason to stop. */
export class ClosedOutput extends Error {
  override readonly name = "ClosedOutput";
}
