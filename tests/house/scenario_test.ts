/** A scenario that this machine can't play is left out, and that is said. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runTests } from "../runner/test_job.ts";

const scenarioModule = new URL("../e2e/scenario.ts", import.meta.url).href;
const planted = `
import { bindScenarios } from ${JSON.stringify(scenarioModule)};
const play = async () => {};
bindScenarios({ name: "planted", runtime: "node", command: [] }, [
  { name: "one with its tools", tools: ["sh"], play },
  { name: "one without", tools: ["sh", "no-such-tool"], play },
  { name: "one that can", obstacle: () => null, play },
  { name: "one that can't", obstacle: () => "needs root", play },
]);
`;

test("bindScenarios leaves out a scenario that lacks a tool or meets an obstacle, says so, and the rest passes", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "dispatch-planted-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "planted_test.ts"), planted);
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  const result = await runTests({ area: "planted", target: "node", files: ["planted_test.ts"] }, folder);
  assert.deepEqual([result.passed, result.failed], [2, 0]);
  assert.deepEqual(result.leftOut, [
    "planted: one without (not installed: no-such-tool)",
    "planted: one that can't (needs root)",
  ]);
});
