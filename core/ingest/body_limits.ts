/** How much memory the bodies of HTTP requests may take, all together. */

/** Bytes of all bodies that are held whole at one time, in the default budget. */
export const defaultBodyBudgetBytes = 32 * 1024 * 1024;

/** A share of the budget; given back once, however often `release` is called. */
export interface BodyShare {
  release(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * A budget of bytes that is shared in the order of asking.
 *
 * Whoever asks for more than is left waits, and so does everybody behind, so that a large body is not passed over for
 * ever. A body that is larger than the whole budget gets all of it.
 */
export class BodyBudget {
  readonly #totalBytes: number;
  readonly #waiters = new Set<Waiter>();
  #freeBytes: number;

  /** @param totalBytes At least 1; {@link defaultBodyBudgetBytes} is meant for a service */
  constructor(totalBytes: number) {
    if (!(totalBytes >= 1)) throw new RangeError(`Cannot use totalBytes as a budget: current value is ${totalBytes}`);
    this.#totalBytes = totalBytes;
    this.#freeBytes = totalBytes;
  }

  /** How many are waiting for their share. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Resolves with a share of `bytes` once it is this caller's turn. @throws the signal's reason when it aborts before */
  async acquire(bytes: number, signal: AbortSignal): Promise<BodyShare> {
    signal.throwIfAborted();
    const share = Math.min(bytes, this.#totalBytes);
    if (this.#waiters.size > 0 || share > this.#freeBytes) await this.#wait(share, signal);
    else this.#freeBytes -= share;
    return this.#share(share);
  }

  #wait(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { bytes, admit };
      const leave = () => {
        this.#waiters.delete(waiter);
        this.#admitNext();
        reject(signal.reason);
      };
      function admit() {
        signal.removeEventListener("abort", leave);
        resolve();
      }
      this.#waiters.add(waiter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #share(bytes: number): BodyShare {
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#freeBytes += bytes;
        this.#admitNext();
      },
    };
  }

  #admitNext(): void {
    for (const waiter of this.#waiters) {
      if (waiter.bytes > this.#freeBytes) return;
      this.#waiters.delete(waiter);
      this.#freeBytes -= waiter.bytes;
      waiter.admit();
    }
  }
}
