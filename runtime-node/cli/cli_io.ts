/** What the command line needs from the process that it runs in. */

/** Standard streams, files and signals, as the command line uses them. */
export interface CliIo {
  /** Whether standard input is a terminal, so that someone can be asked. */
  readonly isInteractive: boolean;
  /** Whether standard output is a terminal, which bytes are no good for. */
  readonly printsToTerminal: boolean;
  /** Writes to standard output; resolves once it is written. @throws {ClosedOutput} when nobody reads it any longer */
  print(chunk: string | Uint8Array): Promise<void>;
  /** Writes one line to standard error. */
  notify(line: string): Promise<void>;
  /** Reads standard input to its end. */
  readInput(): Promise<Uint8Array>;
  /** Asks on the terminal, without echo. @throws an error with the code `ABORT_ERR` on Ctrl-C and Ctrl-D */
  askSecret(question: string): Promise<string>;
  /**
   * Reads a file of `limitBytes` at most, pipes and devices included; no more than that is ever read. A relative path
   * starts at the working directory.
   *
   * @throws {TooMuchInput}
   */
  readFile(path: string, limitBytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Writes a file whole or not at all; one that is there is replaced, and a link to it stays a link.
   *
   * @param mode permission bits, `0o600` or `0o644`
   * @throws what the platform throws, and {@link NoPlainFile}
   */
  writeFile(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  /** Calls `callback` instead of ending the process on Ctrl-C or SIGTERM, until the returned function is called. */
  onInterrupt(callback: () => void): () => void;
}

/** The reader of standard output went away (`| head`): no failure, but a reason to stop. */
export class ClosedOutput extends Error {
  override readonly name = "ClosedOutput";
}

/** A file holds more than is read of it. */
export class TooMuchInput extends Error {
  override readonly name = "TooMuchInput";
  /** What it holds, as far as that is known: more than the limit. */
  readonly sizeBytes: number;

  constructor(sizeBytes: number) {
    super(`it has ${sizeBytes} bytes`);
    this.sizeBytes = sizeBytes;
  }
}

/** What is to be written is there already, and is no file: a directory, a device. */
export class NoPlainFile extends Error {
  override readonly name = "NoPlainFile";
}
