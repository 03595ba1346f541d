/** One run of one area's tests on one target, and what came of it. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Finished, run } from "../support/e2e_process.ts";

/** Where tests run; `binary` is the compiled program, driven from Node. */
export type TestTarget = "node" | "bun" | "deno" | "binary";

/** The files of one area on one target. */
export interface TestJob {
  /** Folder under `tests/`, such as `web`. */
  readonly area: string;
  readonly target: TestTarget;
  /** Paths from the root of the project. */
  readonly files: readonly string[];
}

/** What came of a job. It has passed when nothing failed and something ran. */
export interface TestResult {
  readonly job: TestJob;
  readonly passed: number;
  /** At least 1 when the program that ran the tests ended badly, or ran none. */
  readonly failed: number;
  readonly durationMs: number;
  /** What the program printed. */
  readonly output: string;
  /** The scenarios that could not run here, with the reason. */
  readonly leftOut: readonly string[];
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = `${root}node_modules/.bin/`;
const jobTimeoutMs = 8 * 60_000;

/** How each program is asked to run files, and where it prints its counts. */
const runners = {
  node: {
    // Node starts a process for each file, and each loads the program again: one for all takes a third of the time. What one
    // file leaves open must not keep the process of all from ending.
    command: [
      ...["node", `--import=${root}runtime-node/module_hooks.js`, "--test", "--test-reporter=spec"],
      ...["--test-isolation=none", "--test-force-exit"],
    ],
    passed: /^ℹ pass (\d+)$/m,
    failed: /^ℹ (?:fail|cancelled|skipped|todo) ([1-9]\d*)$/gm,
    // Node counts a file that registers no test as one that passed, under the file's name.
    hollow: /^✔ \S+_test\.ts \(/gm,
  },
  bun: {
    // Bun's own limit of 5 s for a test is meant for tests that start no program.
    command: ["bun", "test", "--timeout=60000"],
    passed: /^ *(\d+) pass$/m,
    failed: /^ *([1-9]\d*) (?:fail|skip|todo|errors?)$/gm,
    hollow: null,
  },
  deno: {
    command: ["deno", "test", "--allow-all", "--no-check", "--no-lock", "--node-modules-dir=manual"],
    // Deno calls what a suite holds steps.
    passed: /\| (\d+) passed(?: \((\d+) steps?\))?/,
    failed: /\| ([1-9]\d*) (?:failed|ignored)/g,
    hollow: null,
  },
} as const;

/** Areas whose tests start a service: they are driven from Node, whatever runtime that has. */
const drivenFromNode: ReadonlySet<string> = new Set(["e2e", "pages"]);

/** Runs the files of a job, in `cwd` (default: the project's root). */
export async function runTests(job: TestJob, cwd = root): Promise<TestResult> {
  const runner = runners[drivenFromNode.has(job.area) || job.target === "binary" ? "node" : job.target];
  const [program, ...options] = runner.command;
  const startedMs = performance.now();
  const joined = job.area.startsWith("core") && job.target === "deno" ? joinFiles(job) : null;
  const files = joined === null ? job.files.map((file) => `./${file}`) : [join(joined, "core_test.ts")];
  const finished = await run([`${programs}${program}`, ...options, ...files], {
    cwd,
    env: {
      ...process.env,
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      NODE_TEST_CONTEXT: undefined,
      NODE_COMPILE_CACHE: `${root}node_modules/.cache/compile`,
    },
    timeoutMs: jobTimeoutMs,
  });
  if (joined !== null) await rm(joined, { recursive: true });
  const output = finished.stdout + finished.stderr;
  const hollow = runner.hollow === null ? 0 : (output.match(runner.hollow)?.length ?? 0);
  const [, topLevel = 0, nested = 0] = runner.passed.exec(output) ?? [];
  const passed = Number(topLevel) + Number(nested) - hollow;
  const counted = Array.from(output.matchAll(runner.failed), ([, count]) => Number(count)).reduce(
    (a, b) => a + b,
    hollow,
  );
  return {
    job,
    passed,
    failed: counted > 0 ? counted : Number(hasEndedBadly(finished) || passed === 0),
    durationMs: performance.now() - startedMs,
    output: finished.signal === null ? output : `${output}\nEnded by ${finished.signal} after ${jobTimeoutMs} ms.\n`,
    leftOut: Array.from(output.matchAll(/left out: (.+)$/gm), ([, what]) => what as string),
  };
}

/**
 * Makes a folder with `core_test.ts`, which imports all the files. Deno loads the program again for each file that it is
 * given, and has no option against that. A file without a test goes unnoticed here, and fails on the other runtimes.
 */
function joinFiles({ files }: TestJob): string {
  const folder = mkdtempSync(join(tmpdir(), "dispatch-core-"));
  const imports = files.map((file) => `import ${JSON.stringify(pathToFileURL(`${root}${file}`).href)};\n`);
  writeFileSync(join(folder, "core_test.ts"), imports.join(""));
  return folder;
}

function hasEndedBadly({ code }: Finished): boolean {
  return code !== 0;
}
