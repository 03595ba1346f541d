/** Commands that perform one operation. */
import type { InputOf, OperationName, OutputOf } from "../../core/operations/operation_table.ts";
import type { CliArgument, CliCall, CliCommand, CliOption } from "./cli_command.ts";

/** A command that performs one operation. */
export interface OperationCommand<Name extends OperationName> {
  readonly operation: Name;
  /** Default: the operation's name, split at its dot. */
  readonly words?: readonly string[];
  readonly arguments?: readonly CliArgument[];
  readonly options?: readonly CliOption[];
  /** What was typed, as the operation takes it. */
  input(call: CliCall): InputOf<Name> | Promise<InputOf<Name>>;
  /** The output for people: lines without the final newline. */
  print(output: OutputOf<Name>): string;
  /** The output for `--json`. Default: as it is. */
  toJson?(output: OutputOf<Name>): unknown;
  /** A line for standard error. */
  notice?(output: OutputOf<Name>): string | undefined;
  /** Default: 0. */
  exitCode?(output: OutputOf<Name>): number;
}

/** Returns the command; its summary is the operation's. */
export function operationCommand<const Name extends OperationName>(command: OperationCommand<Name>): CliCommand {
  const { operation } = command;
  return {
    words: command.words ?? operation.split("."),
    summary: { of: operation },
    arguments: command.arguments ?? [],
    options: command.options ?? [],
    async run(call) {
      const input = await command.input(call);
      const output = await call.session().call(operation, input);
      return {
        json: command.toJson === undefined ? output : command.toJson(output),
        text: command.print(output),
        notice: command.notice?.(output),
        exitCode: command.exitCode?.(output) ?? 0,
      };
    },
  };
}
