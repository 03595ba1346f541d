/**
 * Reads damaged certificate files until something is not as it must be, or the time is up, and prints the seed, how many
 * there were, and how much more memory is held after them: `npm run fuzz`, or `npm run fuzz -- SECONDS [SEED]`. 60 seconds by default; 0 is for ever.
 */
import { judgeFile } from "../tests/support/certificate_fuzzing.ts";
import { mutations } from "../tests/support/certificate_mutator.ts";
import { measureLiveBytes } from "../tests/support/live_memory.ts";

const [seconds = 60, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number);
if (!(seconds >= 0 && Number.isInteger(seed) && seed >= 0)) {
  process.stderr.write("Usage: npm run fuzz -- [SECONDS [SEED]]\n");
  process.exit(2);
}

/** Until then the compiler learns, and keeps what it learns. */
const warmUpFiles = 5000;
/** For any number of files; one that was kept of each ten would take as much within a minute. */
const mostGrownBytes = 4_000_000;

const deadlineMs = seconds === 0 ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
const outcomes = new Map<string, number>();
let count = 0;
let warmBytes: number | undefined;

function report(): void {
  const listed = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, times]) => `  ${outcome}: ${times}\n`);
  process.stdout.write(`seed ${seed}: ${count} damaged files were read\n${listed.join("")}`);
}

async function judgeMemory(): Promise<void> {
  if (warmBytes === undefined) return;
  const grownBytes = (await measureLiveBytes()) - warmBytes;
  process.stdout.write(`${grownBytes} bytes more are held than after the first ${warmUpFiles}\n`);
  if (grownBytes > mostGrownBytes) throw new Error(`Memory grows: at most ${mostGrownBytes} bytes are expected.`);
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
    if (count === warmUpFiles) warmBytes = await measureLiveBytes();
    for (const outcome of findings.length === 0 ? ["nothing wrong"] : new Set(findings.map(({ code }) => code))) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  report();
  await judgeMemory();
} catch (error) {
  report();
  process.stdout.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
