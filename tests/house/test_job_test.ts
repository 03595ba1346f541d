/** The counts of `npm test`, against real runs of planted tests on each runtime. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { planTests } from "../runner/plan.ts";
import { runTests } from "../runner/test_job.ts";

const start = 'import test from "node:test";\n';
const good = 'test("good", () => {});\n';
const bad = 'test("bad", () => { throw new Error("planted"); });\n';

for (const target of ["node", "bun", "deno"] as const) {
  const runPlanted = async (t: { after: (ending: () => Promise<void>) => void }, source: string) => {
    const folder = await mkdtemp(join(tmpdir(), "dispatch-planted-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "planted_test.ts"), source);
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    return runTests({ area: "planted", target, files: ["planted_test.ts"] }, folder);
  };

  test(`runTests counts what passes and what fails on ${target}`, async (t) => {
    const { passed, failed } = await runPlanted(t, start + good + good.replace("good", "too") + bad);
    assert.deepEqual([passed, failed], [2, 1]);
  });

  test(`runTests fails a file without a test on ${target}`, async (t) => {
    const { passed, failed } = await runPlanted(t, "export {};\n");
    assert.deepEqual([passed, failed], [0, 1]);
  });

  test(`runTests fails a file that can't be loaded on ${target}`, async (t) => {
    const { passed, failed } = await runPlanted(t, 'import "./missing.ts";\n');
    assert.deepEqual([passed, failed > 0], [0, true]);
  });

  test(`runTests fails a test that is skipped on ${target}`, async (t) => {
    const { passed, failed } = await runPlanted(t, `${start + good}test("away", { skip: true }, () => {});\n`);
    assert.deepEqual([passed, failed], [1, 1]);
  });
}

test("runTests collects what a suite has left out", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "dispatch-planted-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "planted_test.mjs"), `${start + good}console.log("left out: this (that is missing)");`);
  const { leftOut } = await runTests({ area: "planted", target: "node", files: ["planted_test.mjs"] }, folder);
  assert.deepEqual(leftOut, ["this (that is missing)"]);
});

test("planTests finds the scenarios of every target, the core on three runtimes, and the pages on one", () => {
  const names = planTests().map(({ area, target }) => `${area} ${target}`);
  for (const target of ["node", "bun", "deno"]) assert.ok(names.includes(`core ${target}`));
  assert.deepEqual(
    names.filter((name) => name.startsWith("pages ")),
    ["pages bun"],
  );
  assert.deepEqual(names.slice(-3), ["e2e bun", "e2e node", "e2e binary"]);
});

test("planTests takes targets and paths", () => {
  const [job, ...others] = planTests(["house/test_job", "node"]);
  assert.deepEqual(job, { area: "house", target: "node", files: ["tests/house/test_job_test.ts"] });
  assert.deepEqual(others, []);
});

test("planTests refuses a choice that fits nothing", () => {
  assert.throws(() => planTests(["no/such/area"]), RangeError);
});
