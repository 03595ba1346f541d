/** The files that ask for the most work within all bounds: at most 1 MiB each, and none of them to be taken for good. */
import openssl from "../fixtures/certificate/openssl.json" with { type: "json" };
import type { Sample } from "./certificate_mutator.ts";
import { joinBytes } from "./join_bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const tag = {
  integer: 2,
  bits: 3,
  octets: 4,
  oid: 6,
  utf8: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
  explicit: 0xa0,
};

function der(type: number, ...parts: readonly Bytes[]): Bytes {
  const content = joinBytes(parts);
  const size = content.length;
  const length =
    size < 128
      ? [size]
      : size < 65_536
        ? [0x82, size >> 8, size & 255]
        : [0x83, size >> 16, (size >> 8) & 255, size & 255];
  return joinBytes([Uint8Array.of(type, ...length), content]);
}

const sequence = (...parts: readonly Bytes[]) => der(tag.sequence, ...parts);
const hex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const encode = (text: string): Bytes => new TextEncoder().encode(text);
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** A part of a name: a common name. */
const namePart = (value: string) => der(tag.set, sequence(hex("0603550403"), der(tag.utf8, encode(value))));
const validity = sequence(der(tag.time, encode("260101000000Z")), der(tag.time, encode("491231000000Z")));
const ecdsa = hex("300a06082a8648ce3d040302");
const rsa = hex("300d06092a864886f70d01010b0500");
/** P-256, with the curve's own generator as the point. */
const ecKey = hex(
  `3059301306072a8648ce3d020106082a8648ce3d030107034200046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5`,
);

interface Parts {
  readonly serial: number;
  readonly subject: Bytes;
  readonly extensions?: readonly Bytes[];
  readonly algorithm?: Bytes;
  readonly publicKey?: Bytes;
  readonly signature?: Bytes;
}

/** A certificate that nobody has signed, issued in its own name. */
function certificate({
  serial,
  subject,
  extensions = [],
  algorithm = ecdsa,
  publicKey = ecKey,
  ...rest
}: Parts): Bytes {
  const { signature = hex("003006020101020101") } = rest;
  const facts = [hex("a003020102"), der(tag.integer, Uint8Array.of(1, serial >> 8, serial & 255)), algorithm, subject];
  const body = sequence(...facts, validity, subject, publicKey, der(0xa3, sequence(...extensions)));
  return sequence(body, algorithm, der(tag.bits, signature));
}

const subjectAltName = (names: readonly Bytes[]) => sequence(hex("0603551d11"), der(tag.octets, sequence(...names)));

function pem(bytes: Bytes): string {
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

/** An RSA certificate with the largest key and signature that are read at all. */
function largeRsa(serial: number): Bytes {
  const modulus = new Uint8Array(2048).fill(0xff);
  const numbers = sequence(der(tag.integer, Uint8Array.of(0), modulus), hex("0203010001"));
  const publicKey = sequence(hex("300d06092a864886f70d0101010500"), der(tag.bits, Uint8Array.of(0), numbers));
  const signature = joinBytes([Uint8Array.of(0, 0x7f), modulus.subarray(1)]);
  return certificate({ serial, subject: sequence(namePart("r")), algorithm: rsa, publicKey, signature });
}

const data = hex("06092a864886f70d010701");
const keyBag = hex("060b2a864886f70d010c0a0101");
const attribute = sequence(der(tag.oid, Uint8Array.of(0x2a, 1)), der(tag.set));
const certificateBag = sequence(
  hex("060b2a864886f70d010c0a0103"),
  der(tag.explicit, sequence(hex("060a2a864886f70d01091601"), der(tag.explicit, der(tag.octets, new Uint8Array(200))))),
  der(tag.set, ...times(3, () => attribute)),
);
const bagOfBags = hex("060b2a864886f70d010c0a0106");

/** A PFX of parts without protection. */
export function makePfx(...parts: readonly Bytes[]): Bytes {
  const wrapped = (content: Bytes) => sequence(data, der(tag.explicit, der(tag.octets, content)));
  return sequence(hex("020103"), wrapped(sequence(...parts.map(wrapped))));
}

/** A part of a PFX with so many bags, in each a certificate that is none. */
export function makeBags(count: number): Bytes {
  return sequence(...times(count, () => certificateBag));
}

/** A PKCS#7 file of certificates alone. */
function pkcs7(certificates: readonly Bytes[]): Bytes {
  const signed = sequence(hex("020101"), hex("3100"), sequence(data), der(tag.explicit, ...certificates), hex("3100"));
  return sequence(hex("06092a864886f70d010702"), der(tag.explicit, signed));
}

/** The part in a bag, in a bag, …, `depth` times. */
export function putInBags(part: Bytes, depth: number): Bytes {
  return depth === 0 ? part : putInBags(sequence(sequence(bagOfBags, der(tag.explicit, part))), depth - 1);
}

const lockedKey = `-----BEGIN RSA PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF

${"A".repeat(1368)}
-----END RSA PRIVATE KEY-----
`;

/** Makes all of them anew. Without those that ask for many iterations, whose time is what was asked for. */
export function makeWorstFiles(): Sample[] {
  const { keyPem } = openssl.leaf;
  const longName = sequence(...times(140, () => namePart("x")));
  const numbered = (count: number) => times(count, (index) => der(0x82, encode(`a${index}.example`)));
  return [
    {
      name: "64 certificates, each of which may have issued each",
      bytes: encode(keyPem + times(64, (serial) => pem(certificate({ serial, subject: longName }))).join("")),
    },
    {
      name: "64 certificates with keys of 16,384 bits",
      bytes: encode(keyPem + times(64, (serial) => pem(largeRsa(serial))).join("")),
    },
    {
      name: "a certificate with thousands of parts in its name",
      bytes: certificate({ serial: 1, subject: sequence(...times(2400, () => namePart("x".repeat(120)))) }),
    },
    {
      name: "a certificate with 19,000 names",
      bytes: certificate({
        serial: 1,
        subject: sequence(namePart("x")),
        extensions: [subjectAltName(numbered(19_000))],
      }),
    },
    {
      name: "a certificate with thousands of extensions",
      bytes: certificate({
        serial: 1,
        subject: sequence(namePart("x")),
        extensions: times(6000, (index) => sequence(der(tag.oid, Uint8Array.of(0x2a, index % 100)), der(tag.octets))),
      }),
    },
    {
      name: "a PFX with thousands of empty keys",
      bytes: makePfx(sequence(...times(4000, () => sequence(keyBag, der(tag.explicit, sequence()))))),
    },
    {
      name: "a PFX with thousands of certificates, bag in bag",
      bytes: makePfx(putInBags(makeBags(2500), 2)),
    },
    {
      name: "a PFX with as much in its bags as there may be",
      bytes: makePfx(putInBags(makeBags(256), 2)),
    },
    {
      name: "a PKCS#7 file with as much in its certificates as there may be",
      bytes: pkcs7(times(17, (serial) => certificate({ serial, subject: longName }))),
    },
    { name: "keys that the passphrase does not open", bytes: encode(lockedKey.repeat(256)) },
    {
      name: "a megabyte of line ends",
      bytes: encode(`-----BEGIN CERTIFICATE-----\n${"\n".repeat(1_000_000)}-----END CERTIFICATE-----\n`),
    },
    {
      name: "a megabyte of header lines",
      bytes: encode(`-----BEGIN CERTIFICATE-----\n${"a: b\n".repeat(200_000)}-----END CERTIFICATE-----\n`),
    },
  ];
}
