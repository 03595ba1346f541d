/** Ids that sort by time: a prefix and the 32 hex digits of a UUIDv7 (RFC 9562 section 5.7). */

/** What ids are made of. */
export interface IdSourceOptions {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly nowMs: () => number;
  /** `length` bytes from a cryptographic source. */
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Makes ids; each is greater, as text, than every one this source made before with the same prefix. */
export interface IdSource {
  /** `spl_` + 32 hex digits. */
  messageId(): string;
  /** `prefix` + 32 hex digits; a prefix ends in `_` by convention: `evt_`, `key_`, `rly_`. */
  uniqueId(prefix: string): string;
}

const randomBytesPerId = 8;
const idsPerBatch = 256;
const maxCounter = 0xfff;
/** A fresh millisecond starts its counter below this, so that at least 2,048 more ids fit into it. */
const maxCounterSeed = 0x7ff;
const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Creates a source of ids.
 *
 * Format: 48 bits of Unix milliseconds, version 7, a 12-bit counter that is seeded at random in each millisecond
 * (RFC 9562 section 6.2, method 1), variant `10`, 62 random bits. When the clock steps back, or a millisecond's counter
 * is used up, the time of the last id goes on being used, one millisecond later if need be.
 */
export function createIdSource({ nowMs, randomBytes }: IdSourceOptions): IdSource {
  let lastMs = -1;
  let timeHex = "";
  let counter = 0;
  let pool = new Uint8Array(0);
  let poolAt = 0;

  function startMillisecond(ms: number): void {
    lastMs = ms;
    timeHex = ms.toString(16).padStart(12, "0");
    counter = ((pool[poolAt]! << 8) | pool[poolAt + 1]!) & maxCounterSeed;
    poolAt += 2;
  }

  function uniqueId(prefix: string): string {
    if (poolAt + 2 + randomBytesPerId > pool.length) {
      pool = new Uint8Array(randomBytes(idsPerBatch * randomBytesPerId));
      poolAt = 0;
    }
    const ms = nowMs();
    if (ms > lastMs) startMillisecond(ms);
    else if (counter === maxCounter) startMillisecond(lastMs + 1);
    else counter++;
    let tail = hexOfByte[(pool[poolAt]! & 0x3f) | 0x80]!;
    for (let i = 1; i < randomBytesPerId; i++) tail += hexOfByte[pool[poolAt + i]!]!;
    poolAt += randomBytesPerId;
    return `${prefix}${timeHex}${(0x7000 | counter).toString(16)}${tail}`;
  }

  return { uniqueId, messageId: () => uniqueId("spl_") };
}
