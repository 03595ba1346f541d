/** What a runtime alone has does not pass the static gate in the pure folders: shown with planted files. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { projectRoot } from "../support/e2e_project_files.ts";

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dispatch-purity-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function exportsOf(names: readonly string[]): string {
  return names.map((name) => `export const a${name} = ${name};\n`).join("");
}

for (const folder of ["core", "web", "drizzle"]) {
  test(`the linter refuses the globals of a runtime in ${folder}/`, async (t) => {
    const names = ["process", "Buffer", "Bun", "Deno", "require", "__dirname"];
    const planted = await makeFolder(t);
    const settings = JSON.parse(await readFile(`${projectRoot}biome.json`, "utf8"));
    await writeFile(join(planted, "biome.json"), JSON.stringify({ ...settings, vcs: undefined }));
    await mkdir(join(planted, folder));
    await writeFile(join(planted, folder, "planted.ts"), exportsOf(names));
    const result = spawnSync(`${projectRoot}node_modules/.bin/biome`, ["lint", "."], {
      cwd: planted,
      encoding: "utf8",
    });
    assert.equal(result.status, 1);
    for (const name of names) assert.match(result.stderr, new RegExp(`global variable ${name}\\.`));
  });

  test(`the type checker knows no runtime in ${folder}/`, async (t) => {
    const planted = await makeFolder(t);
    await writeFile(
      join(planted, "planted.ts"),
      `${exportsOf(["process", "Buffer", "Bun", "Deno"])}import "node:fs";\n`,
    );
    await writeFile(
      join(planted, "tsconfig.json"),
      JSON.stringify({ extends: `${projectRoot}${folder}/tsconfig.json`, include: [`${projectRoot}${folder}`, "."] }),
    );
    const result = spawnSync("node_modules/.bin/tsc", ["-p", planted], { cwd: projectRoot, encoding: "utf8" });
    for (const name of ["process", "Buffer", "Bun", "Deno", "node:fs"]) {
      assert.match(result.stdout, new RegExp(`planted\\.ts.*error TS\\d+: .*['"]${name}['"]`), `${name} type-checks`);
    }
  });
}
