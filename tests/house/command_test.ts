/** What operators can ask for, they can ask for on the command line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { feeds, operations } from "../../core/operations/operation_table.ts";
import { commands } from "../../runtime-node/cli/command_table.ts";

/** The commands whose words are not the operation's name. */
const otherWords: Readonly<Record<string, string>> = {
  "message.send": "send",
  "queue.content": "queue show",
  "provider.list": "relay providers",
  "relay.try": "relay test",
  "report.show": "report",
};

/** One command may have two operations; it says what the first of them does. */
function showsSame(named: string, operation: string): boolean {
  return named === operation || otherWords[operation] === named.replaceAll(".", " ");
}

test("every operation and feed has a command", () => {
  const known = new Set(commands.map(({ words }) => words.join(" ")));
  const lacking = [...operations, ...feeds]
    .map(({ name }) => otherWords[name] ?? name.replaceAll(".", " "))
    .filter((words) => !known.has(words));
  assert.deepEqual(lacking, []);
});

test("every command says what its operation says of itself", () => {
  const operationOf = new Map(
    [...operations, ...feeds].map(({ name }) => [otherWords[name] ?? name.replaceAll(".", " "), name as string]),
  );
  const differing = commands.filter(({ words, summary }) => {
    const operation = operationOf.get(words.join(" "));
    return operation !== undefined && (typeof summary === "string" || !showsSame(summary.of, operation));
  });
  // It tells of this program, the operation of the one that runs.
  assert.deepEqual(
    differing.map(({ words }) => words.join(" ")),
    ["version"],
  );
});

test("no option takes a secret as its value", () => {
  const flags = commands.flatMap(({ options = [] }) => options.map((option) => option.flags));
  const secret = flags.filter((flag) => /pass|secret|token/i.test(flag) && !/-file [A-Z=]*FILE$/.test(flag));
  assert.deepEqual(secret, []);
});
