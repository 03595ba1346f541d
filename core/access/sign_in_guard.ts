/** Keeps secrets from being guessed: an address that fails too often has to wait. */
import { DispatchError } from "../error/mod.ts";
import { addressBytes } from "./cidr_list.ts";

/** Ten failures within five minutes lock an address out for fifteen. */
export const lockOut = { failures: 10, withinMs: 300_000, lockedMs: 900_000 } as const;

/** What a {@link SignInGuard} is made with. */
export interface SignInGuardOptions {
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
   * Returns what `check` answers; `false` is counted as a failure, `true` forgets those before. What `check` throws is
   * neither.
   *
   * Attempts under way count too: many at once get no further than one after the other.
   *
   * @throws {DispatchError} `sign_in_locked`, and then `check` was not called
   */
  async attempt(address: string, check: () => Promise<boolean>): Promise<boolean> {
    const client = clientOf(address);
    const attempts = this.#admit(client);
    attempts.underWay++;
    try {
      const isRight = await check();
      if (isRight) this.#clients.delete(client);
      else this.#fail(attempts, address);
      return isRight;
    } finally {
      attempts.underWay--;
    }
  }

  #admit(client: string): Attempts {
    const nowMs = this.#options.nowMs();
    const attempts = this.#remember(client);
    if (attempts.lockedUntilMs > nowMs) throw locked((attempts.lockedUntilMs - nowMs) / 1000);
    attempts.failedAtMs = attempts.failedAtMs.filter((atMs) => atMs > nowMs - lockOut.withinMs);
    if (attempts.failedAtMs.length + attempts.underWay >= lockOut.failures) throw locked(underWaySeconds);
    return attempts;
  }

  #fail(attempts: Attempts, address: string): void {
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
    const attempts = this.#clients.get(client) ?? { failedAtMs: [], underWay: 0, lockedUntilMs: 0 };
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
