/** What docs/admin_api.md says is so. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { adminScopes } from "../../core/access/admin_token.ts";
import { commands } from "../../runtime-node/cli/command_table.ts";
import { maxEventStreams } from "../../web/admin/event_streams.ts";
import { feedRoutes, operationRoutes } from "../../web/admin/operation_routes.ts";
import { projectRoot } from "../support/e2e_project_files.ts";

let text: string;

before(async () => {
  text = await readFile(`${projectRoot}docs/admin_api.md`, "utf8");
});

/** What the first column of the table under `heading` names. */
function namedIn(heading: string, form: RegExp): string[] {
  const rows = text.split(`${heading}\n`)[1]?.split("\n\n")[0]?.split("\n") ?? [];
  return rows.flatMap((row) => Array.from(row.split("|")[1]!.matchAll(form), ([, name]) => name as string));
}

test("every part of the API is in its table, and nothing else is", () => {
  const parts = [...operationRoutes, ...feedRoutes].map(({ path }) => path.split("/")[1] as string);
  const named = namedIn("| path below `/api` | |", /`\/([\w-]+)/g);
  assert.deepEqual([...new Set(named)].toSorted(), [...new Set(parts)].toSorted());
});

test("every scope is in its table, and nothing else is", () => {
  assert.deepEqual(namedIn("| scope | may |", /`(\w+)`/g), [...adminScopes]);
});

test("every command is one of the command line's", () => {
  const known = commands.map(({ words }) => words.join(" "));
  const typed = Array.from(text.matchAll(/dispatch (admin(?: token)? [a-z-]+)/g), ([, words]) => words as string);
  assert.ok(typed.length > 4);
  assert.deepEqual(
    typed.filter((words) => !known.includes(words)),
    [],
  );
});

test("the number of streams is the one that is kept", () => {
  assert.equal(maxEventStreams, 20);
  assert.ok(text.includes("Twenty can be open at a time."));
});
