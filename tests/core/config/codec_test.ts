import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { booleanCodec } from "../../../core/config/codec/boolean.ts";
import { choiceCodec } from "../../../core/config/codec/choice.ts";
import { cidrListCodec } from "../../../core/config/codec/cidr_list.ts";
import { hostNameCodec } from "../../../core/config/codec/host_name.ts";
import { integerCodec } from "../../../core/config/codec/integer.ts";
import { integerListCodec } from "../../../core/config/codec/integer_list.ts";
import { textCodec } from "../../../core/config/codec/text.ts";
import type { SettingCodec } from "../../../core/config/setting_codec.ts";

/** What a codec makes of texts and of JSON values; `refused` are texts. */
function check<T>(
  codec: SettingCodec<T>,
  {
    texts = [],
    json = [],
    refused,
    refusedJson,
  }: {
    readonly texts?: readonly (readonly [string, T])[];
    readonly json?: readonly (readonly [unknown, T])[];
    readonly refused: readonly string[];
    readonly refusedJson: readonly unknown[];
  },
): void {
  for (const [text, value] of texts) {
    assert.deepEqual(codec.fromText(text), { value }, text);
    assert.deepEqual(codec.fromText(codec.toText(value)), { value }, `${text} written again`);
    assert.deepEqual(codec.fromJson(JSON.parse(JSON.stringify(value))), { value }, `${text} as JSON`);
  }
  for (const [given, value] of json) assert.deepEqual(codec.fromJson(given), { value }, JSON.stringify(given));
  for (const text of refused) assert.match(ruleOf(codec.fromText(text), text), /^must be /);
  for (const given of refusedJson) assert.match(ruleOf(codec.fromJson(given), JSON.stringify(given)), /^must be /);
}

function ruleOf(result: object, given: string | undefined): string {
  assert.ok("rule" in result, `${given} was taken`);
  return String(result.rule);
}

describe("booleanCodec", () => {
  test("reads the words for on and off", () => {
    check(booleanCodec(), {
      texts: [
        ["true", true],
        ["ON", true],
        ["yes", true],
        ["1", true],
        ["false", false],
        ["off", false],
        [" no ", false],
        ["0", false],
      ],
      refused: ["", "ja", "2", '"true"', "null"],
      refusedJson: [1, 0, "true", null, undefined, []],
    });
  });
});

describe("integerCodec", () => {
  test("reads whole numbers within its bounds", () => {
    check(integerCodec({ min: 1, max: 32 }), {
      texts: [
        ["1", 1],
        [" 32 ", 32],
      ],
      refused: ["", "0", "33", "-1", "1.5", "four", "0x10", "1e400", "[4]", "NaN"],
      refusedJson: [0, 33, 1.5, "4", null, true, Number.NaN],
    });
  });

  test("names its bounds in its rule", () => {
    assert.equal(integerCodec({ min: 1, max: 32 }).rule, "must be a whole number from 1 to 32");
  });
});

describe("textCodec", () => {
  test("takes text as it is, or as a JSON string", () => {
    check(textCodec(), {
      texts: [
        ["tls/shared.pfx", "tls/shared.pfx"],
        ['"quoted"', "quoted"],
        ["true", "true"],
        ["42", "42"],
        ["", ""],
        ["[]", "[]"],
        ["\\u0041", "\\u0041"],
        ['"\\"twice\\""', '"twice"'],
      ],
      refused: ["line\nbreak", "nul\0", '"\\u0007"', "x".repeat(1025)],
      refusedJson: [1, null, ["a"], "a\r\nb"],
    });
  });

  test("refuses nothing where something is needed", () => {
    check(textCodec({ minLength: 1 }), { texts: [["spool", "spool"]], refused: ["", '""'], refusedJson: [""] });
  });
});

describe("choiceCodec", () => {
  test("reads its words, spelt exactly so", () => {
    check(choiceCodec(["TLSv1.2", "TLSv1.3"]), {
      texts: [
        ["TLSv1.2", "TLSv1.2"],
        [' "TLSv1.3" ', "TLSv1.3"],
      ],
      refused: ["", "TLSv1.1", "tlsv1.2", "1.2"],
      refusedJson: [1.2, null, "TLSv1", ["TLSv1.2"]],
    });
  });

  test("can have nothing as a word", () => {
    check(choiceCodec(["", "uploaded"]), { texts: [["", ""]], refused: ["up"], refusedJson: [null] });
  });
});

describe("integerListCodec", () => {
  test("reads a JSON array or a comma list", () => {
    check(integerListCodec({ min: 1, max: 65_535, unique: true }), {
      texts: [
        ["[25, 587]", [25, 587]],
        ["25,587", [25, 587]],
        [" 25  587 ", [25, 587]],
        ["2525", [2525]],
        ["", []],
        ["[]", []],
      ],
      refused: ["0", "65536", "25,25", "[25", "25;587", "smtp", '["25"]', "25,,1.5", "{}", "null"],
      refusedJson: [
        25,
        "25",
        [25, 25],
        [0],
        [null],
        [[25]],
        null,
        Array.from({ length: 101 }, (_, index) => index + 1),
      ],
    });
  });

  test("takes a number twice where it may stand twice, and no empty list where one is needed", () => {
    check(integerListCodec({ min: 1, max: 10, minItems: 1 }), {
      texts: [["5,5", [5, 5]]],
      refused: ["", "[]"],
      refusedJson: [[]],
    });
  });
});

