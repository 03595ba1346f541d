import assert from "node:assert/strict";
import { test } from "node:test";
import { automaticNames } from "../../../core/certificate/mod.ts";
import { normalizeAddress, normalizeDnsName } from "../../../core/certificate/names.ts";

test("automaticNames lists the server, the host, localhost, loopback and the host's addresses", () => {
  const sources = {
    serverName: "mail.example.org",
    hostName: "relay1",
    addresses: ["192.168.1.5", "2001:db8::5"],
  };
  assert.deepEqual(automaticNames(sources), {
    dnsNames: ["mail.example.org", "relay1", "localhost"],
    ipAddresses: ["127.0.0.1", "::1", "192.168.1.5", "2001:db8::5"],
  });
});

test("automaticNames lists a name or an address once, however it is written", () => {
  const sources = {
    serverName: "Relay1.",
    hostName: "relay1",
    addresses: ["::1", "127.0.0.1", "FE80:0::1%eth0", "fe80::1%eth1"],
  };
  assert.deepEqual(automaticNames(sources), {
    dnsNames: ["relay1", "localhost"],
    ipAddresses: ["127.0.0.1", "::1", "fe80::1"],
  });
});

test("automaticNames files a server name that is an address among the addresses", () => {
  const { dnsNames, ipAddresses } = automaticNames({ serverName: "192.0.2.7", hostName: "relay1", addresses: [] });
  assert.deepEqual(dnsNames, ["relay1", "localhost"]);
  assert.deepEqual(ipAddresses, ["192.0.2.7", "127.0.0.1", "::1"]);
});

test("automaticNames leaves out a host name that no certificate can hold", () => {
  const { dnsNames } = automaticNames({ serverName: "dispatch.local", hostName: "Anna's PC", addresses: [] });
  assert.deepEqual(dnsNames, ["dispatch.local", "localhost"]);
});

test("normalizeDnsName writes names in lower case and outside ASCII as A-labels", () => {
  // The A-label is that of https://www.rfc-editor.org/rfc/rfc5891 processing: python3 -c 'print("bücher".encode("idna"))'
  assert.equal(normalizeDnsName("Bücher.Example"), "xn--bcher-kva.example");
  assert.equal(normalizeDnsName("*.Example.org"), "*.example.org");
  assert.equal(normalizeDnsName("my_host"), "my_host");
});

test("normalizeDnsName leaves out a trailing dot", () => {
  assert.equal(normalizeDnsName("mail.example.org."), "mail.example.org");
});

test("normalizeDnsName takes the longest label and the longest name, and nothing longer", () => {
  const label = "a".repeat(63);
  const name = [label, label, label, "b".repeat(61)].join(".");
  assert.equal(name.length, 253);
  assert.equal(normalizeDnsName(name), name);
  assert.equal(normalizeDnsName(`${name}b`), null);
  assert.equal(normalizeDnsName(`${label}a.example`), null);
});

test("normalizeDnsName refuses what is no DNS name", () => {
  const refused = [
    "",
    ".",
    "a..b",
    "a b",
    "a/b",
    "a:25",
    "a@b",
    "user@",
    "*",
    "*.",
    "*.org",
    "a.*.b",
    "*.*.b.c",
    "-a",
    "a-",
    "a-.b",
    "a..",
    "1.2.3.4",
    "::1",
    "0x7f.1",
  ];
  for (const text of refused) assert.equal(normalizeDnsName(text), null, text);
});

test("normalizeAddress writes IPv6 as RFC 5952 section 4 does, without a zone", () => {
  assert.equal(normalizeAddress("2001:0DB8:0:0:0:0:0:1"), "2001:db8::1");
  assert.equal(normalizeAddress("fe80::1%eth0"), "fe80::1");
});

test("normalizeAddress reads an address in brackets, and IPv4 within IPv6 as the IPv4 address that it is", () => {
  assert.equal(normalizeAddress("[2001:db8::1]"), "2001:db8::1");
  assert.equal(normalizeAddress("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(normalizeAddress("::FFFF:c000:201"), "192.0.2.1");
});

test("normalizeAddress refuses what is no address in full", () => {
  for (const text of ["", "localhost", "1.2.3", "1", "0x7f.0.0.1", "1.2.3.256", "1.2.3.4/8"]) {
    assert.equal(normalizeAddress(text), null, text);
  }
});
