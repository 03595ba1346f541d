/** What was given and refused leaves nothing behind, however it is made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readMaterial } from "../../core/certificate/read_material.ts";
import { decryptTripleDes } from "../../runtime-node/triple_des.ts";
import { judgeFile } from "../support/certificate_fuzzing.ts";
import { mutations } from "../support/certificate_mutator.ts";
import { makeWorstFiles } from "../support/certificate_worst_files.ts";
import { measureLiveBytes } from "../support/live_memory.ts";

const ciphers = { crypto, decryptTripleDes };
/** Of some 5 MB that are read each time; less than any one of the files. */
const mostBytes = 500_000;

test("readMaterial keeps nothing of the worst and of a thousand damaged files", async () => {
  const readAll = async () => {
    for (const file of makeWorstFiles()) await readMaterial({ files: [file], passphrase: "wrong" }, ciphers);
    for (const sample of mutations(3).take(1000)) await judgeFile(sample);
  };
  // The compiler keeps what it learns the first times.
  await readAll();
  await readAll();
  const grownBytes: number[] = [];
  // What is kept is kept each time.
  while (grownBytes.length < 3 && grownBytes.every((bytes) => bytes >= mostBytes)) {
    const before = await measureLiveBytes();
    await readAll();
    grownBytes.push((await measureLiveBytes()) - before);
  }
  assert.ok(Math.min(...grownBytes) < mostBytes, `${grownBytes.join(", ")} bytes more`);
});
