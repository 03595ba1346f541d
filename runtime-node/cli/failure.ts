/** How a command that failed says so, and its exit code. */
import { DispatchError, isDispatchError } from "../../core/error/mod.ts";
import { describeFindings } from "./certificate_text.ts";
import { printable } from "./printable.ts";

/** The end of a command that failed. */
export interface CliFailure {
  /** For standard error: one line; about refused certificate files, a paragraph for each finding. */
  readonly text: string;
  readonly exitCode: number;
}

/**
 * Describes `error`: for people a sentence and what to do, with `--json` `{"error": {code, message, remedy}}`, and the
 * `findings` about certificate files beside them.
 */
export function describeFailure(error: unknown, wantsJson: boolean): CliFailure {
  const known = isDispatchError(error) ? error : new DispatchError("internal_error", {}, { cause: error });
  const reason = known === error ? "" : ` ${error instanceof Error ? error.message : String(error)}`;
  const message = known.message + reason;
  const remedy = known === error ? known.remedy : undefined;
  const findings = isDispatchError(error, "certificate_refused") ? error.facts.findings : undefined;
  const { code, exitCode } = known;
  if (wantsJson)
    return { text: JSON.stringify({ error: { code, message, remedy: remedy ?? null, findings } }), exitCode };
  if (findings !== undefined)
    return { text: [...describeFindings(findings), "Nothing was changed."].join("\n\n"), exitCode };
  return { text: printable(remedy === undefined ? message : `${message} ${remedy}`), exitCode };
}
