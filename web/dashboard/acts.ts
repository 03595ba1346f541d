/** What a request may do on behalf of the administrator who made it. */
import type { Context } from "hono";
import type { InputOf, OperationName, OutputOf } from "../../core/operations/operation_table.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import type { AdminEnv } from "../session.ts";

/** See the file's first line. */
export interface AdminActs {
  /** Performs an operation as the dashboard. @throws {DispatchError} what the operation refuses with */
  readonly perform: <Name extends OperationName>(name: Name, input: InputOf<Name>) => Promise<OutputOf<Name>>;
}

/** Binds the operations to who is asking. */
export function actsOf(context: Context<AdminEnv>, { perform }: Pick<OperatorDependencies, "perform">): AdminActs {
  const actor = { kind: "dashboard", address: context.env.clientAddress, name: null } as const;
  return { perform: (name, input) => perform(actor, name, input) };
}
