import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeFile } from "../../support/certificate_fuzzing.ts";
import { mutations, samples, truncations } from "../../support/certificate_mutator.ts";

const MUTATIONS = 20_000;

test("readMaterial reads the whole samples without a finding", async () => {
  for (const sample of samples) assert.deepEqual((await judgeFile(sample)).findings, [], sample.name);
});

test("readMaterial answers for every sample that is cut off, at every byte", async () => {
  for (const sample of truncations()) await judgeFile(sample);
});

test(`readMaterial answers for ${MUTATIONS} damaged samples`, async () => {
  for (const sample of mutations(1).take(MUTATIONS)) await judgeFile(sample);
});
