/** What must be true of every file that is read, however damaged it is. */
import assert from "node:assert/strict";
import { findDerKind } from "../../core/certificate/der_kind.ts";
import { findingSeverities } from "../../core/certificate/finding.ts";
import type { Material, MaterialParts } from "../../core/certificate/material.ts";
import { readMaterial } from "../../core/certificate/read_material.ts";
import { X509Certificate } from "../../core/certificate/x509.ts";
import { decryptTripleDes } from "../../runtime-node/triple_des.ts";
import { type Sample, samplePassphrase } from "./certificate_mutator.ts";

/** Nothing takes longer to be answered. */
const LIMIT_MS = 1000;
/** A machine that does something else in between is no reason to fail. */
const TRIES = 3;

/** Reads a file, and throws an error with all that is needed to read it again when something is not as it must be. */
export async function judgeFile({ name, bytes }: Sample): Promise<MaterialParts> {
  const files = [{ name: "file", bytes }];
  try {
    const parts = await readInTime({ files, passphrase: samplePassphrase });
    judgeParts(parts);
    return parts;
  } catch (cause) {
    const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    throw new assert.AssertionError({ message: `${name}: ${cause}\n${(cause as Error).stack}\nfile: ${base64}` });
  }
}

async function readInTime(material: Material): Promise<MaterialParts> {
  const tookMs: number[] = [];
  for (;;) {
    const startedMs = performance.now();
    const parts = await readMaterial(material, { crypto: globalThis.crypto, decryptTripleDes });
    tookMs.push(performance.now() - startedMs);
    if (tookMs.at(-1)! < LIMIT_MS) return parts;
    assert.ok(tookMs.length < TRIES, `it took ${tookMs.join(", ")} ms`);
  }
}

function judgeParts({ certificates, keys, others, findings }: MaterialParts): void {
  assert.ok(certificates.length + keys.length + others.length + findings.length > 0, "nothing was said of it");
  for (const { der } of certificates) assert.ok(new X509Certificate(der).rawData.byteLength > 0);
  for (const { pkcs8Der } of keys) assert.equal(findDerKind(new Uint8Array(pkcs8Der)), "pkcs8");
  for (const { code, message, remedy } of findings) {
    assert.ok(Object.hasOwn(findingSeverities, code), code);
    assert.ok(!`${message}${remedy}`.includes(samplePassphrase), "the passphrase is in a finding");
    assert.ok(message.length < 300, `a message has ${message.length} characters`);
  }
}
