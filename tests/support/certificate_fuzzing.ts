/** What must be true of every file that is read, however damaged it is. */
import assert from "node:assert/strict";
import { findDerKind } from "../../core/certificate/der_kind.ts";
import { findingSeverities } from "../../core/certificate/finding.ts";
import type { MaterialParts } from "../../core/certificate/material.ts";
import { readMaterial } from "../../core/certificate/read_material.ts";
import { X509Certificate } from "../../core/certificate/x509.ts";
import { decryptTripleDes } from "../../runtime-node/triple_des.ts";
import { type Sample, samplePassphrase } from "./certificate_mutator.ts";

/** Nothing takes longer to be answered; the first read of all compiles the readers. */
const LIMIT_MS = 1000;

/** Reads a file, and throws an error with all that is needed to read it again when something is not as it must be. */
export async function judgeFile({ name, bytes }: Sample): Promise<MaterialParts> {
  const files = [{ name: "file", bytes }];
  const startedMs = performance.now();
  try {
    const parts = await readMaterial(
      { files, passphrase: samplePassphrase },
      { crypto: globalThis.crypto, decryptTripleDes },
    );
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs < LIMIT_MS, `it took ${tookMs} ms`);
    judgeParts(parts);
    return parts;
  } catch (cause) {
    const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    throw new assert.AssertionError({ message: `${name}: ${cause}\n${(cause as Error).stack}\nfile: ${base64}` });
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
