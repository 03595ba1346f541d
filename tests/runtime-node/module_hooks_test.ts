/** The packages that Node loads past its own rules are such that its rules would lead to the same. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { projectRoot } from "../support/e2e_project_files.ts";

for (const name of ["drizzle-orm", "zod"]) {
  const folder = join(projectRoot, "node_modules", name);
  const typesOf = () =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("package.json"))
      .map((path) => [dirname(path), JSON.parse(readFileSync(join(folder, path), "utf8")).type] as const);

  test(`${name} is made of ES modules alone`, () => {
    const types = typesOf();
    assert.ok(types.some(([path, type]) => path === "." && type === "module"));
    // A folder with a package.json that names no type would be one of CommonJS.
    assert.deepEqual(
      types.filter(([, type]) => type !== "module"),
      [],
    );
  });
}
