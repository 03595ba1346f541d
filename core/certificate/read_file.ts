/** Reads one file: finds out from its bytes whether it is PEM, base64 alone, or DER, and reads all that is in it. */
import { decodeBase64 } from "../ingest/base64.ts";
import { keystoreCommand } from "./conversion.ts";
import { measureElement } from "./der_bounds.ts";
import { readHeader, tags } from "./der_element.ts";
import { findDerKind } from "./der_kind.ts";
import { decodeText, describeForeign } from "./file_text.ts";
import { type Finding, finding } from "./finding.ts";
import type { GivenFile } from "./material.ts";
import { Obstacle } from "./obstacle.ts";
import { maxStructures } from "./parts_collector.ts";
import { hasPemBlocks } from "./pem_blocks.ts";
import { type Reading, readDer } from "./read_der.ts";
import { readPem } from "./read_pem.ts";

/** Reads all that a file holds. */
export async function readFile({ name, bytes }: GivenFile, reading: Reading): Promise<void> {
  if (looksLikeDer(bytes)) return await readBinary(bytes, name, reading);
  const text = decodeText(bytes);
  if (hasPemBlocks(text)) return await readPem(text, name, reading);
  const decoded = /^[A-Za-z0-9+/=\s]+$/.test(text) ? decodeBase64(text) : null;
  if (decoded !== null && looksLikeDer(decoded)) return await readBinary(decoded, name, reading);
  const what = describeForeign(bytes, text);
  const command = what.startsWith("a Java keystore") ? keystoreCommand(name) : undefined;
  reading.collector.addFinding(finding("not_pem", { what, command }, name));
}

/** A sequence whose length is as long as the rest, or longer than what text could be taken for. */
function looksLikeDer(bytes: Uint8Array): boolean {
  const header = bytes[0] === tags.sequence ? readHeader(bytes, 0) : null;
  if (header === null) return false;
  return bytes[1]! >= 0x80 || header.length === bytes.length - header.contentStart;
}

/** Reads a structure, and those that follow it: some join binary files as if they were text. */
async function readBinary(bytes: Uint8Array, file: string, reading: Reading): Promise<void> {
  let rest = bytes;
  for (let count = 0; looksLikeDer(rest) || count === 0; count++) {
    if (count === maxStructures) return reading.collector.exceed("structures", maxStructures);
    const kind = findDerKind(rest);
    if (kind === null) return reading.collector.addFinding(explainUnknown(rest, file));
    await readDer(rest, kind, reading, { file, line: null, block: null, curveDer: null });
    rest = rest.subarray(findEnd(rest));
  }
}

/** Where the structure ends that was just read; at the end of all when it does not end. */
function findEnd(bytes: Uint8Array): number {
  try {
    return measureElement(bytes);
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error;
    return bytes.length;
  }
}

function explainUnknown(bytes: Uint8Array, file: string): Finding {
  try {
    measureElement(bytes);
    return finding("not_pem", { what: "ASN.1 of an unknown kind" }, file);
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error;
    return finding("broken_file", { what: "a binary file (DER)", reason: error.reason }, file);
  }
}
