/** Ends a connection when its time is up, or when whoever waits for it gives up. */
import type { HostConnection } from "./host_connection.ts";
import type { ClientError } from "./smtp_failure.ts";

/** See the file's first line. It holds until it is lifted. */
export class TimeLimit {
  readonly #given: AbortSignal;
  readonly #own = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #abort: () => void;
  #isTimeUp = false;

  constructor(connection: HostConnection, given: AbortSignal, limitMs: number) {
    this.#given = given;
    this.#abort = () => {
      this.#own.abort();
      connection.close();
    };
    this.#timer = setTimeout(() => {
      this.#isTimeUp = true;
      this.#abort();
    }, limitMs);
    given.addEventListener("abort", this.#abort, { once: true });
  }

  /** Aborted for either reason. */
  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** The error that `error` is, which is all that the connection knows of why it was ended. */
  explain(error: ClientError): ClientError {
    return this.#isTimeUp ? Object.assign(new Error("The time is up"), { code: "ETIMEDOUT" }) : error;
  }

  lift(): void {
    clearTimeout(this.#timer);
    this.#given.removeEventListener("abort", this.#abort);
  }
}
