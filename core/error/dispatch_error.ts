/** The one class of the product's own errors, and the table of all their codes. */
import { adminErrors } from "./admin_errors.ts";
import { certificateErrors } from "./certificate_errors.ts";
import { deliveryErrors } from "./delivery_errors.ts";
import { intakeErrors } from "./intake_errors.ts";
import { operationErrors } from "./operation_errors.ts";
import { requestErrors } from "./request_errors.ts";
import { smtpErrors } from "./smtp_errors.ts";
import { startErrors } from "./start_errors.ts";

const definitions = {
  ...startErrors,
  ...intakeErrors,
  ...deliveryErrors,
  ...requestErrors,
  ...smtpErrors,
  ...operationErrors,
  ...certificateErrors,
  ...adminErrors,
};

/** Stable code of an error; part of every interface, never renamed. */
export type ErrorCode = keyof typeof definitions;

/** The facts that an error with code `C` carries. */
export type FactsOf<C extends ErrorCode> = Parameters<(typeof definitions)[C]["message"]>[0];

/**
 * A condition of the domain, as opposed to a programming error.
 *
 * `message` is one sentence (what happened, to what), `remedy` one more (what to do). Neither holds a secret.
 */
export class DispatchError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "DispatchError";
  readonly code: C;
  readonly facts: FactsOf<C>;

  constructor(code: C, facts: FactsOf<C>, options?: ErrorOptions) {
    super(definitions[code].message(facts as never), options);
    this.code = code;
    this.facts = facts;
  }

  /** What to do about it, or `undefined` when the message says it all. */
  get remedy(): string | undefined {
    return definitions[this.code].remedy?.(this.facts as never);
  }

  /** HTTP status that an API answers with. */
  get status(): number {
    return definitions[this.code].status;
  }

  /** Whether it keeps somebody out who has no right to come in. */
  get isDenial(): boolean {
    return definitions[this.code].isDenial === true;
  }

  /** Exit code of the command line. */
  get exitCode(): 1 | 2 {
    return definitions[this.code].exitCode ?? 1;
  }
}

/** HTTP status that an API answers the error `code` with. */
export function httpStatusOf(code: ErrorCode): number {
  return definitions[code].status;
}

/** Tells whether `error` is a {@link DispatchError}, of `code` if one is given. */
export function isDispatchError<C extends ErrorCode>(error: unknown, code?: C): error is DispatchError<C> {
  return error instanceof DispatchError && (code === undefined || error.code === code);
}

/** Tells whether `code` names an error, for errors that come over a wire. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(definitions, code);
}
