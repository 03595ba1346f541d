/** Reads text with PEM blocks in it: what a block holds counts, and its label where that can't be read. */
import { measureElement } from "./der_bounds.ts";
import { type DerKind, findDerKind, isPrivateKey } from "./der_kind.ts";
import { openTraditionalKey } from "./encrypted_key.ts";
import { finding } from "./finding.ts";
import { damaged } from "./obstacle.ts";
import { maxStructures } from "./parts_collector.ts";
import { findCurve, type PemBlock, readPemBlocks } from "./pem_blocks.ts";
import { type Place, type Reading, readDer, readKey, reportObstacle } from "./read_der.ts";

/** What a block is: a kind that is read, or something that is only named. */
type Meaning = { readonly kind: DerKind } | { readonly what: string };

/** Blocks whose contents say less than their label, or are no ASN.1. */
const namedOnly: readonly (readonly [label: RegExp, what: string])[] = [
  [/ PARAMETERS$/, "the parameters of a key"],
  [/^OPENSSH PRIVATE KEY$/, "an OpenSSH private key"],
  [/^SSH2 /, "an SSH key"],
  [/^PGP /, "a PGP key or message"],
];

/** What blocks should be whose contents do not show it. */
const expectedKinds: readonly (readonly [label: RegExp, kind: DerKind])[] = [
  [/^(X509 |TRUSTED )?CERTIFICATE$/, "certificate"],
  [/PRIVATE KEY$/, "pkcs8"],
  [/^(PKCS ?#?7.*|CMS|CERTIFICATE CHAIN)$/, "certificate_set"],
];

/** Reads all blocks of a text that has some. */
export async function readPem(text: string, file: string, reading: Reading): Promise<void> {
  const blocks = [...readPemBlocks(text).take(maxStructures + 1)];
  if (blocks.length > maxStructures) reading.collector.exceed("PEM blocks", maxStructures);
  const counts = new Map<string, number>();
  for (const [index, block] of blocks.slice(0, maxStructures).entries()) {
    const meaning = findMeaning(block);
    const name = "kind" in meaning && isPrivateKey(meaning.kind) ? "key" : JSON.stringify(meaning);
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    const curveDer = findCurve(blocks, index);
    const place = { file, line: block.line, block: number > 1 ? number : null, curveDer };
    if ("kind" in meaning) await readBlock(block, meaning.kind, reading, place);
    else nameBlock(block, meaning.what, reading, place);
  }
}

function findMeaning({ label, bytes, headers }: PemBlock): Meaning {
  const named = namedOnly.find(([pattern]) => pattern.test(label));
  if (named !== undefined) return { what: named[1] };
  const contents = headers.has("dek-info") ? null : findDerKind(bytes);
  const kind = contents ?? expectedKinds.find(([pattern]) => pattern.test(label))?.[1];
  return kind === undefined ? { what: `a PEM block named ${label}` } : { kind };
}

async function readBlock(block: PemBlock, kind: DerKind, reading: Reading, place: Place): Promise<void> {
  const { bytes, headers, damage } = block;
  const dekInfo = headers.get("dek-info");
  await reportObstacle(kind, reading, place, async () => {
    if (damage !== null) throw damaged(damage);
    if (dekInfo !== undefined) {
      if (!reading.collector.hasRoomForKey()) return;
      readKey(await openTraditionalKey(dekInfo, bytes, reading), reading, place);
    } else if (findDerKind(bytes) === null) {
      measureElement(bytes);
      throw damaged(`what it holds is no ${isPrivateKey(kind) ? "private key" : "certificate"}`);
    } else await readDer(bytes, kind, reading, place);
  });
}

function nameBlock({ damage }: PemBlock, what: string, { collector }: Reading, { file, line }: Place): void {
  if (damage === null) collector.addOther(what, { file, line });
  else collector.addFinding(finding("broken_file", { what, reason: damage }, file));
}
