/** Keeps secrets from being guessed: an address that fails too often has to wait. */
import { DispatchError } from "../error/mod.ts";
import { addressBytes } from "./cidr_list.ts";

/** When an address is locked out, and for how long. */
export interface LockOut {
  readonly failures: number;
  /** The span in which so many failures are too many. */
  readonly withinMs: number;
  readonly lockedMs: number;
  /** Whether a success forgets the failures before it. */
  readonly isForgiving: boolean;
  /**
   * Attempts of one client that wait while those under way could use up its failures; more are refused, and `0` has none
   * wait. For clients that sign in many times at once by right.
   */
  readonly mayWait: number;
}

/** What a {@link SignInGuard} is made with. */
export interface SignInGuardOptions {
  readonly lockOut: LockOut;
  readonly nowMs: () => number;
  /** Called when an address has failed once too often. */
  readonly onLocked: (address: string) => void;
  /** Clients that are remembered; beyond that the one that tried longest ago is forgotten. Default 10,000. */
  readonly maxClients?: number;
}

/** The attempts of one client. */
interface Attempts {
  failedAtMs: number[];
  underWay: number;
  lockedUntilMs: number;
  /** Called when one that was under way has ended. */
  readonly waiting: (() => void)[];
}

/** Bytes of an IPv6 address that name the network; one subscriber has at least all of it. */
const networkBytes = 8;
/** How soon attempts that are under way will be over. */
const underWaySeconds = 1;
const defaultMaxClients = 10_000;

/** Counts failures by client: an IPv4 address, or an IPv6 network of 64 bits. */
export class SignInGuard {
  readonly #options: SignInGuardOptions;
  readonly #clients = new Map<string, Attempts>();

  constructor(options: SignInGuardOptions) {
    this.#options = options;
  }

  /**
   * Returns what `check` answers; `false` is counted as a failure. What `check` throws is none, nor a success.
   *
   * Attempts under way count too: many at once get no further than one after the other.
   *
   * @throws {DispatchError} `sign_in_locked`, and then `check` was not called
   */
  async attempt(address: string, check: () => Promise<boolean>): Promise<boolean> {
    const client = clientOf(address);
    const attempts = await this.#admit(client);
    try {
      const isRight = await check();
      if (!isRight) this.#fail(attempts, address);
      else if (this.#options.lockOut.isForgiving) this.#clients.delete(client);
      return isRight;
    } finally {
      attempts.underWay--;
      // All of them: each looks again whether it may go on, and whoever may not waits anew.
      for (const wake of attempts.waiting.splice(0)) wake();
    }
  }

  /** Counts one more under way, as soon as it may be. */
  async #admit(client: string): Promise<Attempts> {
    const { lockOut, nowMs } = this.#options;
    for (;;) {
      const attempts = this.#remember(client);
      const atMs = nowMs();
      if (attempts.lockedUntilMs > atMs) throw locked((attempts.lockedUntilMs - atMs) / 1000);
      attempts.failedAtMs = attempts.failedAtMs.filter((failedMs) => failedMs > atMs - lockOut.withinMs);
      if (attempts.failedAtMs.length + attempts.underWay < lockOut.failures) {
        attempts.underWay++;
        return attempts;
      }
      if (attempts.waiting.length >= lockOut.mayWait) throw locked(underWaySeconds);
      await new Promise<void>((resolve) => attempts.waiting.push(resolve));
    }
  }

  #fail(attempts: Attempts, address: string): void {
    const { lockOut } = this.#options;
    const nowMs = this.#options.nowMs();
    attempts.failedAtMs.push(nowMs);
    if (attempts.failedAtMs.length < lockOut.failures) return;
    attempts.failedAtMs = [];
    attempts.lockedUntilMs = nowMs + lockOut.lockedMs;
    this.#options.onLocked(address);
  }

  /** The attempts of `client`, which becomes the last to be forgotten. */
  #remember(client: string): Attempts {
    const { maxClients = defaultMaxClients } = this.#options;
    const attempts = this.#clients.get(client) ?? { failedAtMs: [], underWay: 0, lockedUntilMs: 0, waiting: [] };
    this.#clients.delete(client);
    if (this.#clients.size >= maxClients) this.#clients.delete(this.#clients.keys().next().value!);
    this.#clients.set(client, attempts);
    return attempts;
  }
}

function clientOf(address: string): string {
  const bytes = addressBytes(address);
  if (bytes === null) return address;
  return (bytes.length === 4 ? bytes : bytes.slice(0, networkBytes)).join(".");
}

function locked(seconds: number): DispatchError {
  return new DispatchError("sign_in_locked", { retryAfterSeconds: Math.ceil(seconds) });
}
