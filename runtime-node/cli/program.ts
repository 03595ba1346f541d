/** Makes a command-line parser from the table of commands. */
import { Command, Option } from "commander";
import type { CliCommand, CliOption } from "./cli_command.ts";
import { groupSummaries } from "./command_table.ts";

/** What was typed after the words of a command. */
export interface TypedCommand {
  readonly command: CliCommand;
  /** Values of the arguments, in their order. */
  readonly values: readonly (string | readonly string[])[];
  /** Values of the options by their long name, the global ones too. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the parser tells. */
export interface ProgramListener {
  /** A command was typed, and nothing is wrong with its form. */
  onCommand(typed: TypedCommand): void;
  /** Help is to be printed. */
  onHelp(text: string): void;
}

const globalOptions: readonly CliOption[] = [
  { flags: "--data-dir DIR", summary: "data directory (default: DISPATCH_DATA_DIR)" },
  { flags: "--json", summary: "print one JSON value and nothing else" },
];

/**
 * Returns a parser of `commands`. It exits never: what is wrong is thrown as a `CommanderError`, whose `command` is the
 * one that found it.
 *
 * @param summaryOf The line of an operation or feed; needed for help alone
 */
export function createProgram(
  commands: readonly CliCommand[],
  listener: ProgramListener,
  summaryOf: (name: string) => string = () => "",
): Command {
  const program = prepare(new Command("dispatch"), listener).description("A self-hosted mail relay");
  for (const option of globalOptions) program.addOption(toOption(option));
  for (const command of commands) {
    const { summary } = command;
    addCommand(program, command, listener).description(typeof summary === "string" ? summary : summaryOf(summary.of));
  }
  return program;
}

function addCommand(program: Command, command: CliCommand, listener: ProgramListener): Command {
  const node = findOrCreate(program, command.words, listener);
  for (const { name, summary, variadic, optional } of command.arguments ?? []) {
    const form = variadic ? `${name}...` : name;
    node.argument(optional ? `[${form}]` : `<${form}>`, summary);
  }
  for (const option of command.options ?? []) node.addOption(toOption(option));
  node.action((...typed: unknown[]) => {
    const values = typed.slice(0, command.arguments?.length ?? 0) as (string | string[])[];
    listener.onCommand({ command, values, options: node.optsWithGlobals() });
  });
  return node;
}

function findOrCreate(parent: Command, words: readonly string[], listener: ProgramListener): Command {
  const [word, ...rest] = words;
  if (word === undefined) return parent;
  const known = parent.commands.find((child) => child.name() === word);
  return findOrCreate(known ?? createNode(parent, word, listener), rest, listener);
}

function createNode(parent: Command, word: string, listener: ProgramListener): Command {
  const node = prepare(parent.command(word), listener);
  const group = groupSummaries[word];
  return group === undefined ? node : node.description(group);
}

function prepare(node: Command, listener: ProgramListener): Command {
  return node
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: listener.onHelp, writeErr: listener.onHelp, outputError: () => {} })
    .exitOverride((error) => {
      throw Object.assign(error, { command: node });
    });
}

/** Kept under its name as typed: `from-time`. */
class NamedOption extends Option {
  override attributeName(): string {
    return this.name();
  }
}

/** `--limit N` is what the library calls `--limit <N>`. */
function toOption({ flags, summary, required, repeatable }: CliOption): Option {
  const option = new NamedOption(flags.replace(/ (.+)$/, " <$1>"), summary).makeOptionMandatory(required ?? false);
  if (repeatable) option.argParser((given: string, before: string[] | undefined) => [...(before ?? []), given]);
  return option;
}
