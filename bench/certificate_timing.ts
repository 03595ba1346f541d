/**
 * Times what is done to certificates, on the runtime that runs this: certificate_timing.ts FOLDER, where `chain.pfx` holds
 * an identity under the passphrase `passphrase`. Prints the median of each, in milliseconds, as JSON.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkMaterial } from "../core/certificate/check_material.ts";
import { generateSelfSigned, packPfx, randomPassword } from "../core/certificate/mod.ts";
import { decryptTripleDes } from "../runtime-node/triple_des.ts";
import { tryServing } from "../runtime-node/try_serving.ts";
import { median } from "./figures.ts";

/** Odd, so that the median is one of them. */
const rounds = 41;
/** A service runs for months: what its compiler does at first is not what is asked here. */
const warmUpRounds = 10;

async function time(act: () => Promise<unknown>): Promise<number> {
  for (let round = 0; round < warmUpRounds; round++) await act();
  const durations: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now();
    await act();
    durations.push(performance.now() - startedMs);
  }
  return median(durations);
}

const names = { dnsNames: ["mail.example.org", "localhost"], ipAddresses: ["127.0.0.1", "::1"] };
const generateMs = await time(async () => {
  const identity = await generateSelfSigned(crypto, { ...names, nowMs: Date.now() });
  await packPfx(crypto, identity, randomPassword(crypto));
});

const file = { name: "chain.pfx", bytes: new Uint8Array(readFileSync(join(process.argv[2] as string, "chain.pfx"))) };
const material = { files: [file], passphrase: "passphrase" };
const options = { crypto, decryptTripleDes, tryServing, serverName: "mail.example.org" };
const checkMs = await time(async () => {
  const { identity, findings } = await checkMaterial(material, { ...options, nowMs: Date.now() });
  if (identity?.facts.chain.length !== 4) throw new Error(`the chain was not taken: ${JSON.stringify(findings)}`);
});

console.log(JSON.stringify({ generateMs, checkMs }));
