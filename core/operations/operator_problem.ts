/** What an operator is told over HTTP when a request is refused: problem documents (RFC 9457) that keep nothing back. */
import type { Finding } from "../certificate/finding.ts";
import { type ConfigViolation, DispatchError, type ErrorCode, isDispatchError } from "../error/mod.ts";
import { type Problem, type ProblemDocument, problemOf, type RequestViolation, retryAfter } from "../ingest/problem.ts";

/** A problem document; `detail` is the error's message and remedy. */
export interface OperatorProblemDocument extends ProblemDocument<ErrorCode> {
  /** What the check of certificate files found. */
  readonly findings?: readonly Finding[];
}

/** Facts of errors that have a place of their own in the document or its headers. */
interface TellingFacts {
  readonly violations?: readonly (ConfigViolation | RequestViolation)[];
  readonly findings?: readonly Finding[];
  readonly retryAfterSeconds?: number;
}

/** Returns what an operator is told about `error`; what is no error of the domain is told as `internal_error`. */
export function operatorProblemOf(error: unknown): Problem<OperatorProblemDocument> {
  const refusal = isDispatchError(error) ? error : new DispatchError("internal_error", {});
  const { code, status, message, remedy } = refusal;
  const { violations, findings, retryAfterSeconds } = refusal.facts as TellingFacts;
  // A sender's error has a title, a list and headers already.
  const known = problemOf(refusal);
  const { document, headers } = known.document.code === code ? known : { document: undefined, headers: {} };
  const errors = document?.errors ?? violations?.map(describeViolation);
  return {
    document: {
      type: `urn:dispatch:problem:${code}`,
      title: document?.title ?? titleOf(code),
      status,
      detail: [message, remedy].filter(Boolean).join(" "),
      code,
      ...(errors === undefined ? {} : { errors }),
      ...(findings === undefined ? {} : { findings }),
    },
    headers: {
      ...headers,
      ...challengeOf(refusal),
      ...(retryAfterSeconds === undefined ? {} : retryAfter(retryAfterSeconds)),
    },
  };
}

function describeViolation(violation: ConfigViolation | RequestViolation): RequestViolation {
  if (!("key" in violation)) return violation;
  return { path: violation.key, message: `${violation.rule}; ${violation.value} was given` };
}

/** How to come in (RFC 9110 section 11.6.1), and what a token lacks (RFC 6750 section 3.1). */
function challengeOf(refusal: DispatchError): Readonly<Record<string, string>> {
  const challenge = 'Bearer realm="dispatch"';
  if (isDispatchError(refusal, "scope_insufficient")) {
    return { "www-authenticate": `${challenge}, error="insufficient_scope", scope="${refusal.facts.needed}"` };
  }
  if (isDispatchError(refusal, "token_invalid")) return { "www-authenticate": `${challenge}, error="invalid_token"` };
  return refusal.status === 401 ? { "www-authenticate": challenge } : {};
}

/** `config_key_unknown` is "Config key unknown". */
function titleOf(code: ErrorCode): string {
  return (code.slice(0, 1).toUpperCase() + code.slice(1)).replaceAll("_", " ");
}
