/** A command beside a running service is typed often: it loads no more than it needs, and so takes tenths of a second. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "../support/e2e_process.ts";
import { projectRoot } from "../support/e2e_project_files.ts";

/** Has Node print the packages that a process has loaded, when it ends. */
const listPackages = `
  import { registerHooks } from "node:module";
  const packages = new Set();
  registerHooks({
    load(url, context, nextLoad) {
      const found = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url);
      if (found) packages.add(found[1]);
      return nextLoad(url, context);
    },
  });
  process.on("exit", () => process.stderr.write(JSON.stringify([...packages].sort())));
`;

async function packagesOf(...args: readonly string[]): Promise<string[]> {
  const program = [
    `${projectRoot}node_modules/.bin/node`,
    `--import=data:text/javascript,${encodeURIComponent(listPackages)}`,
  ];
  const { stderr } = await run([...program, `${projectRoot}runtime-node/main.js`, ...args]);
  return JSON.parse(/\[.*\]$/.exec(stderr)?.[0] ?? "null") as string[];
}

test("a command loads what reads the command line and the settings, and no other package", async () => {
  assert.deepEqual(await packagesOf("version"), ["commander", "fastest-levenshtein", "ipaddr.js"]);
});

test("help loads what the operations say of themselves, too", async () => {
  assert.ok((await packagesOf("config", "--help")).includes("zod"));
});
