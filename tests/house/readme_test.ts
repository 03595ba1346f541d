/** What the documents say of the project is so. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { projectRoot } from "../support/e2e_project_files.ts";

const read = (name: string) => readFile(`${projectRoot}${name}`, "utf8");

test("every npm command in the documents is a script of package.json", async () => {
  const { scripts } = JSON.parse(await read("package.json"));
  const text = (await read("README.md")) + (await read("ARCHITECTURE.md"));
  const named = Array.from(text.matchAll(/(?:^|`)npm (?:run\s+(?:-s )?)?([a-z:]+)/gm), ([, name]) => name as string);
  assert.ok(named.length >= 8);
  assert.deepEqual(
    named.filter((name) => !(name in scripts)),
    [],
  );
});

test("every script of package.json makes sure of the installation first", async () => {
  const { scripts } = JSON.parse(await read("package.json"));
  for (const command of Object.values(scripts)) assert.match(String(command), /^node scripts\/ready\.mjs /);
});

for (const document of ["README.md", "ARCHITECTURE.md", "SECURITY.md"]) {
  test(`every file that ${document} names is there`, async () => {
    const text = await read(document);
    const linked = Array.from(text.matchAll(/\]\(([^):#]+)\)/g), ([, path]) => path as string);
    const inCode = Array.from(
      text.matchAll(/`((?:core|web|runtime-node|runtime-bun|drizzle|tests|scripts|bench)\/[^`\s]*)`/g),
    );
    const paths = [...linked, ...inCode.map(([, path]) => path as string)];
    assert.ok(paths.length > 0);
    assert.deepEqual(
      paths.filter((path) => !existsSync(`${projectRoot}${path}`)),
      [],
    );
  });
}
