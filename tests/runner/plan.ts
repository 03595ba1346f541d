/** Which tests there are, and on what each has to run. */
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestJob, TestTarget } from "./test_job.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const everyTarget: readonly TestTarget[] = ["node", "bun", "deno", "binary"];

/**
 * Areas that one runtime is enough for: pages look alike from both, files are read and written by the core, which is tested
 * on all three, and the rules of the house are about text.
 */
const singleTargets: Readonly<Record<string, TestTarget>> = { pages: "bun", formats: "bun", house: "node" };

/** The pure core runs on three runtimes; all else binds to Node's API, which Bun has too. */
function targetsOf(area: string): readonly TestTarget[] {
  const single = singleTargets[area];
  if (single !== undefined) return [single];
  return area === "core" || area.startsWith("core/") ? ["node", "bun", "deno"] : ["node", "bun"];
}

/** What takes longest comes first, so that at the end no processor waits for the other. */
const longAreas = ["formats", "pages", "core/certificate"];

/** The folders under `tests/`, and the largest of the core's, but for the scenarios. */
function findAreas(): string[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const others = folders.map(({ name }) => name).filter((name) => name !== "e2e" && !longAreas.includes(name));
  return [...longAreas, ...others];
}

function findTestFiles(area: string): string[] {
  return readdirSync(`${folder}${area}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("_test.ts") && !longAreas.includes(`${area}/${dirname(name)}`))
    .map((name) => `tests/${area}/${name}`)
    .sort();
}

/**
 * Lists what has to run: every folder under `tests/` that holds a `*_test.ts`.
 *
 * @param choices Names of targets, and paths under `tests/`; none of a kind means all of it.
 * @throws {RangeError} when a choice fits nothing.
 */
export function planTests(choices: readonly string[] = []): TestJob[] {
  const targets = everyTarget.filter((target) => choices.includes(target));
  const paths = choices.filter((choice) => !targets.includes(choice as TestTarget)).map((path) => `tests/${path}`);
  const isChosen = (file: string) => paths.length === 0 || paths.some((path) => file.startsWith(path));
  const jobs = findAreas().flatMap((area) => {
    const files = findTestFiles(area).filter(isChosen);
    return targetsOf(area).map((target) => ({ area, target, files }));
  });
  const scenarioJobs = (["bun", "node", "binary"] as const).map((target) => ({
    area: "e2e",
    target,
    files: [`tests/e2e/${target}_test.ts`].filter((file) => isChosen(file)),
  }));
  const chosen = [...jobs, ...scenarioJobs].filter(
    ({ target, files }) => files.length > 0 && (targets.length === 0 || targets.includes(target)),
  );
  if (chosen.length === 0) throw new RangeError(`Cannot run tests: nothing fits ${choices.join(" ")}`);
  return chosen;
}
