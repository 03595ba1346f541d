/**
 * Reads damaged certificate files until something is not as it must be, or the time is up, and prints the seed and how many
 * there were: `npm run fuzz`, or `npm run fuzz -- SECONDS [SEED]`. 60 seconds by default; 0 is for ever.
 */
import { judgeFile } from "../tests/support/certificate_fuzzing.ts";
import { mutations } from "../tests/support/certificate_mutator.ts";

const [seconds = 60, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number);
if (!(seconds >= 0 && Number.isInteger(seed) && seed >= 0)) {
  process.stderr.write("Usage: npm run fuzz -- [SECONDS [SEED]]\n");
  process.exit(2);
}

const deadlineMs = seconds === 0 ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
const outcomes = new Map<string, number>();
let count = 0;

function report(): void {
  const listed = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, times]) => `  ${outcome}: ${times}\n`);
  process.stdout.write(`seed ${seed}: ${count} damaged files were read\n${listed.join("")}`);
}

process.stdout.write(`seed ${seed}\n`);
process.once("SIGINT", () => {
  report();
  process.exit(0);
});
try {
  for (const sample of mutations(seed)) {
    if (performance.now() > deadlineMs) break;
    const { findings } = await judgeFile(sample);
    count += 1;
    for (const outcome of findings.length === 0 ? ["nothing wrong"] : new Set(findings.map(({ code }) => code))) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  report();
} catch (error) {
  report();
  process.stdout.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
