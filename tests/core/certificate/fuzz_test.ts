import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeFile } from "../../support/certificate_fuzzing.ts";
import { mutations, samples, truncations } from "../../support/certificate_mutator.ts";

/** One runtime goes all the way, the fastest; the others try samples of their own, to see that they do the same. */
const isFastest = "Bun" in globalThis;
const [seed, count, everyNth] = isFastest ? [1, 20_000, 1] : [2, 1_000, 10];

test("readMaterial reads the whole samples without a finding", async () => {
  for (const sample of samples) assert.deepEqual((await judgeFile(sample)).findings, [], sample.name);
});

test(`readMaterial answers for every sample that is cut off, at ${everyNth === 1 ? "every byte" : "some bytes"}`, async () => {
  let index = 0;
  for (const sample of truncations()) if (index++ % everyNth === 0) await judgeFile(sample);
});

test(`readMaterial answers for ${count} damaged samples`, async () => {
  for (const sample of mutations(seed).take(count)) await judgeFile(sample);
});
