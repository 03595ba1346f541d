/** What docs/certificates.md says is so. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { findingSeverities } from "../../core/certificate/finding.ts";
import { maxMaterialBytes, maxMaterialFiles } from "../../core/certificate/material.ts";
import { validityDays } from "../../core/certificate/validity_days.ts";
import { commands } from "../../runtime-node/cli/command_table.ts";
import { projectRoot } from "../support/e2e_project_files.ts";

let text: string;

before(async () => {
  text = await readFile(`${projectRoot}docs/certificates.md`, "utf8");
});

for (const severity of ["error", "warning"] as const) {
  test(`every ${severity} is in its table, and nothing else is`, () => {
    const table = text.split(`| ${severity} | |\n`)[1]?.split("\n\n")[0] ?? "";
    const named = table.split("\n").flatMap((row) => {
      const [, first = ""] = row.split("|");
      return Array.from(first.matchAll(/`(\w+)`/g), ([, code]) => code as string);
    });
    const codes = Object.entries(findingSeverities).flatMap(([code, found]) => (found === severity ? [code] : []));
    assert.deepEqual(named.toSorted(), codes.toSorted());
  });
}

test("every command is one of the command line's", () => {
  const known = commands.map(({ words }) => words.join(" "));
  const typed = Array.from(
    text.matchAll(/dispatch ((?:cert|admin(?: token)?) [a-z-]+)/g),
    ([, words]) => words as string,
  );
  assert.ok(typed.length > 10);
  assert.deepEqual(
    typed.filter((words) => !known.includes(words)),
    [],
  );
});

test("the limits are the ones that are kept", () => {
  assert.ok(text.includes(`Up to ${maxMaterialFiles} files, ${maxMaterialBytes / 1024 / 1024} MiB together`));
  assert.ok(text.includes(`ECDSA P-256 and ${validityDays.usual} days are the defaults`));
});
