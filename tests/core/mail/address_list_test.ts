import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddressList } from "../../../core/mail/address_list.ts";

/** Name and address of each entry. */
function pairs(text: string): (readonly [string, string | null])[] {
  return parseAddressList(text).map(({ name, address }) => [name, address] as const);
}

const cases: readonly (readonly [text: string, ...entries: (readonly [string, string | null])[]])[] = [
  // RFC 5322 appendix A.1.2
  ['"Joe Q. Public" <john.q.public@example.com>', ["Joe Q. Public", "john.q.public@example.com"]],
  [
    "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
    ["Mary Smith", "mary@x.test"],
    ["", "jdoe@example.org"],
    ["Who?", "one@y.test"],
  ],
  [
    '<boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
    ["", "boss@nil.test"],
    ['Giant; "Big" Box', "sysservices@example.net"],
  ],
  // RFC 5322 appendix A.1.3
  [
    "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
    ["Ed Jones", "c@a.test"],
    ["", "joe@where.test"],
    ["John", "jdoe@one.test"],
  ],
  ["Undisclosed recipients:;"],
  // RFC 5322 appendix A.5, unfolded
  ["Pete(A nice \\) chap) <pete(his account)@silly.test>", ["Pete", null]],
  ["(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;"],
  // RFC 5322 appendix A.6.1
  [
    "Joe <@node.test:john@test.example>,, jdoe@test  . example",
    ["Joe", "john@test.example"],
    ["jdoe@test . example", null],
  ],
  // RFC 2047 section 8
  ["=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", ["Keith Moore", "moore@cs.utk.edu"]],
  ["=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>", ["Keld Jørn Simonsen", "keld@dkuug.dk"]],
  ["=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>", ["André Pirard", "PIRARD@vm1.ulg.ac.be"]],
  ["jdoe@example.org (John Doe)", ["John Doe", "jdoe@example.org"]],
  ["jdoe@example.org (John (Jack) Doe)", ["John (Jack) Doe", "jdoe@example.org"]],
  ["a@x.test; b@x.test", ["", "a@x.test"], ["", "b@x.test"]],
  ["< a@x.test >", ["", "a@x.test"]],
  ["user@[IPv6:2001:db8::1], b@x.test", ["", "user@[IPv6:2001:db8::1]"], ["", "b@x.test"]],
  [""],
  [" , ,"],
];

for (const [text, ...entries] of cases) {
  test(`parseAddressList reads ${JSON.stringify(text)}`, () => assert.deepEqual(pairs(text), entries));
}

test("parseAddressList keeps an @ inside quotes inside the local part", () => {
  assert.deepEqual(pairs('"victim@a.test"@b.test'), [["", '"victim@a.test"@b.test']]);
});

test("parseAddressList finds no address in free text", () => {
  assert.deepEqual(pairs("please write to a@x.test now"), [["please write to a@x.test now", null]]);
});

test("parseAddressList finds no address inside an encoded word", () => {
  // printf 'x <a@x.test>' | base64
  assert.deepEqual(pairs("=?utf-8?B?eCA8YUB4LnRlc3Q+?="), [["x <a@x.test>", null]]);
});

test("parseAddressList takes no entry with two addresses in brackets", () => {
  assert.deepEqual(pairs("<a@x.test> <b@x.test>"), [["", null]]);
});

test("parseAddressList takes no address with a line break in it", () => {
  assert.deepEqual(
    pairs("a@x.test\r\nb@x.test, <c@x.test\n>").map(([, address]) => address),
    [null, null],
  );
});

test("parseAddressList gives the text of what is no address", () => {
  assert.deepEqual(parseAddressList("a@x.test,  nobody , b@x.test")[1], {
    name: "nobody",
    address: null,
    text: "nobody",
  });
});

test("parseAddressList reads a hostile header of 256 KiB in well under a second", () => {
  const size = 262144;
  for (const piece of ['"', "<", "(", ":", "[", "\\", '"\\', 'a"b"<', "a ", "=?a?q?b?= ", "a@x.test,", "(a@", "<a:"]) {
    const text = piece.repeat(size / piece.length);
    const start = performance.now();
    parseAddressList(text);
    assert.ok(performance.now() - start < 1000, JSON.stringify(piece));
  }
});
