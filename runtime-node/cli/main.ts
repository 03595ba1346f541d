/** The command line: parses what was typed, performs it, prints, and tells the exit code. */
import { CommanderError } from "commander";
import { DispatchError } from "../../core/error/mod.ts";
import type { Environment } from "../environment.ts";
import type { CliCall, CliOutcome } from "./cli_command.ts";
import { type CliIo, ClosedOutput } from "./cli_io.ts";
import type { CliRuntime } from "./cli_runtime.ts";
import { commands } from "./command_table.ts";
import { describeFailure } from "./failure.ts";
import { createProgram, type TypedCommand } from "./program.ts";
import { createSession, type Session } from "./session.ts";
import { toUsageError } from "./usage_failure.ts";

const wrongUsage = 2;

/**
 * Runs one command and resolves to its exit code: 0 done, 1 refused or failed, 2 wrong usage.
 *
 * All output is written when it resolves.
 *
 * @param argv The words after the program's name
 */
export async function runCli(argv: readonly string[], io: CliIo, runtime: CliRuntime): Promise<number> {
  try {
    const parsed = await parseOrHelp(argv);
    if ("command" in parsed) return await perform(parsed, io, runtime);
    if (parsed.wasAskedFor) await io.print(parsed.help);
    else await io.notify(parsed.help.trimEnd());
    return parsed.wasAskedFor ? 0 : wrongUsage;
  } catch (error) {
    if (error instanceof ClosedOutput) return 0;
    // What was typed may not have been understood as far as its --json.
    const failure = describeFailure(error, argv.includes("--json"));
    await io.notify(failure.text);
    return failure.exitCode;
  }
}

interface HelpText {
  readonly help: string;
  /** Whether it was asked for, or answers a command that lacks its second word. */
  readonly wasAskedFor: boolean;
}

/** What the operations say of themselves is loaded for help alone: a command is not to wait for it. */
async function parseOrHelp(argv: readonly string[]): Promise<TypedCommand | HelpText> {
  const parsed = await parse(argv);
  if ("command" in parsed) return parsed;
  const { summaryOf } = await import("../../core/operations/operation_table.ts");
  return await parse(argv, summaryOf);
}

async function parse(argv: readonly string[], summaryOf?: (name: string) => string): Promise<TypedCommand | HelpText> {
  let typed: TypedCommand | undefined;
  let help = "";
  const listener = {
    onCommand: (command: TypedCommand) => {
      typed = command;
    },
    onHelp: (text: string) => {
      help += text;
    },
  };
  const program = createProgram(commands, listener, summaryOf);
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed" || error.code === "commander.help") {
      return { help, wasAskedFor: error.exitCode === 0 };
    }
    throw toUsageError(error);
  }
  if (typed === undefined) throw new DispatchError("usage_wrong", { reason: "No command was given." });
  return typed;
}

async function perform(typed: TypedCommand, io: CliIo, runtime: CliRuntime): Promise<number> {
  const environment = () => runtime.readEnvironment(typed.options["data-dir"] as string | undefined);
  let opened: Session | undefined;
  const session = () => {
    opened ??= createSession(runtime, environment());
    return opened;
  };
  try {
    const call = createCall(typed, { io, runtime, environment, session });
    const outcome = await typed.command.run(call);
    return typeof outcome === "number" ? outcome : await printOutcome(outcome, call);
  } finally {
    await opened?.close();
  }
}

async function printOutcome(
  { json, text, notice, exitCode = 0 }: CliOutcome,
  { io, wantsJson }: CliCall,
): Promise<number> {
  const output = wantsJson ? JSON.stringify(json) : text;
  if (output !== "") await io.print(`${output}\n`);
  if (notice !== undefined) await io.notify(notice);
  return exitCode;
}

interface Surroundings {
  readonly io: CliIo;
  readonly runtime: CliRuntime;
  readonly environment: () => Environment;
  readonly session: () => Session;
}

function createCall({ command, values, options }: TypedCommand, surroundings: Surroundings): CliCall {
  const typedValue = (name: string) => values[command.arguments?.findIndex((argument) => argument.name === name) ?? -1];
  return {
    ...surroundings,
    argument: (name) => String(typedValue(name) ?? ""),
    rest: (name) => [typedValue(name) ?? []].flat(),
    option: (name) => options[name] as string | undefined,
    options: (name) => (options[name] as string[] | undefined) ?? [],
    has: (name) => options[name] === true,
    wantsJson: options.json === true,
  };
}
