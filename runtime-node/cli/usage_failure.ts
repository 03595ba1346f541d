/** Says what is wrong with what was typed, and what comes nearest. */
import type { Command, CommanderError } from "commander";
import { nearestName } from "../../core/config/nearest.ts";
import { DispatchError } from "../../core/error/mod.ts";

type Facts = { readonly reason: string; readonly nearest?: string };

/** By the library's code of the error: the sentence, from what the library quotes in its own. */
const sentences: Readonly<Record<string, (quoted: string, node: Command) => Facts>> = {
  "commander.unknownOption": (quoted, node) => {
    // What follows the equals sign is not repeated: it may be a secret.
    const flag = quoted.replace(/=.*/s, "");
    return { reason: `Unknown option ${flag}.`, nearest: nearestName(flag, flagsOf(node)) };
  },
  "commander.unknownCommand": (quoted, node) => ({
    reason: `Unknown command ${[...pathOf(node), quoted].join(" ")}.`,
    nearest: [...pathOf(node), nearestName(quoted, namesOf(node))].join(" "),
  }),
  "commander.missingArgument": (quoted, node) => ({ reason: `${pathOf(node).join(" ")} needs ${quoted}.` }),
  "commander.missingMandatoryOptionValue": (quoted, node) => ({
    reason: `${pathOf(node).join(" ")} needs ${quoted.replace(/[<>]/g, "")}.`,
  }),
  "commander.optionMissingArgument": (quoted) => ({ reason: `${quoted.replace(/ .*/, "")} needs a value.` }),
  "commander.excessArguments": (_quoted, node) => ({
    reason: `${pathOf(node).join(" ")} takes ${countArguments(node.registeredArguments.length)}; ${node.args.length} were given.`,
  }),
};

/** Refuses what was typed. @throws {DispatchError} `usage_wrong` */
export function refuseUsage(reason: string): never {
  throw new DispatchError("usage_wrong", { reason });
}

/** The error of the house for an error of the parser. */
export function toUsageError(error: CommanderError & { readonly command?: Command }): DispatchError {
  const sentence = sentences[error.code];
  const quoted = /'(.*)'/s.exec(error.message)?.[1] ?? "";
  const { command } = error;
  if (sentence === undefined || command === undefined) {
    return new DispatchError("usage_wrong", { reason: `${error.message.replace(/^error: /, "")}.` }, { cause: error });
  }
  const facts = { ...sentence(quoted, command), command: ["dispatch", ...pathOf(command)].join(" ") };
  return new DispatchError("usage_wrong", facts, { cause: error });
}

function countArguments(count: number): string {
  return count === 1 ? "1 argument" : `${count || "no"} arguments`;
}

function pathOf(node: Command): string[] {
  return node.parent === null ? [] : [...pathOf(node.parent), node.name()];
}

function namesOf(node: Command): string[] {
  return node.commands.map((child) => child.name());
}

function flagsOf(node: Command): string[] {
  const own = node.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));
  return node.parent === null ? [...own, "--help"] : [...own, ...flagsOf(node.parent)];
}
