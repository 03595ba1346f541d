/** The key derivation of PKCS#12 (RFC 7292 appendix B.2) and that of PKCS#5 version 1 (RFC 8018 section 5.1). */
import { asyncLoop, concatBytes } from "@noble/hashes/utils.js";
import type { Digest } from "./digests.ts";

/** What the bytes are for: the "ID" of RFC 7292 appendix B.3. */
export const pkcs12Purpose = { key: 1, iv: 2, mac: 3 } as const;

/** How the derivation is done. */
export interface KdfOptions {
  readonly digest: Digest;
  /** The passphrase in the form of the derivation. */
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** Time between two turns of the event loop. */
const SLICE_MS = 10;
/** Iterations between two looks at the clock. */
const SLICE_ITERATIONS = 500;

/** Returns `byteCount` bytes for one purpose. Lets others run every 10 ms: 600,000 iterations take a second. */
export async function derivePkcs12(
  { digest, password, salt, iterations }: KdfOptions,
  purpose: number,
  byteCount: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const blockBytes = digest.blockLen;
  const diversifier = new Uint8Array(blockBytes).fill(purpose);
  const input = concatBytes(repeatToBlocks(salt, blockBytes), repeatToBlocks(password, blockBytes));
  const derived: Uint8Array[] = [];
  for (let missing = byteCount; missing > 0; missing -= digest.outputLen) {
    const bytes = await repeatDigest(digest, concatBytes(diversifier, input), iterations);
    derived.push(bytes);
    addToBlocks(input, bytes, blockBytes);
  }
  return concatBytes(...derived).slice(0, byteCount);
}

/** PBKDF1: the digest that is taken again and again, whole. */
export async function derivePbkdf1(options: KdfOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { digest, password, salt, iterations } = options;
  return await repeatDigest(digest, concatBytes(password, salt), iterations);
}

async function repeatDigest(digest: Digest, input: Uint8Array, iterations: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = digest(input);
  // To set one hash back is three times as fast as to make a new one each time.
  const [fresh, hash] = [digest.create(), digest.create()];
  const last = iterations - 1;
  await asyncLoop(Math.ceil(last / SLICE_ITERATIONS), SLICE_MS, (slice) => {
    const end = Math.min(last, (slice + 1) * SLICE_ITERATIONS);
    for (let iteration = slice * SLICE_ITERATIONS; iteration < end; iteration++) {
      fresh._cloneInto(hash).update(bytes).digestInto(bytes);
    }
  });
  return bytes;
}

function repeatToBlocks(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const repeated = new Uint8Array(Math.ceil(bytes.length / blockBytes) * blockBytes);
  return repeated.map((_, index) => bytes[index % bytes.length]!);
}

/** Step 6C: adds `bytes`, repeated to a block, and 1 to each block of `input`, as numbers. */
function addToBlocks(input: Uint8Array, bytes: Uint8Array, blockBytes: number): void {
  for (let start = 0; start < input.length; start += blockBytes) {
    let carry = 1;
    for (let index = blockBytes - 1; index >= 0; index--) {
      carry += input[start + index]! + bytes[index % bytes.length]!;
      input[start + index] = carry & 0xff;
      carry >>= 8;
    }
  }
}
