import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePath } from "../../../core/mail/address.ts";

const label63 = "a".repeat(63);

/** Text, and what it is normalised to. */
const accepted: readonly (readonly [text: string, address: string])[] = [
  ["jones@foo.example", "jones@foo.example"],
  ["<jones@foo.example>", "jones@foo.example"],
  ["First.Last@Example.ORG", "First.Last@example.org"],
  ["root@localhost", "root@localhost"],
  ["scanner@192.168.1.20", "scanner@192.168.1.20"],
  ["backup@my_host.lan", "backup@my_host.lan"],
  ["!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"],
  // RFC 5321 section 4.1.1.3 and appendix C: a source route is passed over.
  ["@hosta.int,@jkl.org:userc@d.bar.org", "userc@d.bar.org"],
  ["<@a.example:b@c.example>", "b@c.example"],
  // RFC 3696 section 3, as corrected by its errata.
  ['"Abc@def"@example.com', '"Abc@def"@example.com'],
  ['"Fred Bloggs"@example.com', '"Fred Bloggs"@example.com'],
  ['"Joe.\\\\Blow"@example.com', '"Joe.\\\\Blow"@example.com'],
  ["customer/department=shipping@example.com", "customer/department=shipping@example.com"],
  // RFC 5321 section 4.1.2: quotes that are not needed should not be there.
  ['"jones"@foo.example', "jones@foo.example"],
  ['"j\\ones"@foo.example', "jones@foo.example"],
  ['""@example.org', '""@example.org'],
  ["user@[192.0.2.1]", "user@[192.0.2.1]"],
  ["user@[IPv6:2001:DB8::1]", "user@[IPv6:2001:db8::1]"],
  ["user@[ipv6:::ffff:192.0.2.1]", "user@[IPv6:::ffff:192.0.2.1]"],
  ["postmaster", "postmaster"],
  ["<Postmaster>", "postmaster"],
  ["Postmaster@example.org", "Postmaster@example.org"],
  ["用户@example.org", "用户@example.org"],
  // A-labels by: python3 -c 'print("bücher.example".encode("idna"))'
  ["info@Bücher.example", "info@xn--bcher-kva.example"],
  ["info@例え.テスト", "info@xn--r8jz45g.xn--zckzah"],
  ["info@XN--BCHER-KVA.example", "info@xn--bcher-kva.example"],
  [`${"l".repeat(64)}@example.org`, `${"l".repeat(64)}@example.org`],
  [`a@${label63}.org`, `a@${label63}.org`],
];

for (const [text, address] of accepted) {
  test(`parsePath takes ${JSON.stringify(text)}`, () => assert.equal(parsePath(text), address));
}

const refused: readonly string[] = [
  "",
  "<>",
  "@",
  "a@",
  "@example.org",
  "jones",
  "jones@foo@example.org",
  "a b@example.org",
  "a@exa mple.org",
  " a@example.org",
  // What is left of bytes that are not UTF-8.
  "j\ufffdrgen@example.org",
  '"j\ufffdrgen"@example.org',
  ".a@example.org",
  "a.@example.org",
  "a..b@example.org",
  "a@example..org",
  "a@.example.org",
  "a@example.org.",
  "a@-example.org",
  "a@example-.org",
  "a@exam!ple.org",
  "a@example.org>",
  "<a@example.org",
  "a(comment)@example.org",
  '"a@example.org',
  'a"b"@example.org',
  '"a"b@example.org',
  '"a\\"@example.org',
  '"a>b"@example.org',
  '"a\\<b"@example.org',
  "a\r\n@example.org",
  "a@example.org\r\nRCPT TO:<b@example.org>",
  "a\0@example.org",
  '"a\tb"@example.org',
  '"a\r\nb"@example.org',
  "a\u0085@example.org",
  "a\u2028b@example.org",
  "a\u202eb@example.org",
  "a\ud800@example.org",
  "a@[192.0.2]",
  "a@[192.0.2.256]",
  "a@[2001:db8::1]",
  "a@[IPv6:2001:db8::g]",
  "a@[IPv6:fe80::1%eth0]",
  "a@[X400:c=us]",
  "a@[]",
  "a@１.２",
  "a@ex%61mple.org",
  "a@exa\u00admple.org/x",
  `${"l".repeat(65)}@example.org`,
  `${"ü".repeat(33)}@example.org`,
  `a@${"a".repeat(64)}.org`,
  `a@${`${label63}.`.repeat(4)}org`,
  "@a.example",
];

for (const text of refused) {
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  test(`parsePath refuses ${shown}`, () => assert.equal(parsePath(text), null));
}

test("parsePath returns what it returned when it is given that again", () => {
  for (const [, address] of accepted) assert.equal(parsePath(address), address);
});
