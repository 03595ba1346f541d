/** The whole static gate: format and lint, types of every folder, the rules of the house. Exits with 1 when one fails. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const typedFolders = [
  "core",
  "web",
  "web/dashboard/client",
  "drizzle",
  "runtime-node",
  "runtime-bun",
  "scripts",
  "tests",
  "bench",
];

/** Runs one program of node_modules/.bin, and tells whether it ended well. */
function passes(program: string, ...args: string[]): boolean {
  process.stdout.write(`${program} ${args.join(" ")}\n`);
  return spawnSync(`${root}node_modules/.bin/${program}`, args, { cwd: root, stdio: "inherit" }).status === 0;
}

const results = [
  passes("biome", "check", "."),
  ...typedFolders.map((folder) => passes("tsc", "-p", folder)),
  passes("node", "--import=./runtime-node/module_hooks.js", "--test", "--test-reporter=dot", "tests/house/*_test.ts"),
];
process.exitCode = results.every(Boolean) ? 0 : 1;
process.stdout.write(process.exitCode === 0 ? "check passed\n" : "check failed\n");
