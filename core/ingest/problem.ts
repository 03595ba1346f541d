/** What an HTTP client is told when it is refused: problem documents (RFC 9457). */
import {
  DispatchError,
  type ErrorCode,
  type FactsOf,
  type IntakeErrorCode,
  intakeErrors,
  isDispatchError,
  type RequestErrorCode,
  requestErrors,
} from "../error/mod.ts";

/** Code of an error that an HTTP client can meet. */
export type ProblemCode = IntakeErrorCode | RequestErrorCode;

/** One thing that is wrong with a request. */
export interface RequestViolation {
  /** Where: `to[1]`, `attachments[0].content`, or the name of a header or query parameter. */
  readonly path: string;
  readonly message: string;
}

/** A problem document, with `code` and `errors` as extension members (RFC 9457 section 3.2). */
export interface ProblemDocument<Code extends ErrorCode = ProblemCode> {
  /** `urn:dispatch:problem:` + code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** One or two sentences for the person who reads the client's log. */
  readonly detail: string;
  /** Stable code of the error. */
  readonly code: Code;
  /** All that is wrong with the request, where there may be several things. */
  readonly errors?: readonly RequestViolation[];
}

/** A problem document and the headers that go with it. */
export interface Problem<Document extends ProblemDocument<ErrorCode> = ProblemDocument> {
  readonly document: Document;
  readonly headers: Readonly<Record<string, string>>;
}

/** How clients are told about one kind of error. */
interface ProblemDefinition<C extends ProblemCode> {
  readonly title: string;
  /** Stands in for the error's message and remedy, which are the operator's; they are used where this is missing. */
  readonly detail?: (facts: FactsOf<C>) => string;
  readonly errors?: (facts: FactsOf<C>) => readonly RequestViolation[];
  /** Seconds after which it is worth trying again. */
  readonly retryAfterSeconds?: (facts: FactsOf<C>) => number;
  readonly headers?: (facts: FactsOf<C>) => Readonly<Record<string, string>>;
}

type ProblemTable = { readonly [C in ProblemCode]: ProblemDefinition<C> };

const tryAgainSoon = "The message could not be stored right now. Nothing was accepted; try again later.";

/** A disk does not empty itself in seconds; anything else that is wrong with storing may pass. */
const diskRetrySeconds = 60;
const storageRetrySeconds = 10;

/** More violations than these help nobody, and what is quoted in them can be as large as a body. */
const maxViolations = 50;
const maxToldLength = 300;

function inShort({ path, message }: RequestViolation): RequestViolation {
  return { path: cut(path), message: cut(message) };
}

function cut(text: string): string {
  return text.length > maxToldLength ? `${text.slice(0, maxToldLength)}…` : text;
}

const bearerChallenge = () => ({ "www-authenticate": 'Bearer realm="dispatch"' });

const problems: ProblemTable = {
  address_not_allowed: { title: "Address not allowed" },
  too_many_connections: {
    title: "Too many connections",
    detail: () => "All connections are in use. Try again later.",
    retryAfterSeconds: () => storageRetrySeconds,
  },
  too_many_connections_from_client: {
    title: "Too many connections",
    detail: ({ address }) => `${address} has too many connections open already.`,
    retryAfterSeconds: () => storageRetrySeconds,
  },
  disk_nearly_full: {
    title: "Storage full",
    detail: () => tryAgainSoon,
    retryAfterSeconds: () => diskRetrySeconds,
  },
  spool_unavailable: {
    title: "Storage unavailable",
    detail: () => tryAgainSoon,
    retryAfterSeconds: () => storageRetrySeconds,
  },
  message_too_large: { title: "Message too large" },
  headers_too_large: { title: "Message headers too large" },
  too_many_recipients: { title: "Too many recipients" },
  no_recipients: { title: "No recipients" },
  address_invalid: {
    title: "Invalid address",
    errors: ({ address, field }) => [{ path: field, message: `${JSON.stringify(address)} is not an address` }],
  },
  mail_loop: { title: "Mail loop", detail: ({ hops }) => `The message has passed ${hops} servers already.` },
  bare_newline: { title: "Bare newline", detail: () => "The message has a CR or LF that stands alone." },
  message_incomplete: { title: "Message incomplete" },
  client_address_unclear: {
    title: "Client address unclear",
    detail: () => "The proxy in between does not say clearly whose request this is.",
  },
  key_missing: { title: "API key missing", headers: bearerChallenge },
  key_invalid: {
    title: "API key invalid",
    detail: () => "The API key is unknown or revoked.",
    headers: bearerChallenge,
  },
  rate_limited: { title: "Too many requests", retryAfterSeconds: ({ retryAfterSeconds }) => retryAfterSeconds },
  body_malformed: { title: "Body malformed" },
  body_incomplete: { title: "Body incomplete" },
  body_too_deep: { title: "Body nested too deep" },
  request_malformed: { title: "Request malformed" },
  request_timeout: { title: "Request timed out" },
  request_headers_too_large: { title: "Request headers too large" },
  media_type_unsupported: {
    title: "Media type unsupported",
    headers: ({ taken }) => ({ accept: taken.join(", ") }),
  },
  request_invalid: { title: "Request invalid", errors: ({ errors }) => errors.slice(0, maxViolations).map(inShort) },
  idempotency_conflict: { title: "Idempotency key in use" },
  message_unknown: { title: "Message unknown" },
  route_unknown: { title: "Not found" },
  method_not_allowed: { title: "Method not allowed", headers: ({ allowed }) => ({ allow: allowed }) },
  history_unavailable: {
    title: "Message log unavailable",
    detail: () => "The state of messages can't be read right now. Mail is accepted and delivered all the same.",
    retryAfterSeconds: () => storageRetrySeconds,
  },
  internal_error: {
    title: "Internal error",
    detail: () => "Something went wrong inside Dispatch; nothing was accepted.",
  },
};

/** Returns what the client is told about `error`; what is no intake error is told as `internal_error`, without details. */
export function problemOf(error: unknown): Problem {
  return isDispatchError(error) && isProblemCode(error.code)
    ? describe(error as DispatchError<ProblemCode>)
    : describe(new DispatchError("internal_error", {}));
}

function describe(error: DispatchError<ProblemCode>): Problem {
  const definition = problems[error.code] as ProblemDefinition<ProblemCode>;
  const facts = error.facts as never;
  const errors = definition.errors?.(facts);
  const retryAfterSeconds = definition.retryAfterSeconds?.(facts);
  return {
    document: {
      type: `urn:dispatch:problem:${error.code}`,
      title: definition.title,
      status: error.status,
      detail: definition.detail?.(facts) ?? [error.message, error.remedy].filter(Boolean).join(" "),
      code: error.code,
      ...(errors === undefined ? {} : { errors }),
    },
    headers: {
      ...definition.headers?.(facts),
      ...(retryAfterSeconds === undefined ? {} : retryAfter(retryAfterSeconds)),
    },
  };
}

/** The header that says when to try again (RFC 9110 section 10.2.3): whole seconds, at least one. */
export function retryAfter(seconds: number): { readonly "retry-after": string } {
  return { "retry-after": String(Math.max(1, Math.ceil(seconds))) };
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(intakeErrors, code) || Object.hasOwn(requestErrors, code);
}