describe("cidrListCodec", () => {
  test("reads ranges and bare addresses", () => {
    check(cidrListCodec(), {
      texts: [
        ["10.0.0.0/8, fd00::/8", ["10.0.0.0/8", "fd00::/8"]],
        ["192.0.2.7", ["192.0.2.7/32"]],
        ["2001:DB8::0001", ["2001:db8::1/128"]],
        ["0.0.0.0/0, ::/0", ["0.0.0.0/0", "::/0"]],
        ["10.0.0.0/8 10.0.0.0/8", ["10.0.0.0/8"]],
        ["::ffff:10.0.0.0/104", ["10.0.0.0/8"]],
        ["::ffff:192.0.2.7", ["192.0.2.7/32"]],
        ["", []],
        ['["127.0.0.1"]', ["127.0.0.1/32"]],
      ],
      refused: [
        "10.0.0.0/33",
        "::/129",
        "10.0.0/8",
        "010.0.0.1",
        "0x7f.0.0.1",
        "256.0.0.1",
        "fe80::1%eth0",
        "10.0.0.0/",
        "10.0.0.0/8/8",
        "10.0.0.0/-1",
        "example.org",
        "*",
        "[1]",
      ],
      refusedJson: ["10.0.0.0/8", null, [null], [10], [["10.0.0.0/8"]], {}],
    });
  });

  test("puts host bits right, and says so for each entry", () => {
    for (const [text, range] of [
      ["10.1.2.3/8", "10.0.0.0/8"],
      ["0.0.0.1/0", "0.0.0.0/0"],
      ["192.0.2.7/31", "192.0.2.6/31"],
      ["2001:db8:ffff::1/33", "2001:db8:8000::/33"],
      ["::ffff:10.1.2.3/104", "10.0.0.0/8"],
      ["fe80::1/10", "fe80::/10"],
    ] as const) {
      const note = `${JSON.stringify(text)} has bits set behind its prefix: it was taken as ${range}`;
      assert.deepEqual(cidrListCodec().fromText(text), { value: [range], notes: [note] });
      assert.deepEqual(cidrListCodec().fromJson([range, text]), { value: [range], notes: [note] });
    }
  });

  for (const [text, fault] of [
    ["10.0.0.0/40", "has a prefix of 40 bits, and an IPv4 address has 32"],
    ["2001:db8::/129", "has a prefix of 129 bits, and an IPv6 address has 128"],
    ["::ffff:10.0.0.0/130", "has a prefix of 130 bits, and an IPv6 address has 128"],
    ["10.0.0.0/", "has no prefix length behind its slash"],
    ["10.0.0.0/255.0.0.0", "has a netmask, where the number of its bits is needed, as in 10.0.0.0/8"],
    ["10.0.0.0/eight", "has a prefix length that is no number"],
    ["10.0.0.0/8/8", "has more than one slash"],
    ["10.0.0/8", "is no IPv4 address, which is four numbers from 0 to 255 without leading zeros"],
    ["010.0.0.1", "is no IPv4 address, which is four numbers from 0 to 255 without leading zeros"],
    ["0x7f.0.0.1", "is no IPv4 address, which is four numbers from 0 to 255 without leading zeros"],
    ["2001:db8::g", "is no IPv6 address"],
    ["fe80::1%eth0", "has a zone, which is a name on one host alone"],
    ["relay.example.org", "is a name or a word, and only addresses are compared"],
    ["*", "is no range; everybody is 0.0.0.0/0, ::/0"],
    ["/8", "has no address"],
  ] as const) {
    test(`says what is wrong with ${text}`, () => {
      const rule = ruleOf(cidrListCodec().fromText(`192.0.2.0/24, ${text}`), text);
      assert.equal(rule, `${cidrListCodec().rule}: ${JSON.stringify(text)} ${fault}`);
    });
  }

  test("names all entries that are no ranges, but not at any length", () => {
    const rule = ruleOf(cidrListCodec().fromJson(["a", 1, "b", "::/0"]), "two words and a number");
    assert.match(rule, /"a" is a name or a word.*; 1 is no text; "b" is a name/);
    const long = ruleOf(cidrListCodec().fromJson(Array(1000).fill("x".repeat(5000))), "a thousand long words");
    assert.match(long, /; and 995 more$/);
    assert.ok(long.length < 1000, `${long.length} characters`);
  });
});

describe("hostNameCodec", () => {
  test("reads host names in their canonical form", () => {
    check(hostNameCodec(), {
      texts: [
        ["mail.example.org", "mail.example.org"],
        ["MAIL.Example.ORG.", "mail.example.org"],
        ["relay1", "relay1"],
        // RFC 3492 section 7.1 and the IDNA example of many registries.
        ["bücher.example", "xn--bcher-kva.example"],
        ["1and1.example", "1and1.example"],
        [`${"a".repeat(63)}.example`, `${"a".repeat(63)}.example`],
      ],
      refused: [
        "",
        "1.2.3.4",
        "123",
        "[::1]",
        "::1",
        "a_b.example",
        "-a.example",
        "a-.example",
        "a..b",
        "mail example",
        "mail.example:25",
        "user@example",
        "mail/example",
        "bü%41.example",
        `${"a".repeat(64)}.example`,
        `${"a.".repeat(127)}ab`,
        "a\r\nb",
      ],
      refusedJson: [null, 5, ["mail.example.org"]],
    });
  });
});
