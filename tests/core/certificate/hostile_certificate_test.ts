/** Certificates that were made to do harm: what they hold is shown bounded and on one line, or they are refused. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { MaterialCheck } from "../../../core/certificate/check_material.ts";
import { judgeParts } from "../../../core/certificate/judge_parts.ts";
import { singleLine } from "../../../core/certificate/single_line.ts";
import {
  certificateFile,
  type Issued,
  type IssueRequest,
  issue,
  keyFile,
  makeParts,
  nowMs,
  serverName,
} from "./authority.ts";

/** What breaks a line, hides text or turns its direction. */
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
/** More than all findings and facts of a good certificate, and far less than a page can't show. */
const MOST_CHARACTERS = 20_000;

let good: Issued;
before(async () => {
  good = await make();
});

function make(request: Partial<IssueRequest> = {}): Promise<Issued> {
  return issue(crypto, { name: `CN=${serverName}`, ...request });
}

async function judge(der: ArrayBuffer, issued = good): Promise<MaterialCheck> {
  const certificates = certificateFile([{ ...issued, der }]);
  return await judgeParts(makeParts({ certificates, keys: keyFile([issued]) }), { crypto, nowMs, serverName });
}

/** All texts in a check, at any depth. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function assertFitToShow({ findings, facts }: MaterialCheck, mostCharacters = MOST_CHARACTERS): void {
  const texts = [...textsOf(findings), ...textsOf(facts)];
  for (const text of texts) assert.doesNotMatch(text, UNFIT);
  assert.ok(texts.join("").length < mostCharacters, String(texts.join("").length));
}

/** Replaces bytes in a certificate by as many others. */
function patch(der: ArrayBuffer, from: string, to: string): ArrayBuffer {
  assert.equal(from.length, to.length);
  const bytes = new Uint8Array(der.slice(0));
  const wanted = new TextEncoder().encode(from);
  let isThere = false;
  for (let index = 0; index + wanted.length <= bytes.length; index += 1) {
    if (!wanted.every((byte, ahead) => bytes[index + ahead] === byte)) continue;
    for (let ahead = 0; ahead < to.length; ahead += 1) bytes[index + ahead] = to.charCodeAt(ahead);
    isThere = true;
  }
  assert.ok(isThere, `${from} is not in the certificate`);
  return bytes.buffer;
}

test("singleLine escapes what can't be shown as its UTF-8 bytes, and cuts what is too long", () => {
  assert.equal(singleLine("CN=a\r\nb", 20), "CN=a\\0D\\0Ab");
  assert.equal(singleLine("a\u202eb\ud800", 20), "a\\E2\\80\\AEb\\EF\\BF\\BD");
  assert.equal(singleLine("Zürich \u{1f512} 東京", 20), "Zürich \u{1f512} 東京");
  assert.equal(singleLine("abcdef", 6), "abcdef");
  assert.equal(singleLine("abcdefg", 6), "abcde…");
  assert.equal(singleLine("\n".repeat(6), 6), "\\0A\\0…");
});

test("judgeParts shows a name with line breaks on one line, in facts and findings", async () => {
  const root = await make({ name: "CN=Root" });
  const issued = await make({ name: "CN=a1234b, O=c1234d", issuer: root, dnsNames: ["x1234.example"] });
  const check = await judge(patch(issued.der, "1234", "\r\n\u001b\u0000"), issued);
  assertFitToShow(check);
  assert.equal(check.facts?.subject, "CN=a\\0D\\0A\\1B\\00b, O=c\\0D\\0A\\1B\\00d");
  assert.deepEqual(check.facts?.dnsNames, ["x\\0D\\0A\\1B\\00.example"]);
});

test("judgeParts shows the first 500 of thousands of names, and knows them all", async () => {
  const dnsNames = [...Array.from({ length: 5000 }, (_, index) => `h${index}.example.org`), serverName];
  const issued = await make({ dnsNames });
  const check = await judge(issued.der, issued);
  assert.equal(check.facts?.dnsNames.length, 500);
  assert.deepEqual(check.findings, []);
});

test("judgeParts shows an endless name and serial number cut off", async () => {
  const issued = await make({ name: `CN=${"x".repeat(100_000)}`, serialNumber: "7f".repeat(5000) });
  const check = await judge(issued.der, issued);
  assertFitToShow(check);
  assert.equal(check.facts?.subject.length, 256);
  assert.equal(check.facts?.serial.length, 64);
});

test("judgeParts lists few of many usages", async () => {
  const extendedKeyUsage = Array.from({ length: 1000 }, (_, index) => `1.2.3.${index}`);
  const issued = await make({ extendedKeyUsage });
  const check = await judge(issued.der, issued);
  assertFitToShow(check, 2000);
  assert.deepEqual(codesOf(check), ["not_for_servers"]);
});

test("judgeParts calls a certificate broken whose times can't be, or that has bytes behind it", async () => {
  const stamp = "260502000000Z";
  for (const [der, reason] of [
    [patch(good.der, stamp, "26AB02000000Z"), /a time in it can't be read/],
    [(await make({ days: [10, -10] })).der, /its validity ends before it begins/],
    [new Uint8Array([...new Uint8Array(good.der), 0, 0]).buffer, /more bytes follow it/],
  ] as const) {
    const check = await judge(der);
    assert.equal(codesOf(check)[0], "broken_certificate");
    assert.match(check.findings[0]!.message, reason);
    assert.equal(check.findings[0]!.file, "cert.pem");
    assert.equal(check.identity, null);
  }
});

test("judgeParts takes a certificate that never expires", async () => {
  const issued = await make({ days: [-1, 2_900_000] });
  assert.equal((await judge(issued.der, issued)).facts?.notAfter.startsWith("99"), true);
});

test("judgeParts never throws, whichever byte of a certificate is another, and lets none pass with an error", async () => {
  const original = new Uint8Array(good.der);
  for (let index = 0; index < original.length; index += 1) {
    const bytes = original.slice();
    bytes[index]! ^= index % 2 === 0 ? 0xff : 0x01;
    const check = await judge(bytes.buffer);
    assertFitToShow(check);
    assert.equal(
      check.identity === null,
      check.findings.some(({ severity }) => severity === "error"),
      `byte ${index}`,
    );
  }
});

test("judgeParts never throws, whichever byte of a key is another, and serves none that does not sign", async () => {
  const original = new Uint8Array(good.pkcs8Der);
  for (let index = 0; index < original.length; index += 1) {
    const bytes = original.slice();
    bytes[index]! ^= 0x01;
    const keys = keyFile([{ ...good, pkcs8Der: bytes.buffer }]);
    const parts = makeParts({ certificates: certificateFile([good]), keys });
    const check = await judgeParts(parts, { crypto, nowMs, serverName });
    assert.ok(check.identity !== null || codesOf(check).includes("key_mismatch"), `byte ${index}`);
  }
});

function codesOf({ findings }: MaterialCheck): string[] {
  return findings.map(({ code }) => code);
}
