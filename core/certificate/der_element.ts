/** The elements of ASN.1 in its encodings BER and DER (X.690 section 8.1), one header at a time. Pure. */

/** Tags as they stand in the first byte, with the bits of class and form. */
export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  constructedOctetString: 0x24,
  sequence: 0x30,
  set: 0x31,
  /** `[0]`, the first optional part of many structures. */
  context0: 0xa0,
  context1: 0xa1,
} as const;

/** The start of an element. */
export interface DerHeader {
  readonly tag: number;
  /** Where the contents begin. */
  readonly contentStart: number;
  /** Bytes of contents; `null` for the indefinite form, which ends at two zero bytes. */
  readonly length: number | null;
}

/** One element: the whole of it, and its contents. */
export interface DerElement {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
  /** Whether its end is there. */
  readonly isWhole: boolean;
}

const CONSTRUCTED = 0x20;
/** Marks a tag number of more than 5 bits; nothing that belongs to a certificate or a key has one. */
const LONG_TAG = 0x1f;
/** No file comes near the 4 GiB that they can say. */
const MAX_LENGTH_BYTES = 4;

/** Tells whether an element with this tag is made up of elements. */
export function isConstructed(tag: number): boolean {
  return (tag & CONSTRUCTED) !== 0;
}

/** Reads the header at `offset`; `null` when it is cut off or of no form that is in use. */
export function readHeader(bytes: Uint8Array, offset: number): DerHeader | null {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined || (tag & LONG_TAG) === LONG_TAG) return null;
  const contentStart = offset + 2;
  if (first < 0x80) return { tag, contentStart, length: first };
  if (first === 0x80) return isConstructed(tag) ? { tag, contentStart, length: null } : null;
  const lengthBytes = bytes.subarray(contentStart, contentStart + (first & 0x7f));
  if (lengthBytes.length !== (first & 0x7f) || lengthBytes.length > MAX_LENGTH_BYTES) return null;
  const length = lengthBytes.reduce((value, byte) => value * 256 + byte, 0);
  return { tag, contentStart: contentStart + lengthBytes.length, length };
}

/**
 * Reads the elements that follow each other in `bytes`, up to the first one that can't be read. One that is cut off is
 * there as far as it goes, and so is one of indefinite length.
 */
export function* readElements(bytes: Uint8Array): Generator<DerElement> {
  for (let offset = 0; offset < bytes.length; ) {
    const header = readHeader(bytes, offset);
    if (header === null) return;
    const end = header.length === null ? bytes.length : header.contentStart + header.length;
    yield {
      tag: header.tag,
      bytes: bytes.subarray(offset, end),
      content: bytes.subarray(header.contentStart, end),
      isWhole: header.length !== null && end <= bytes.length,
    };
    offset = end;
  }
}

/** Returns the first element in `bytes`, or `undefined`. */
export function firstElement(bytes: Uint8Array): DerElement | undefined {
  return readElements(bytes).next().value ?? undefined;
}
