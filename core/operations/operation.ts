/** What an operation is: one thing that an operator can ask of Dispatch, by command line, admin API or dashboard. */
import type { z } from "zod";
import type { OperationAudit } from "./operation_audit.ts";
import type { OperationContext } from "./operation_context.ts";

/** What all operations have in common. */
interface OperationFacts<Name extends string, Schema extends z.ZodType> {
  /** `noun.verb`, such as `relay.add`; part of every interface, never renamed. */
  readonly name: Name;
  /** One line, for help texts and the reference. */
  readonly summary: string;
  /** What it takes, as plain JSON. Text from a command line or a query is taken for a number where one is due. */
  readonly input: Schema;
  /** Whether it only makes sense beside a running service. Default: `false`. */
  readonly needsService?: boolean;
}

/** An operation that answers with plain JSON. */
export interface Operation<Name extends string = string, Schema extends z.ZodType = z.ZodType, Output = unknown>
  extends OperationFacts<Name, Schema> {
  /** Performs it. `input` has passed the schema. @throws {DispatchError} when it is refused */
  run(context: OperationContext, input: z.output<Schema>): Promise<Output>;
  /** What the audit log is told; `null` for one that changes nothing, sends nothing and gives no secret away. */
  readonly audit: OperationAudit<z.output<Schema>, NoInfer<Output>> | null;
}

/** An operation that answers with bytes, as long as someone reads them. It changes nothing. */
export interface Feed<Name extends string = string, Schema extends z.ZodType = z.ZodType>
  extends OperationFacts<Name, Schema> {
  readonly mediaType: string;
  /** Opens it. Cancelling the stream ends the work behind it. @throws {DispatchError} when it is refused */
  open(context: OperationContext, input: z.output<Schema>): Promise<ReadableStream<Uint8Array>>;
}

/** Returns `operation` as it is; exists so that an entry keeps the types of its name, input and output. */
export function defineOperation<const Name extends string, Schema extends z.ZodType, Output>(
  operation: Operation<Name, Schema, Output>,
): Operation<Name, Schema, Output> {
  return operation;
}

/** Returns `feed` as it is; exists so that an entry keeps the types of its name and input. */
export function defineFeed<const Name extends string, Schema extends z.ZodType>(
  feed: Feed<Name, Schema>,
): Feed<Name, Schema> {
  return feed;
}
