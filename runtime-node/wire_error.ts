/** Errors on their way between threads, which copy plain data only. */
import { DispatchError, isDispatchError, isErrorCode } from "../core/error/mod.ts";

/** An error as plain data. */
export interface WireError {
  /** Code and facts of a {@link DispatchError}. */
  readonly code?: string;
  readonly facts?: unknown;
  readonly message: string;
}

export function toWireError(error: unknown): WireError {
  if (isDispatchError(error)) return { code: error.code, facts: error.facts, message: error.message };
  return { message: error instanceof Error ? error.message : String(error) };
}

/** A {@link DispatchError} comes back as one, with its code and facts; any other error with its message. */
export function fromWireError({ code, facts, message }: WireError): Error {
  return code !== undefined && isErrorCode(code) ? new DispatchError(code, facts as never) : new Error(message);
}
