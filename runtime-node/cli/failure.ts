/** How a command that failed says so: one line, and an exit code. */
import { DispatchError, isDispatchError } from "../../core/error/mod.ts";
import { printable } from "./printable.ts";

/** The end of a command that failed. */
export interface CliFailure {
  /** One line for standard error. */
  readonly line: string;
  readonly exitCode: number;
}

/** Describes `error`: for people a sentence and what to do, with `--json` `{"error": {code, message, remedy}}`. */
export function describeFailure(error: unknown, wantsJson: boolean): CliFailure {
  const known = isDispatchError(error) ? error : new DispatchError("internal_error", {}, { cause: error });
  const reason = known === error ? "" : ` ${error instanceof Error ? error.message : String(error)}`;
  const message = known.message + reason;
  const remedy = known === error ? known.remedy : undefined;
  const line = wantsJson
    ? JSON.stringify({ error: { code: known.code, message, remedy: remedy ?? null } })
    : printable(remedy === undefined ? message : `${message} ${remedy}`);
  return { line, exitCode: known.exitCode };
}
