/** Holds the identity that is in service, and tells the listeners when it changes. Touches nothing. */
import type { TlsIdentity } from "./identity.ts";

/** Takes a new identity into use: once it has returned, the next handshake shows the new certificate. Never async. */
export type IdentityListener = (identity: TlsIdentity) => void;

/**
 * The one holder of the identity in service.
 *
 * A change takes a number before its slow part (checking, writing the file) and gives it back with the identity, so that
 * a change which was begun earlier never overwrites one which was begun later.
 */
export class CertificateKeeper {
  readonly #listeners = new Set<IdentityListener>();
  readonly #reportFailure: (error: unknown) => void;
  #current: TlsIdentity;
  #currentSequence = 0;
  #lastSequence = 0;

  /** @param reportFailure is told what a listener threw, for the log */
  constructor(identity: TlsIdentity, reportFailure: (error: unknown) => void) {
    this.#current = identity;
    this.#reportFailure = reportFailure;
  }

  /** The identity in service. */
  get current(): TlsIdentity {
    return this.#current;
  }

  /** Returns the number of a change that begins now. */
  nextSequence(): number {
    this.#lastSequence += 1;
    return this.#lastSequence;
  }

  /**
   * Puts an identity in service and tells every listener, unless a change with a higher number has been there before. A
   * listener that fails is reported, and keeps no other from the new identity.
   *
   * @returns whether the identity was put in service
   * @throws {RangeError} when `sequence` was never given out
   */
  replace(identity: TlsIdentity, sequence: number): boolean {
    if (!Number.isInteger(sequence) || sequence < 1 || sequence > this.#lastSequence) {
      throw new RangeError(`Cannot use a number as the sequence of a change: current value is ${sequence}`);
    }
    if (sequence <= this.#currentSequence) return false;
    this.#currentSequence = sequence;
    this.#current = identity;
    for (const listener of [...this.#listeners]) this.#tell(listener);
    return true;
  }

  /** Has `listener` told of every later change, not of the identity in service now; the returned function ends that. */
  subscribe(listener: IdentityListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(listener: IdentityListener): void {
    try {
      // Not the identity of the change that calls this: a listener before this one may have begun another change.
      listener(this.#current);
    } catch (error) {
      this.#reportFailure(error);
    }
  }
}
