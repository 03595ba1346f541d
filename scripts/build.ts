/**
 * Compiles `dist/dispatch`: one executable with the runtime, the code and all its threads in it.
 *
 * A worker thread is reached in a compiled program only when its file is an entry point of its own.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const entryPoints = [
  "runtime-bun/main.ts",
  "runtime-node/spool_thread.ts",
  "runtime-node/delivery_thread.ts",
  "runtime-node/database_thread.ts",
  "runtime-node/reading_thread.ts",
];

/** The option that tells the program its commit; none outside a Git checkout. */
function defineCommit(): string[] {
  const { status, stdout } = spawnSync("git", ["rev-parse", "--short=12", "HEAD"], { cwd: root, encoding: "utf8" });
  return status === 0 ? [`--define=DISPATCH_COMMIT=${JSON.stringify(stdout.trim())}`] : [];
}

const result = spawnSync(
  `${root}node_modules/.bin/bun`,
  [
    "build",
    "--compile",
    // The program is configured by its environment and its database, never by files that happen to lie around.
    "--no-compile-autoload-dotenv",
    "--no-compile-autoload-bunfig",
    ...defineCommit(),
    // Threads are found beside the compiled program's own URL, so their files have to lie at the top.
    `--root=${root}runtime-node`,
    "--outfile=dist/dispatch",
    ...entryPoints,
  ],
  { cwd: root, stdio: "inherit" },
);
process.exitCode = result.status ?? 1;
