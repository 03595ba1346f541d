/** Reads DER of any kind: from a binary file, from a PEM block, or from inside another. */

import { keyCommand, pfxCommand } from "./conversion.ts";
import { measureElement } from "./der_bounds.ts";
import { type DerKind, describeKind, findDerKind, isPrivateKey } from "./der_kind.ts";
import { openEncryptedKey } from "./encrypted_key.ts";
import { type Finding, finding } from "./finding.ts";
import type { Origin } from "./material.ts";
import { Obstacle } from "./obstacle.ts";
import type { Opening } from "./opening.ts";
import type { Pace } from "./pace.ts";
import type { PartsCollector } from "./parts_collector.ts";
import { openPfx, parsePfx } from "./pfx_reader.ts";
import { readCertificateSet } from "./pkcs7.ts";
import { toPkcs8 } from "./private_key.ts";

/** One reading of files: where to put what is found, and how to open what is protected. */
export interface Reading extends Opening {
  readonly collector: PartsCollector;
  readonly pace: Pace;
  /** Whether a passphrase was typed. */
  readonly hasPassphrase: boolean;
}

/** Where a structure stands, and what is known of it from there. */
export interface Place extends Origin {
  /** The how-manieth of its kind it is in the file, from the second on; else `null`. */
  readonly block: number | null;
  /** The curve of a SEC 1 key that does not name it. */
  readonly curveDer: ArrayBuffer | null;
}

type KindReader = (bytes: Uint8Array, reading: Reading, place: Place) => void | Promise<void>;

/** How each kind is read; one that is not here is only named. */
const readers: Readonly<Partial<Record<DerKind, KindReader>>> = {
  certificate: (bytes, { collector }, place) => collector.addCertificate(bytes, toOrigin(place)),
  certificate_set: readSet,
  pfx: readPfx,
  pkcs8: readKey,
  pkcs1: readKey,
  sec1: readKey,
  encrypted_pkcs8: async (bytes, reading, place) => {
    if (reading.collector.hasRoomForKey()) readKey(await openEncryptedKey(bytes, reading), reading, place);
  },
  dsa_key: readKey,
};

/** Reads the structure at the start of `bytes`, or what is left of it; what is wrong becomes a finding. */
export async function readDer(bytes: Uint8Array, kind: DerKind, reading: Reading, place: Place): Promise<void> {
  await reading.pace.giveWay();
  const read = readers[kind];
  if (read === undefined) return reading.collector.addOther(describeKind(kind), toOrigin(place));
  await reportObstacle(kind, reading, place, () => read(bytes.subarray(0, measureElement(bytes)), reading, place));
}

/** Runs `read`, and makes a finding of what keeps it from reading something of this kind. */
export async function reportObstacle(
  kind: DerKind,
  reading: Reading,
  place: Place,
  read: () => void | Promise<void>,
): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof Obstacle)) throw error;
    reading.collector.addFinding(explain(kind, error, reading.hasPassphrase, place));
  }
}

/** Reads a private key that is not protected, or no longer. */
export function readKey(bytes: Uint8Array, { collector }: Reading, place: Place): void {
  if (findDerKind(bytes) === "dsa_key")
    collector.addFinding(finding("unsupported_key", { key: "DSA", subject: null }, place.file));
  else collector.addKey(toPkcs8(bytes, place.curveDer), toOrigin(place));
}

async function readSet(bytes: Uint8Array, reading: Reading, place: Place): Promise<void> {
  const { collector } = reading;
  const { certificates, hasCrls } = readCertificateSet(bytes);
  await addCertificates(certificates, reading, place);
  if (hasCrls) collector.addOther(describeKind("crl"), toOrigin(place));
  else if (certificates.length === 0) collector.addOther("a PKCS#7 file without certificates", toOrigin(place));
}

async function readPfx(bytes: Uint8Array, reading: Reading, place: Place): Promise<void> {
  const { collector } = reading;
  const { certificates, keys, others } = await openPfx(parsePfx(bytes, reading.budget), reading);
  await addCertificates(
    certificates.map(({ der }) => der),
    reading,
    place,
  );
  for (const { der } of keys) {
    await reading.pace.giveWay();
    if (collector.hasRoomForKey()) readKey(der, reading, place);
  }
  for (const what of others) collector.addOther(what, toOrigin(place));
  if (certificates.length + keys.length + others.length === 0) collector.addOther("an empty PFX file", toOrigin(place));
}

async function addCertificates(
  certificates: readonly Uint8Array[],
  { collector, pace }: Reading,
  place: Place,
): Promise<void> {
  for (const certificate of certificates) {
    await pace.giveWay();
    collector.addCertificate(certificate, toOrigin(place));
  }
}

function explain(kind: DerKind, { kind: obstacle, reason }: Obstacle, hasPassphrase: boolean, place: Place): Finding {
  const { file, line, block } = place;
  const isKey = isPrivateKey(kind);
  if (obstacle === "wrong_passphrase") {
    const what = `the ${isKey ? "private key" : "PFX file"}${line === null ? "" : ` at line ${line}`}`;
    return finding(hasPassphrase ? "wrong_passphrase" : "key_encrypted", { what }, file);
  }
  if (obstacle === "unsupported") {
    const command = isKey ? keyCommand(file) : pfxCommand(file);
    return finding("unsupported_protection", { protection: reason, command }, file);
  }
  if (isKey) return finding("broken_key", { block, line, reason }, file);
  if (kind === "certificate") return finding("broken_certificate", { block, line, reason }, file);
  return finding("broken_file", { what: describeKind(kind), reason }, file);
}

function toOrigin({ file, line }: Place): Origin {
  return { file, line };
}
