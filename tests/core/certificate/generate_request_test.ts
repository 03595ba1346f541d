import assert from "node:assert/strict";
import { test } from "node:test";
import { readGenerateRequest } from "../../../core/certificate/generate_request.ts";

const AUTOMATIC = { dnsNames: ["relay1", "localhost"], ipAddresses: ["127.0.0.1"] };

function accept(request: Parameters<typeof readGenerateRequest>[0]) {
  const { options, violations } = readGenerateRequest(request, AUTOMATIC);
  assert.deepEqual(violations, []);
  assert.ok(options);
  return options;
}

function refuse(request: Parameters<typeof readGenerateRequest>[0]) {
  const { options, violations } = readGenerateRequest(request, AUTOMATIC);
  assert.equal(options, null);
  return violations;
}

test("readGenerateRequest makes an empty request a P-256 certificate of 397 days for the automatic names", () => {
  const expected = { ...AUTOMATIC, key: "p256", days: 397 };
  assert.deepEqual(accept({}), expected);
  assert.deepEqual(accept({ names: [], addresses: [] }), expected);
});

test("readGenerateRequest takes no automatic name along once a name or an address is given", () => {
  assert.deepEqual(accept({ names: ["a.example"] }).ipAddresses, []);
  assert.deepEqual(accept({ addresses: ["192.0.2.1"] }).dnsNames, []);
});

test("readGenerateRequest reads names as people type them, each once", () => {
  const names = [" Mail.Example.ORG. ", "mail.example.org", "Bücher.example", "xn--bcher-kva.example", "*.Example.org"];
  assert.deepEqual(accept({ names }).dnsNames, ["mail.example.org", "xn--bcher-kva.example", "*.example.org"]);
});

test("readGenerateRequest files an address among the names with the addresses, each once", () => {
  const request = {
    names: ["192.0.2.1", "[2001:DB8::1]"],
    addresses: ["::ffff:192.0.2.1", "2001:db8:0::1", "fe80::1%eth0"],
  };
  const { dnsNames, ipAddresses } = accept(request);
  assert.deepEqual(dnsNames, []);
  assert.deepEqual(ipAddresses, ["192.0.2.1", "2001:db8::1", "fe80::1"]);
});

test("readGenerateRequest takes 1 and 825 days and every kind of key", () => {
  for (const days of [1, 825]) assert.equal(accept({ days }).days, days);
  for (const key of ["p256", "p384", "rsa2048", "rsa3072", "rsa4096"] as const) assert.equal(accept({ key }).key, key);
});

test("readGenerateRequest tells all that is wrong at once, and where", () => {
  const request = { names: ["ok.example", "a b"], addresses: ["mail.example.org"], key: "dsa" as "p256", days: 826 };
  assert.deepEqual(refuse(request), [
    {
      path: "names[1]",
      message:
        '"a b" is not a DNS name: those have letters, digits and hyphens, with dots between parts of at most 63 characters.',
    },
    {
      path: "addresses[0]",
      message: '"mail.example.org" is a name, not an IP address; give it among the names.',
    },
    { path: "key", message: '"dsa" is not a kind of key; there are p256, p384, rsa2048, rsa3072, rsa4096.' },
    { path: "days", message: "826 days of validity can't be had; ask for 1 to 825." },
  ]);
});

test("readGenerateRequest refuses days that are none", () => {
  for (const days of [0, -1, 1.5, 826, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.deepEqual(
      refuse({ days }).map(({ path }) => path),
      ["days"],
      String(days),
    );
  }
});

const badNames: readonly (readonly [string, RegExp])[] = [
  ["", /^A name is empty\.$/],
  ["  ", /^A name is empty\.$/],
  ["https://mail.example.org/", /is a URL; give the name in it alone/],
  ["postmaster@example.org", /is a mail address; give the name behind the @ alone/],
  ["10.0.0.0/8", /has a slash in it/],
  ["mail.example.org:587", /has a port in it/],
  ["*", /is no wildcard that clients take/],
  ["*.org", /is no wildcard that clients take/],
  ["mail*.example.org", /is no wildcard that clients take/],
  ["a.*.example.org", /is no wildcard that clients take/],
  ["*.*.example.org", /is no wildcard that clients take/],
  ["1.2.3", /is not a whole IP address/],
  ["256.1.1.1", /is not a whole IP address/],
  ["a..example", /is not a DNS name/],
  ["-a.example", /is not a DNS name/],
  ["a-.example", /is not a DNS name/],
  [`${"a".repeat(64)}.example`, /is not a DNS name/],
  [Array(64).fill("abc").join("."), /is not a DNS name/],
  ["a\u0000b.example", /is not a DNS name/],
  ["0.0.0.0", /is no address that a client can connect to/],
];
for (const [name, reason] of badNames) {
  test(`readGenerateRequest says what is wrong with the name ${JSON.stringify(name.slice(0, 40))}`, () => {
    const [violation, ...others] = refuse({ names: [name] });
    assert.deepEqual([violation?.path, others], ["names[0]", []]);
    assert.match(violation?.message ?? "", reason);
  });
}

const badAddresses: readonly (readonly [string, RegExp])[] = [
  ["", /^An address is empty\.$/],
  ["localhost", /is a name, not an IP address/],
  ["192.0.2.0/24", /is a network/],
  ["1.2.3", /is not an IP address/],
  ["192.0.2.1:25", /is not an IP address/],
  ["0x7f.0.0.1", /is not an IP address/],
  ["::", /is no address that a client can connect to/],
];
for (const [address, reason] of badAddresses) {
  test(`readGenerateRequest says what is wrong with the address ${JSON.stringify(address)}`, () => {
    const [violation, ...others] = refuse({ addresses: [address] });
    assert.deepEqual([violation?.path, others], ["addresses[0]", []]);
    assert.match(violation?.message ?? "", reason);
  });
}
