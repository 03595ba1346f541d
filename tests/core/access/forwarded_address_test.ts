import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileCidrList } from "../../../core/access/cidr_list.ts";
import { findForwardedClient } from "../../../core/access/forwarded_address.ts";

const proxies = compileCidrList(["192.0.2.0/24", "2001:db8:ffff::/48"]);
const find = (headers: { forwarded?: string; xForwardedFor?: string }, proxy = "192.0.2.1") =>
  findForwardedClient(proxy, { forwarded: null, xForwardedFor: null, ...headers }, (address) =>
    proxies.includes(address),
  );
const address = (text: string) => ({ address: text });
const noAddress = { obstacle: "X-Forwarded-For names a client without an address" };

test("findForwardedClient takes a proxy that names nobody for the client", () => {
  assert.deepEqual(find({}), address("192.0.2.1"));
  assert.deepEqual(find({ xForwardedFor: "" }), address("192.0.2.1"));
  assert.deepEqual(find({ forwarded: " , " }), address("192.0.2.1"));
});

test("findForwardedClient reads X-Forwarded-For from the right, past trusted proxies, and believes nothing further left", () => {
  for (const [text, client] of [
    ["203.0.113.9", "203.0.113.9"],
    ["203.0.113.9, 192.0.2.7", "203.0.113.9"],
    ["10.0.0.1, 203.0.113.9, 192.0.2.7,192.0.2.8", "203.0.113.9"],
    ["192.0.2.7, 203.0.113.9", "203.0.113.9"],
    ["\r\nX: <script>, unknown, 203.0.113.9", "203.0.113.9"],
    [" ,, 203.0.113.9 , ", "203.0.113.9"],
    ["192.0.2.6, 192.0.2.7", "192.0.2.6"],
  ] as const) {
    assert.deepEqual(find({ xForwardedFor: text }), address(client), text);
  }
});

