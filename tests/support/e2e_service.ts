/** One running `dispatch serve`, as its operator sees it: a process with output and signals. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { until } from "./e2e_process.ts";

/** How a service ended. */
export interface ServiceExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** See the file's first line. */
export class Service {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<ServiceExit>;
  #stdout = "";
  #stderr = "";
  #hasExited = false;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => {
      this.#stdout += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr += chunk;
    });
    this.#exit = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.#hasExited = true;
        resolve({ code, signal });
      });
    });
  }

  /** Starts the command; see {@link Service.ready}. */
  static spawn(command: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Service {
    const [program, ...args] = command;
    return new Service(spawn(program as string, args, { cwd, env: { ...env } }));
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** All that it printed on stdout so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** All log lines so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Waits until the log says that all listeners are up. @throws with its output when it ends instead. */
  async ready(): Promise<void> {
    await until(
      "the service to be ready",
      () => {
        if (this.#hasExited) throw new Error(`the service ended instead of starting:\n${this.#stdout}${this.#stderr}`);
        return this.hasLogged("service.ready");
      },
      30_000,
    );
  }

  /**
   * Waits until the log has a line that `pattern` matches, and returns all that do. What a client sees and what the log
   * says of it have no order, so nothing is read from the log without waiting for it.
   */
  logged(pattern: RegExp, atLeast = 1): Promise<string[]> {
    return until(`${atLeast} log lines like ${pattern}`, () => {
      const lines = this.#stderr.split("\n").filter((line) => pattern.test(line));
      return lines.length >= atLeast && lines;
    });
  }

  /** Tells whether the log holds a line of this event by now. */
  hasLogged(event: string): boolean {
    return this.#stderr.includes(`"${event}"`);
  }

  /** Sends a signal and goes on at once. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Resolves when it has ended. */
  exited(): Promise<ServiceExit> {
    return this.#exit;
  }

  /** Asks it to stop, as a service manager does, and waits for that. */
  stop(): Promise<ServiceExit> {
    this.signal("SIGTERM");
    return this.#exit;
  }

  /** Kills it without warning, as a crash or a loss of power does. */
  kill(): Promise<ServiceExit> {
    this.signal("SIGKILL");
    return this.#exit;
  }
}
