import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { maxProxyHeaderBytes, readProxyHeader } from "../../../core/ingest/proxy_header.ts";

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const hex = (text: string) => Uint8Array.from(text.match(/[\da-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16));

const signature = "0d0a0d0a000d0a515549540a";

/** A header of version 2, its length filled in. */
function binary(versionAndCommand: string, familyAndProtocol: string, rest = ""): Uint8Array {
  const length = (rest.length / 2).toString(16).padStart(4, "0");
  return hex(`${signature}${versionAndCommand}${familyAndProtocol}${length}${rest}`);
}

const ipv4 = "c0000201" + "c6336419" + "dd4a" + "0019";
const ipv6 = "20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "dd4a" + "0019";
/** A checksum, a name of the host that was asked for, and padding: fields that nobody needs here. */
const fields = "030004" + "deadbeef" + "02000b" + "6578616d706c652e6f7267" + "040003" + "000000";

/** What is whole, and whose it is. */
const whole: readonly (readonly [string, Uint8Array, string | null])[] = [
  // The examples and the longest lines of section 2.1.
  ["TCP4", ascii("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"), "192.168.0.1"],
  ["the longest TCP4", ascii("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), "255.255.255.255"],
  [
    "the longest TCP6",
    ascii(
      `PROXY TCP6 ${Array(2)
        .fill("ffff:f...f:ffff".replace("f...f", Array(6).fill("ffff").join(":")))
        .join(" ")} 65535 65535\r\n`,
    ),
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ],
  ["TCP6 in another form", ascii("PROXY TCP6 2001:DB8:0::1 ::1 1 25\r\n"), "2001:db8::1"],
  ["TCP6 that is IPv4", ascii("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.8 1 25\r\n"), "192.0.2.7"],
  ["the shortest UNKNOWN", ascii("PROXY UNKNOWN\r\n"), null],
  [
    "the longest UNKNOWN",
    ascii(`PROXY UNKNOWN ${Array(2).fill(Array(8).fill("ffff").join(":")).join(" ")} 65535 65535\r\n`),
    null,
  ],
  ["UNKNOWN with anything behind it", ascii("PROXY UNKNOWN \x00 nonsense\r\n"), null],
  // Section 2.2.
  ["IPv4", binary("21", "11", ipv4), "192.0.2.1"],
  ["IPv6", binary("21", "21", ipv6), "2001:db8::1"],
  [
    "IPv6 that is IPv4",
    binary("21", "21", ipv6.replace("20010db8000000000000000000000001", "00000000000000000000ffffc0000207")),
    "192.0.2.7",
  ],
  ["IPv4 with further fields", binary("21", "11", ipv4 + fields), "192.0.2.1"],
  ["IPv6 with further fields", binary("21", "21", ipv6 + fields), "2001:db8::1"],
  ["LOCAL", binary("20", "00"), null],
  ["LOCAL with an address that is not to be looked at", binary("20", "11", ipv4), null],
  ["LOCAL with a family that nobody knows", binary("20", "f1", "0011"), null],
  ["UNSPEC", binary("21", "00"), null],
  ["UNSPEC with fields", binary("21", "00", fields), null],
  ["a local socket", binary("21", "31", "00".repeat(216)), null],
  ["the longest", binary("21", "11", ipv4 + "040fe1".padEnd(2 * (maxProxyHeaderBytes - 16 - 12), "0")), "192.0.2.1"],
];

const invalid: readonly (readonly [string, Uint8Array])[] = [
  ["an SMTP command", ascii("EHLO client.example.org\r\n")],
  ["a TLS handshake", hex("1603010200010001fc0303")],
  ["an empty line", ascii("\r\nEHLO")],
  ["lower case", ascii("proxy TCP4 192.0.2.1 192.0.2.2 1 25\r\n")],
  ["a line that is too long", ascii(`PROXY UNKNOWN ${"x".repeat(92)}\r\n`)],
  ["a line without an end", ascii(`PROXY TCP4 ${"1".repeat(200)}`)],
  ["two spaces", ascii("PROXY  TCP4 192.0.2.1 192.0.2.2 1 25\r\n")],
  ["a space at the end", ascii("PROXY TCP4 192.0.2.1 192.0.2.2 1 25 \r\n")],
  ["LF alone", ascii("PROXY TCP4 192.0.2.1 192.0.2.2 1 25\nEHLO x\r\n")],
  ["a family that nobody knows", ascii("PROXY UDP4 192.0.2.1 192.0.2.2 1 25\r\n")],
  ["UNKNOWN with a tail", ascii("PROXY UNKNOWNS\r\n")],
  ["an address of the other family", ascii("PROXY TCP4 ::1 ::1 1 25\r\n")],
  ["an address of the other family, IPv6", ascii("PROXY TCP6 192.0.2.1 192.0.2.2 1 25\r\n")],
  ["an octal address", ascii("PROXY TCP4 0192.0.2.1 192.0.2.2 1 25\r\n")],
  ["a name", ascii("PROXY TCP4 localhost 192.0.2.2 1 25\r\n")],
  ["an address with a zone", ascii("PROXY TCP6 fe80::1%eth0 fe80::2 1 25\r\n")],
  ["a destination that is none", ascii("PROXY TCP4 192.0.2.1 192.0.2 1 25\r\n")],
  ["a port that is none", ascii("PROXY TCP4 192.0.2.1 192.0.2.2 65536 25\r\n")],
  ["a port with a zero before it", ascii("PROXY TCP4 192.0.2.1 192.0.2.2 01 25\r\n")],
  ["one port", ascii("PROXY TCP4 192.0.2.1 192.0.2.2 25\r\n")],
  ["version 1 in binary", binary("11", "11", ipv4)],
  ["version 3", binary("31", "11", ipv4)],
  ["a command that nobody knows", binary("22", "11", ipv4)],
  ["a family that nobody knows, in binary", binary("21", "41", ipv4)],
  ["a protocol that nobody knows", binary("21", "13", ipv4)],
  ["datagrams", binary("21", "12", ipv4)],
  ["IPv4 that is too short", binary("21", "11", ipv4.slice(2))],
  ["IPv6 that is too short", binary("21", "21", ipv4)],
  ["one that is too long", binary("21", "11", "00".repeat(maxProxyHeaderBytes - 15))],
];

const behind = ascii("EHLO client.example.org\r\n");

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

describe("readProxyHeader", () => {
  for (const [name, bytes, clientAddress] of whole) {
    it(`reads ${name}, and nothing behind it`, () => {
      const expected = { kind: "header", clientAddress, length: bytes.length };
      assert.deepEqual(readProxyHeader(bytes), expected);
      assert.deepEqual(readProxyHeader(joined(bytes, behind)), expected);
    });

    it(`waits for all of ${name}`, () => {
      for (let length = 0; length < bytes.length; length++) {
        assert.deepEqual(readProxyHeader(bytes.subarray(0, length)), { kind: "incomplete" }, `after ${length} bytes`);
      }
    });
  }

  for (const [name, bytes] of invalid) {
    it(`takes ${name} for no header`, () => {
      assert.equal(readProxyHeader(bytes).kind, "invalid");
    });
  }

  it("knows at the first byte that does not belong there", () => {
    for (const [text, length] of [
      ["EHLO", 1],
      ["PROXX", 5],
      ["\r\n\r\n\0\r\nQUIX", 11],
    ] as const) {
      assert.equal(readProxyHeader(ascii(text).subarray(0, length - 1)).kind, "incomplete");
      assert.equal(readProxyHeader(ascii(text).subarray(0, length)).kind, "invalid");
    }
  });

  it("says the same of any bytes, however far they have come, and never waits for more than its limit", () => {
    const starts = whole.map(([, bytes]) => bytes);
    const damaged = fc
      .tuple(
        fc.constantFrom(...starts),
        fc.nat(200),
        fc.integer({ min: 0, max: 255 }),
        fc.uint8Array({ maxLength: 300 }),
      )
      .map(([start, at, value, rest]) => {
        const bytes = joined(start, rest);
        bytes[at % bytes.length] = value;
        return bytes;
      });
    fc.assert(
      fc.property(damaged, (bytes) => {
        const last = readProxyHeader(bytes);
        for (let length = 0; length <= bytes.length; length++) {
          const reading = readProxyHeader(bytes.subarray(0, length));
          if (reading.kind !== "incomplete") return void assert.deepEqual(reading, last);
        }
        assert.ok(bytes.length < maxProxyHeaderBytes);
      }),
      { numRuns: 500 },
    );
  });
});