test("findForwardedClient reads addresses of every form into the one that lists are asked with", () => {
  for (const [text, client] of [
    ["203.0.113.9:4711", "203.0.113.9"],
    ["2001:DB8::0001", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["[2001:db8::1]:_hidden", "2001:db8::1"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["[::ffff:cb00:7109]:80", "203.0.113.9"],
    ["203.0.113.9, ::ffff:192.0.2.5", "203.0.113.9"],
    ["203.0.113.9, 2001:db8:ffff::1", "203.0.113.9"],
  ] as const) {
    assert.deepEqual(find({ xForwardedFor: text }), address(client), text);
  }
});

test("findForwardedClient does not take a client without an address for its proxy", () => {
  for (const text of [
    "unknown",
    "_hidden",
    "client.example.org",
    "203.0.113",
    "0xcb.0.113.9",
    "010.0.0.1",
    "256.0.0.1",
    "203.0.113.9:port",
    "203.0.113.9:123456",
    "fe80::1%eth0",
    "[2001:db8::1",
    "[2001:db8::1]443",
    "2001:db8::g",
    '"203.0.113.9"',
    "203.0.113.9;",
    "203.0.113.9 10.0.0.1",
    "203.0.113.9\u0000",
    "\u0661.1.1.1",
    "10.0.0.1, unknown, 192.0.2.7",
  ]) {
    assert.deepEqual(find({ xForwardedFor: text }), noAddress, JSON.stringify(text));
  }
});

// The first ones are the examples of RFC 7239, sections 4, 6 and 7.1.
test("findForwardedClient reads Forwarded", () => {
  for (const [text, client] of [
    ['For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
    ["for=203.0.113.43;proto=http;by=203.0.113.60", "203.0.113.43"],
    ["for=203.0.113.43, for=198.51.100.17", "198.51.100.17"],
    ["for=203.0.113.43,for=192.0.2.17;by=192.0.2.61;proto=http", "203.0.113.43"],
    ['for="203.0.113.43:47011"', "203.0.113.43"],
    ['for="203.0.113.43:_gazonk"', "203.0.113.43"],
    ['by=192.0.2.1 ; FOR="203.0.113.43" ;; host="a,b;for=10.0.0.1"', "203.0.113.43"],
    ['for="203.0.113\\.43"', "203.0.113.43"],
    ['for=10.0.0.1;secret="a\\"b", for=203.0.113.43', "203.0.113.43"],
    ["for=203.0.113.43:80", "203.0.113.43"],
  ] as const) {
    assert.deepEqual(find({ forwarded: text }), address(client), text);
  }
  for (const text of ["for=unknown", 'for="_gazonk"', "proto=https;by=192.0.2.1", 'for=""', "for=203.0.113.9\u0000"]) {
    assert.deepEqual(find({ forwarded: text }), { obstacle: "Forwarded names a client without an address" }, text);
  }
});

test("findForwardedClient believes nothing of a Forwarded that is not well-formed, however it ends", () => {
  for (const text of [
    'for=", for=203.0.113.9',
    'for="10.0.0.1"x, for=203.0.113.9',
    "for=10.0.0.1;for=203.0.113.9",
    "for, for=203.0.113.9",
    "for=, for=203.0.113.9",
    "for =203.0.113.9",
    "for=203.0.113.9 by=x",
    "203.0.113.9",
    "\u0000",
  ]) {
    assert.deepEqual(find({ forwarded: text }), { obstacle: "Forwarded is not well-formed" }, text);
  }
});

test("findForwardedClient takes two headers that agree, and neither of two that don't", () => {
  const xForwardedFor = "203.0.113.9, 192.0.2.7";
  assert.deepEqual(find({ forwarded: "for=203.0.113.9", xForwardedFor }), address("203.0.113.9"));
  assert.deepEqual(find({ forwarded: "for=10.0.0.1", xForwardedFor }), {
    obstacle: "its two headers name different clients",
  });
  assert.ok("obstacle" in find({ forwarded: "for=unknown", xForwardedFor }));
  assert.deepEqual(find({ forwarded: "for=203.0.113.9", xForwardedFor: "unknown" }), noAddress);
});

test("findForwardedClient refuses what is too long, and is quick about what is not", () => {
  const trusted = "192.0.2.7, ";
  assert.deepEqual(find({ xForwardedFor: `${trusted.repeat(370)}203.0.113.9` }), address("203.0.113.9"));
  assert.ok("obstacle" in find({ xForwardedFor: `${trusted.repeat(400)}203.0.113.9` }));
  assert.ok("obstacle" in find({ forwarded: `for=203.0.113.9;x="${"a".repeat(4096)}"` }));
  for (const piece of [" ", "a", '"', ";", "\\", 'a="', "a=b;", "\t ,"]) {
    const startedMs = performance.now();
    find({ forwarded: piece.repeat(4096 / piece.length), xForwardedFor: piece.repeat(4096 / piece.length) });
    assert.ok(
      performance.now() - startedMs < 1000,
      `${JSON.stringify(piece)} took ${performance.now() - startedMs} ms`,
    );
  }
});

/** What a client may send: pieces that the syntax is made of, and addresses of trusted proxies among them. */
const sent = fc
  .array(
    fc.constantFrom(
      ...'for= For= by= ; , " \\ [ ] : . _x unknown 192.0.2.7 10.0.0.1 2001:db8::1 ::ffff:192.0.2.7'.split(" "),
      " ",
      "\t",
      "\u00e9",
      "\u0000",
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(""));

for (const [header, appended] of [
  ["xForwardedFor", "203.0.113.9"],
  ["xForwardedFor", "[2001:db8::9]:4711"],
  ["forwarded", "for=203.0.113.9"],
  ["forwarded", 'For="[2001:db8::9]:4711";proto=https'],
] as const) {
  test(`findForwardedClient has no client choose its address, whatever it sends before ${appended}`, () => {
    const client = appended.includes("2001") ? "2001:db8::9" : "203.0.113.9";
    fc.assert(
      fc.property(sent, fc.constantFrom(",", ", "), (text, comma) => {
        const found = find({ [header]: `${text}${comma}${appended}` });
        assert.ok("obstacle" in found || found.address === client, JSON.stringify(found));
        // A list that a comma divides is read from its end alone.
        if (header === "xForwardedFor") assert.deepEqual(found, address(client));
      }),
      { numRuns: 2000 },
    );
  });
}
