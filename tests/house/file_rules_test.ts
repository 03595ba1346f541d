/** The size and the names of files, and what the lock file may say. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { before, test } from "node:test";
import { listProjectFiles, type ProjectFile, projectRoot } from "../support/e2e_project_files.ts";

let sources: ProjectFile[];
let tests: ProjectFile[];

before(async () => {
  const folders = ["core", "web", "drizzle", "runtime-node", "runtime-bun", "scripts", "bench"];
  sources = (await Promise.all(folders.map((folder) => listProjectFiles(folder, /\.(?:ts|js|mjs)$/)))).flat();
  tests = await listProjectFiles("tests", /\.(?:ts|js|mjs)$/);
});

function countLines({ text }: ProjectFile): number {
  return text.split("\n").length - 1;
}

test("half of the source files are under 120 lines", () => {
  const long = sources.filter((file) => countLines(file) >= 120);
  assert.ok(long.length * 2 <= sources.length, `${long.length} of ${sources.length}`);
});

test("nineteen of twenty source files are under 330 lines", () => {
  const long = sources.filter((file) => countLines(file) >= 330).map((file) => file.path);
  assert.ok(long.length * 20 <= sources.length, long.join(", "));
});

test("no file is over 500 lines", () => {
  const long = [...sources, ...tests].filter((file) => countLines(file) > 500).map((file) => file.path);
  assert.deepEqual(long, []);
});

test("files are named in snake_case, after one thing", () => {
  const vague = /^_?(?:utils?|helpers?|common|manager|misc|shared|types|index)\.|[A-Z-]/;
  const wrong = [...sources, ...tests].filter(({ path }) => vague.test(basename(path))).map(({ path }) => path);
  assert.deepEqual(wrong, []);
});

test("each source file says what it is in its first lines", () => {
  const silent = sources.filter(({ text }) => !/^(?:#!.*\n)?(?:\/\*\*|\/\/ )/.test(text) && !/\n\/\*\*/.test(text));
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});

test("each test file registers tests when it is loaded", () => {
  const hollow = tests.filter(
    ({ path, text }) => path.endsWith("_test.ts") && !/^(?:for \(|(?:await )?[a-z]\w*\()/m.test(text),
  );
  assert.deepEqual(
    hollow.map(({ path }) => path),
    [],
  );
});

test("what is done before or after each test is done for those of a suite, as all files of an area run in one process", () => {
  const greedy = tests.filter(({ path, text }) => path.endsWith("_test.ts") && /^(?:before|after)Each\(/m.test(text));
  assert.deepEqual(
    greedy.map(({ path }) => path),
    [],
  );
});

test("the lock file names no registry host", async () => {
  const lock = await readFile(`${projectRoot}package-lock.json`, "utf8");
  assert.doesNotMatch(lock, /"resolved"/);
  assert.match(lock, /"integrity"/);
});

test("the lock file has every platform's packages, without which npm ci refuses it", async () => {
  const { packages } = JSON.parse(await readFile(`${projectRoot}package-lock.json`, "utf8"));
  const optional = Object.values(packages as Record<string, { optionalDependencies?: Record<string, string> }>).flatMap(
    (entry) => Object.keys(entry.optionalDependencies ?? {}),
  );
  assert.deepEqual(
    optional.filter((name) => !(`node_modules/${name}` in packages)),
    [],
  );
});

test("every dependency is pinned to one version", async () => {
  const manifest = JSON.parse(await readFile(`${projectRoot}package.json`, "utf8"));
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)),
  );
  assert.deepEqual(loose, []);
});
