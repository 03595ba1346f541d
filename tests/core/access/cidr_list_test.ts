import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalAddress, compileCidrList } from "../../../core/access/cidr_list.ts";

const localAndPrivate = [
  "127.0.0.0/8",
  "::1/128",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fe80::/10",
];

/** Address, and whether the default list has it; RFC 1918, RFC 4193, RFC 4291. */
const byDefault: readonly (readonly [address: string, isIncluded: boolean])[] = [
  ["127.0.0.1", true],
  ["127.255.255.255", true],
  ["128.0.0.0", false],
  ["::1", true],
  ["::2", false],
  ["10.255.255.255", true],
  ["11.0.0.0", false],
  ["172.15.255.255", false],
  ["172.16.0.0", true],
  ["172.31.255.255", true],
  ["172.32.0.0", false],
  ["192.168.0.1", true],
  ["192.169.0.1", false],
  ["fdff:ffff::1", true],
  ["fe00::1", false],
  ["fe80::1", true],
  ["febf::1", true],
  ["fec0::1", false],
  ["fe80::1%eth0", true],
  ["::ffff:10.1.2.3", true],
  ["::ffff:a01:203", true],
  ["::FFFF:8.8.8.8", false],
  ["8.8.8.8", false],
  ["2001:db8::1", false],
  ["", false],
  ["localhost", false],
  ["10.1", false],
  ["0x0a.0.0.1", false],
  ["10.0.0.1/8", false],
];

for (const [address, isIncluded] of byDefault) {
  test(`CidrList of loopback and private networks ${isIncluded ? "includes" : "leaves out"} ${JSON.stringify(address)}`, () => {
    const list = compileCidrList(localAndPrivate);
    assert.equal(list.includes(address), isIncluded);
    assert.equal(list.includes(address), isIncluded, "asked again");
  });
}

test("compileCidrList of nothing includes nobody", () => {
  assert.equal(compileCidrList([]).includes("127.0.0.1"), false);
});

test("compileCidrList of 0.0.0.0/0 includes IPv4 alone, of ::/0 IPv6 alone", () => {
  const [v4, v6] = [compileCidrList(["0.0.0.0/0"]), compileCidrList(["::/0"])];
  assert.deepEqual(
    [v4.includes("8.8.8.8"), v4.includes("::ffff:8.8.8.8"), v4.includes("2001:db8::1")],
    [true, true, false],
  );
  assert.deepEqual([v6.includes("8.8.8.8"), v6.includes("2001:db8::1")], [false, true]);
});

test("compileCidrList takes a bare address for the network of that one", () => {
  const list = compileCidrList(["192.0.2.7", "2001:db8::7"]);
  assert.deepEqual(
    ["192.0.2.7", "192.0.2.8", "2001:db8::7", "2001:db8::8"].map((address) => list.includes(address)),
    [true, false, true, false],
  );
});

test("compileCidrList cuts at any bit", () => {
  for (let prefixLength = 1; prefixLength <= 32; prefixLength++) {
    const list = compileCidrList([`0.0.0.0/${prefixLength}`]);
    const dotted = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
    const size = 2 ** (32 - prefixLength);
    assert.equal(list.includes(dotted(size - 1)), true, `last of /${prefixLength}`);
    assert.equal(list.includes(dotted(size)), false, `after /${prefixLength}`);
  }
});

test("compileCidrList takes an IPv4-mapped network as IPv4", () => {
  const list = compileCidrList(["::ffff:192.0.2.0/120"]);
  assert.deepEqual([list.includes("192.0.2.255"), list.includes("192.0.3.0")], [true, false]);
});

test("compileCidrList answers right for more clients than it remembers", () => {
  const list = compileCidrList(["10.0.0.0/16"]);
  for (let i = 0; i < 3000; i++) assert.equal(list.includes(`10.${i & 1}.${i >> 8}.${i & 255}`), (i & 1) === 0);
});

test("compileCidrList refuses what is no network", () => {
  for (const cidr of ["", "a", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/8x"]) {
    assert.throws(() => compileCidrList([cidr]), RangeError, cidr);
  }
});

/** What RFC 4291 section 2.2 has several texts for, and the one that RFC 5952 chooses. */
const canonical: readonly (readonly [text: string, address: string | null])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["255.255.255.255", "255.255.255.255"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:201", "192.0.2.1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["fe80::1%eth0", "fe80::1"],
  ["192.0.2.01", null],
  ["192.0.2.256", null],
  ["192.0.2", null],
  ["192.0.2.1.", null],
  ["192.0.2.1.1", null],
  ["relay.example.org", null],
  ["", null],
];

for (const [text, address] of canonical) {
  test(`canonicalAddress makes ${address} of ${JSON.stringify(text)}`, () => {
    assert.equal(canonicalAddress(text), address);
  });
}
