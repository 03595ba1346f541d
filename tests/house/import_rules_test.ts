/** Every import of the product against the table of rings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findImportViolations, importRules } from "../../scripts/import_rules.ts";
import { listProjectFiles } from "../support/e2e_project_files.ts";

for (const folder of Object.keys(importRules)) {
  test(`${folder}/ imports only what its ring allows`, async () => {
    const files = await listProjectFiles(folder, /\.(?:ts|js)$/);
    assert.ok(files.length > 0, `${folder} holds no file`);
    assert.deepEqual(
      files.flatMap(({ path, text }) => findImportViolations(path, text)),
      [],
    );
  });
}

const planted = [
  ["core/mail/a.ts", 'import { readFile } from "node:fs/promises";', /pure/],
  ["core/mail/a.ts", 'import fs from "fs";', /written with "node:"/],
  ["core/mail/a.ts", 'import { b } from "../../drizzle/b.ts";', /inwards/],
  ["core/mail/a.ts", 'export * from "../../web/b.ts";', /inwards/],
  ["core/mail/a.ts", 'import {\n  type B,\n  c,\n} from "../../web/b.ts";', /inwards/],
  ["core/mail/a.ts", 'import "../../runtime-node/b.ts";', /inwards/],
  ["core/mail/a.ts", 'const b = await import("node:fs");', /pure/],
  ["core/mail/a.ts", 'import { b } from "./b";', /ending/],
  ["core/mail/a.ts", 'import { SMTPServer } from "smtp-server";', /list/],
  ["core/mail/a.ts", 'import type { Server } from "bun";', /only runtime-bun/],
  ["web/a.ts", 'import { b } from "../runtime-node/b.ts";', /inwards/],
  ["web/a.ts", 'import { serve } from "@hono/node-server";', /list/],
  ["drizzle/a.ts", 'import { b } from "../core/b.ts";', /only types/],
  ["drizzle/a.ts", 'import { type B, c } from "../core/b.ts";', /only types/],
  ["runtime-node/a.ts", 'import { b } from "../runtime-bun/b.ts";', /inwards/],
  ["runtime-node/a.ts", 'new Worker(new URL("../runtime-bun/b.ts", import.meta.url));', /inwards/],
  ["runtime-node/a.ts", 'import { Database } from "bun:sqlite";', /only runtime-bun/],
  ["runtime-node/a.ts", 'import { b } from "../tests/support/b.ts";', /inwards/],
] as const;

for (const [path, source, reason] of planted) {
  test(`findImportViolations finds ${JSON.stringify(source)} in ${path}`, () => {
    const violations = findImportViolations(path, `/** A file. */\n${source}\n`);
    assert.equal(violations.length, 1);
    assert.match(violations[0] as string, reason);
  });
}

test("findImportViolations passes what the rings allow", () => {
  const allowed: [string, string][] = [
    ["core/mail/a.ts", 'import { b } from "../error/mod.ts";\nimport { X509Certificate } from "@peculiar/x509";'],
    ["core/mail/a.ts", '// import "node:fs";\n/**\n * import "node:fs";\n */\nexport const a = "node:fs";'],
    ["drizzle/a.ts", 'import type { B } from "../core/b.ts";\nimport { sql } from "drizzle-orm/sqlite-core";'],
    ["runtime-node/a.ts", 'import { b } from "../web/b.ts";\nimport { connect } from "node:tls";'],
    ["runtime-bun/a.ts", 'import { b } from "../runtime-node/b.ts";\nimport { serve } from "bun";'],
    ["tests/a.ts", 'import { b } from "../runtime-bun/b.ts";'],
  ];
  for (const [path, source] of allowed) assert.deepEqual(findImportViolations(path, source), []);
});
