/** What the audit log is told of an operation, and the performing of those that it is told of. */
import { DispatchError, isDispatchError } from "../error/mod.ts";
import type { AuditEventName } from "../history/audit_events.ts";
import { readInput } from "./input_reader.ts";
import type { Operation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

/**
 * What the audit log is told of an operation that changes something, or gives a secret away.
 *
 * What is told is plain JSON, and never a secret: `before` and `after` return what operators are shown, masked. The same
 * function may be both: it is asked what there is, once before the operation and once after it.
 */
export interface OperationAudit<Input = unknown, Output = unknown> {
  readonly event: AuditEventName;
  /** Whether it is told of this request at all. Default: of each. */
  appliesTo?(input: Input): boolean;
  /** What the operation is about: a name, an id. Default: nothing, as for `null`. */
  subject?(input: Input): string | null;
  /** What there was before. Default: nothing. */
  before?(context: OperationContext, input: Input): unknown;
  /** What there is now. Default: nothing. */
  after?(context: OperationContext, input: Input, output: Output): unknown;
}

type AuditedOperation = Operation & { readonly audit: OperationAudit };

/** Performs `operation` and has the audit log told, of a refusal too. @throws {DispatchError} what it is refused with */
export async function performAudited(
  operation: AuditedOperation,
  context: OperationContext,
  given: unknown,
): Promise<unknown> {
  const { audit } = operation;
  const input = read(operation, context, given);
  if (audit.appliesTo?.(input) === false) return await operation.run(context, input);
  const subject = audit.subject?.(input) ?? null;
  const before = await look(() => audit.before?.(context, input));
  const output = await operation.run(context, input).catch((error) => refuse(operation, context, subject, error));
  const after = await look(() => audit.after?.(context, input, output));
  context.audit.record({ event: audit.event, actor: context.actor, subject, before, after });
  return output;
}

function read(operation: AuditedOperation, context: OperationContext, given: unknown): unknown {
  try {
    return readInput(operation, given);
  } catch (error) {
    return refuse(operation, context, null, error);
  }
}

function refuse(
  { audit: { event } }: AuditedOperation,
  { audit, actor }: OperationContext,
  subject: string | null,
  error: unknown,
): never {
  audit.record({ event, actor, outcome: "refused", subject, reason: reasonOf(error) });
  throw error;
}

/** An operation must not fail because it can't be described: what can't be looked at is told as that. */
async function look(at: () => unknown): Promise<unknown> {
  try {
    return await at();
  } catch (error) {
    return { unknown: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  return (isDispatchError(error) ? error : new DispatchError("internal_error", {})).code;
}
