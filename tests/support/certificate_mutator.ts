/** Certificate files that are damaged in every way, the same ones for the same seed. */
import material from "../fixtures/certificate/material.json" with { type: "json" };
import openssl from "../fixtures/certificate/openssl.json" with { type: "json" };

type Bytes = Uint8Array<ArrayBuffer>;

/** One file, and the passphrase that opens it as long as it is whole. */
export interface Sample {
  readonly name: string;
  readonly bytes: Bytes;
}

/** The passphrase of all samples that have one. */
export const samplePassphrase = openssl.password;

const encode = (text: string): Bytes => new TextEncoder().encode(text);
const fromBase64 = (base64: string): Bytes => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** Whole files of every form; those under a passphrase take few iterations. */
export const samples: readonly Sample[] = [
  { name: "chain and key in PEM", bytes: encode(openssl.leaf.chainPem + openssl.leaf.keyPem) },
  { name: "SEC 1 key in PEM", bytes: encode(openssl.leaf.sec1KeyPem) },
  { name: "PKCS#1 key in PEM", bytes: encode(openssl.rsa.pkcs1KeyPem) },
  { name: "traditional key", bytes: encode(material.pem["traditional_des3.key"]) },
  { name: "encrypted key in DER", bytes: fromBase64(material.base64["pkcs8.der"]) },
  { name: "PKCS#7 in PEM", bytes: encode(material.pem["chain.p7b"]) },
  { name: "PKCS#7 in DER", bytes: fromBase64(material.base64["chain.p7b.der"]) },
  { name: "certificate in DER", bytes: fromBase64(material.base64["leaf.der"]) },
  { name: "key in DER", bytes: fromBase64(material.base64["plain.der"]) },
  { name: "PFX under AES", bytes: fromBase64(openssl.pfx.aes128) },
  { name: "PFX under nothing", bytes: fromBase64(material.base64["open.pfx"]) },
  { name: "PFX without a MAC", bytes: fromBase64(openssl.pfx.nomac) },
];

/** Every sample, cut off at every byte. */
export function* truncations(): Generator<Sample> {
  for (const { name, bytes } of samples) {
    for (let end = 0; end < bytes.length; end++)
      yield { name: `${name}, ${end} bytes of it`, bytes: bytes.slice(0, end) };
  }
}

/** Returns numbers from 0 to below `limit`, as the seed has it (mulberry32). */
function makeRandom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

type Random = (limit: number) => number;
type Damage = (bytes: Bytes, random: Random) => Bytes;

/** Bytes that mean something in DER or PEM. */
const meaningful = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0d, 0x24, 0x2d, 0x30, 0x31, 0x3d, 0x7f, 0x80, 0x81, 0x82, 0x84,
  0xa0, 0xff,
];

const damages: Readonly<Record<string, Damage>> = {
  "a bit is flipped": (bytes, random) => set(bytes, random, (byte) => byte ^ (1 << random(8))),
  "a byte is another": (bytes, random) => set(bytes, random, () => random(256)),
  "a byte is a meaningful one": (bytes, random) => set(bytes, random, () => meaningful[random(meaningful.length)]!),
  "a byte is one more or less": (bytes, random) => set(bytes, random, (byte) => byte + random(3) - 1),
  "its end is missing": (bytes, random) => bytes.slice(0, random(bytes.length)),
  "its beginning is missing": (bytes, random) => bytes.slice(random(bytes.length)),
  "a part is missing": (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)]);
  },
  "a part is there twice": (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Uint8Array.from([...bytes.subarray(0, to), ...bytes.subarray(from)]);
  },
  "a part is noise": (bytes, random) => {
    const [from, to] = range(bytes, random);
    return bytes.map((byte, index) => (index >= from && index < to ? random(256) : byte));
  },
  "a part is that of another sample": (bytes, random) => {
    const [from, to] = range(bytes, random);
    const other = samples[random(samples.length)]!.bytes;
    const [otherFrom, otherTo] = range(other, random);
    return Uint8Array.from([...bytes.subarray(0, from), ...other.subarray(otherFrom, otherTo), ...bytes.subarray(to)]);
  },
};

/** Goes on for ever: samples with one to three damages, and DER that is damaged under whole armour. */
export function* mutations(seed: number): Generator<Sample> {
  const random = makeRandom(seed);
  const names = Object.keys(damages);
  for (;;) {
    const sample = samples[random(samples.length)]!;
    const chosen = Array.from({ length: 1 + random(3) }, () => names[random(names.length)]!);
    const isUnderArmour = random(3) === 0 && sample.bytes[0] === "-".charCodeAt(0);
    const damage = (bytes: Bytes) => chosen.reduce((damaged, name) => damages[name]!(damaged, random), bytes);
    const bytes = isUnderArmour ? damageUnderArmour(sample.bytes, damage) : damage(sample.bytes);
    yield { name: `${sample.name}${isUnderArmour ? ", under its armour" : ""}: ${chosen.join(", ")}`, bytes };
  }
}

/** Damages what the first block of PEM holds. */
function damageUnderArmour(pem: Bytes, damage: (der: Bytes) => Bytes): Bytes {
  const text = new TextDecoder().decode(pem);
  return encode(
    text.replace(
      /(?<=-----\n(?:.*: .*\n)*\s*)[A-Za-z0-9+/=\n]+(?=-----END)/,
      (body) => `${btoa(String.fromCharCode(...damage(fromBase64(body.replaceAll("\n", "")))))}\n`,
    ),
  );
}

function set(bytes: Bytes, random: Random, change: (byte: number) => number): Bytes {
  const at = random(Math.max(1, bytes.length));
  return bytes.map((byte, index) => (index === at ? change(byte) : byte));
}

function range(bytes: Bytes, random: Random): [from: number, to: number] {
  const from = random(Math.max(1, bytes.length));
  return [from, Math.min(bytes.length, from + 1 + random(64))];
}
