/**
 * All tests, on all that they have to run on: `npm test`, or a part of them: `npm test -- core/mail node`.
 *
 * Ends with one line for each area and target, what was left out and why, and the sum.
 */
import { fileURLToPath } from "node:url";
import { planTests } from "./runner/plan.ts";
import { runTests, type TestJob, type TestResult } from "./runner/test_job.ts";
import { run } from "./support/e2e_process.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

function describe({ job, passed, failed, durationMs }: TestResult): string {
  const verdict = failed === 0 ? "ok    " : "FAILED";
  const name = `${job.area} on ${job.target}`.padEnd(22);
  return `${verdict} ${name} ${passed} passed, ${failed} failed  (${(durationMs / 1000).toFixed(1)} s)`;
}

/** Runs one job and says how it went; all that it printed, where it failed. */
async function runAndReport(job: TestJob): Promise<TestResult> {
  const result = await runTests(job);
  if (result.failed > 0) console.log(`\n── ${job.area} on ${job.target} ──\n${result.output}`);
  console.log(describe(result));
  return result;
}

/** Compiles the program for the scenarios. */
async function build(job: TestJob): Promise<TestResult | null> {
  const startedMs = performance.now();
  const built = await run([process.execPath, "scripts/build.ts"], { cwd: root, timeoutMs: 120_000 });
  if (built.code === 0) return null;
  const output = built.stdout + built.stderr;
  console.log(`\n── the build of dist/dispatch ──\n${output}`);
  return { job, passed: 0, failed: 1, durationMs: performance.now() - startedMs, output, leftOut: [] };
}

async function runScenarios(job: TestJob): Promise<TestResult> {
  const failedBuild = job.target === "binary" ? await build(job) : null;
  return failedBuild ?? (await runAndReport(job));
}

/** Runs the scenarios one target after the other, as they take much of both processors, and all else beside them. */
async function runAll(jobs: readonly TestJob[]): Promise<TestResult[]> {
  const scenarios = jobs.filter(({ area }) => area === "e2e");
  const others = jobs.filter(({ area }) => area !== "e2e");
  const results: TestResult[] = [];
  const work = async () => {
    for (let job = others.shift(); job !== undefined; job = others.shift()) results.push(await runAndReport(job));
  };
  const play = async () => {
    for (const job of scenarios) results.push(await runScenarios(job));
  };
  await Promise.all([play().then(work), work()]);
  return results;
}

const results = await runAll(planTests(process.argv.slice(2)));

console.log(`\n${results.map(describe).sort().join("\n")}`);
for (const what of new Set(results.flatMap(({ leftOut }) => leftOut))) console.log(`left out: ${what}`);
const sum = (count: (result: TestResult) => number) => results.map(count).reduce((a, b) => a + b, 0);
const failed = sum((result) => result.failed);
console.log(`${sum((result) => result.passed)} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
