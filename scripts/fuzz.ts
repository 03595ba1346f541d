/**
 * Reads damaged certificate files, sends broken requests to both APIs and plays broken SMTP sessions until something is not as
 * it must be, or the time is up; prints the seed, what came of them, and how much more memory is held after them:
 * `npm run fuzz`, or `npm run fuzz -- SECONDS [SEED]`. 60 seconds by default; 0 is for ever.
 */
import { sendOperatorRequests } from "../tests/support/admin_fuzzing.ts";
import { judgeFile } from "../tests/support/certificate_fuzzing.ts";
import { mutations } from "../tests/support/certificate_mutator.ts";
import { measureLiveBytes } from "../tests/support/live_memory.ts";
import { sendBrokenRequests } from "../tests/support/openapi_fuzzing.ts";
import { playBrokenSessions } from "../tests/support/smtp_fuzzing.ts";

const [seconds = 60, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number);
if (!(seconds >= 0 && Number.isInteger(seed) && seed >= 0)) {
  process.stderr.write("Usage: npm run fuzz -- [SECONDS [SEED]]\n");
  process.exit(2);
}

/** After so many files comes a round of so many requests, and so many sessions. */
const roundFiles = 1000;
const roundRequests = 200;
const roundSessions = 200;
/** Until then the compiler learns, and keeps what it learns. */
const warmUpFiles = 5000;
/** For any number of files; one that was kept of each ten would take as much within a minute. */
const mostGrownBytes = 4_000_000;

const deadlineMs = seconds === 0 ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
const outcomes = new Map<string, number>();
let files = 0;
let warmBytes: number | undefined;

function tally(outcome: string, times = 1): void {
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + times);
}

function report(): void {
  const listed = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, times]) => `  ${outcome}: ${times}\n`);
  process.stdout.write(`seed ${seed}: ${files} damaged files were read\n${listed.join("")}`);
}

async function judgeMemory(): Promise<void> {
  if (warmBytes === undefined) return;
  const grownBytes = (await measureLiveBytes()) - warmBytes;
  process.stdout.write(`${grownBytes} bytes more are held than after the first ${warmUpFiles}\n`);
  if (grownBytes > mostGrownBytes) throw new Error(`Memory grows: at most ${mostGrownBytes} bytes are expected.`);
}

async function playRound(): Promise<void> {
  const roundSeed = (seed + files) % 2 ** 31;
  const answers = await sendBrokenRequests({ seed: roundSeed, count: roundRequests });
  for (const [answer, times] of answers) tally(`request: ${answer}`, times);
  const operated = await sendOperatorRequests({ seed: roundSeed, count: roundRequests });
  for (const [answer, times] of operated) tally(`admin request: ${answer}`, times);
  const replies = await playBrokenSessions({ seed: roundSeed, count: roundSessions });
  for (const [reply, times] of replies) tally(`session: ${reply}`, times);
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
    files += 1;
    for (const what of findings.length === 0 ? ["nothing wrong"] : new Set(findings.map(({ code }) => code))) {
      tally(`file: ${what}`);
    }
    if (files % roundFiles === 0) await playRound();
    if (files === warmUpFiles) warmBytes = await measureLiveBytes();
  }
  report();
  await judgeMemory();
} catch (error) {
  report();
  process.stdout.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
