/** What a command is: one record with its words, arguments and options, what it does and what it prints. */

import type { FeedName, OperationName } from "../../core/operations/operation_table.ts";
import type { Environment } from "../environment.ts";
import type { CliIo } from "./cli_io.ts";
import type { CliRuntime } from "./cli_runtime.ts";
import type { Session } from "./session.ts";

/** An argument of a command. */
export interface CliArgument {
  /** In capitals, as the help shows it: `NAME`. */
  readonly name: string;
  readonly summary: string;
  /** Whether it takes all that follow, at least one. Default: `false`. */
  readonly variadic?: boolean;
  /** Whether it may be left away. Default: `false`. */
  readonly optional?: boolean;
}

/** An option of a command. */
export interface CliOption {
  /** As the help shows it: `--limit N`; without a value it is a switch. */
  readonly flags: string;
  readonly summary: string;
  /** Whether the command is refused without it. Default: `false`. */
  readonly required?: boolean;
  /** Whether it may be given more than once. Default: `false`. */
  readonly repeatable?: boolean;
}

/** What was typed, and what a command works with. */
export interface CliCall {
  /** The argument `NAME`; `""` where it was left away. */
  argument(name: string): string;
  /** The arguments `NAME…`. */
  rest(name: string): readonly string[];
  /** The value of the option `--name`. */
  option(name: string): string | undefined;
  /** All values of the repeatable option `--name`. */
  options(name: string): readonly string[];
  /** Whether the switch `--name` was given. */
  has(name: string): boolean;
  /** Whether standard output is to hold JSON alone. */
  readonly wantsJson: boolean;
  readonly io: CliIo;
  readonly runtime: CliRuntime;
  readonly environment: () => Environment;
  readonly session: () => Session;
}

/** What a command prints at its end. */
export interface CliOutcome {
  /** For `--json`. */
  readonly json: unknown;
  /** For people: lines without the final newline. */
  readonly text: string;
  /** A line for standard error. */
  readonly notice?: string | undefined;
  /** Default: 0. */
  readonly exitCode?: number;
}

/** One command. */
export interface CliCommand {
  /** `["relay", "add"]`. */
  readonly words: readonly string[];
  /** One line; or the operation or feed whose own line it is, which is loaded when help is asked for. */
  readonly summary: string | { readonly of: OperationName | FeedName };
  readonly arguments?: readonly CliArgument[];
  readonly options?: readonly CliOption[];
  /** Does it. A command that prints as it goes resolves to its exit code. */
  run(call: CliCall): Promise<CliOutcome | number>;
}
