/** Requests that are broken in every way, made by fast-check from whole ones. */
import fc from "fast-check";
import { joinBytes } from "./join_bytes.ts";
import type { DraftContent, DraftPart, DraftRequest, WrittenRequest } from "./openapi_request.ts";
import { formBoundary } from "./openapi_request.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const encoder = new TextEncoder();
const toBytes = (text: string): Bytes => encoder.encode(text);

/** Where to break something: a fraction of what there is, so that it fits whatever the request has. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Texts that mean something to a reader of headers, addresses, files or logs, and texts that mean nothing. */
const hostileText = fc.oneof(
  fc.constantFrom(
    "",
    "x\r\nX-Injected: 1",
    "x\nX-Injected: 1",
    "x\r",
    "\u001b[31mred\u001b]0;title\u0007",
    "a\0b",
    "\ud800",
    "\udfff lone",
    "\u0085next\u2028line",
    "=?utf-8?q?a=0D=0AX-Injected:_1?= <a@example.org>",
    "=?utf-8?b?Gw==?=",
    "a@b@c",
    '"a\r\nb"@example.org',
    '"a@b"@example.org, <you@example.net',
    "(((((((((((((((((((",
    "@a,@b:you@example.net",
    "a@[IPv6:::1]",
    "a@xn--",
    "../../etc/passwd",
    "%00%0d%0a%1b",
    "A===",
    "Zm9v!",
    "text/plain\r\nX-Injected: 1",
    "__proto__",
    "constructor",
  ),
  fc.constantFrom("x", "a,", "\\", '"', "é", "(", "<", "a@b.c,").map((unit) => unit.repeat(20_000)),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 30 }),
);

const hostileValue = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, 0, -1.5e308, [], {}, [[]], [null], [{}], { toString: 1 }),
  fc.constantFrom(60, 70, 500).map(nested),
  fc.constantFrom("x", "@example.net").map((end) => Array.from({ length: 3000 }, (_, index) => `${index}${end}`)),
  hostileText.map((name) => withOwn({}, name, "x")),
  fc.jsonValue({ maxDepth: 3 }),
);

function nested(depth: number): unknown {
  return Array(depth)
    .fill(null)
    .reduce((inner: unknown) => [inner], "x");
}

/** Sets `__proto__` as any other name. */
function withOwn(target: object, name: string, value: unknown): object {
  return Object.fromEntries([...Object.entries(target), [name, value]]);
}

type Damage = (request: DraftRequest) => DraftRequest;

function onJson(change: (value: unknown) => unknown): Damage {
  return onContent((content) => (content.kind === "json" ? { kind: "json", value: change(content.value) } : content));
}

function onParts(change: (parts: readonly DraftPart[]) => readonly DraftPart[]): Damage {
  return onContent((content) => (content.kind === "form" ? { kind: "form", parts: change(content.parts) } : content));
}

function onContent(change: (content: DraftContent) => DraftContent): Damage {
  return (request) => ({ ...request, content: change(request.content) });
}

/** Puts `change` of it in place of one of the values in `value`, or of `value` itself. */
function changeWithin(value: unknown, at: number, change: (value: unknown) => unknown): unknown {
  if (typeof value !== "object" || value === null) return change(value);
  const names = Object.keys(value);
  const chosen = Math.floor(at * (names.length + 1));
  if (chosen === names.length) return change(value);
  const rest = at * (names.length + 1) - chosen;
  const entries = Object.entries(value).map(([name, child], index) => [
    name,
    index === chosen ? changeWithin(child, rest, change) : child,
  ]);
  return Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

const jsonDamage = fc.oneof(
  fc.tuple(place, hostileValue).map(([at, value]) => onJson((whole) => changeWithin(whole, at, () => value))),
  fc
    .tuple(place, hostileText, hostileValue)
    .map(([at, name, value]) =>
      onJson((whole) => changeWithin(whole, at, (inner) => (isObject(inner) ? withOwn(inner, name, value) : value))),
    ),
  fc
    .constantFrom("from", "to", "subject")
    .map((name) =>
      onJson((whole) => Object.fromEntries(Object.entries(whole as object).filter(([field]) => field !== name))),
    ),
);

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const hostileBytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Uint8Array.from(bytes)),
  fc
    .constantFrom<number[]>([0xff, 0xfe], [0xc3], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], [0], [0x0d], [0x1b])
    .map((bytes) => Uint8Array.from(bytes)),
  hostileText.map((text) => toBytes(text)),
  fc
    .constantFrom("[", '{"a":', "\r\n", `\r\n--${formBoundary}`, "Received: x\r\n", "a: b\n")
    .map((unit) => toBytes(unit.repeat(5000))),
);

/** A `?` stands for bytes of any kind. */
const partHeaders = fc
  .tuple(
    fc.constantFrom(
      "?",
      'Content-Disposition: form-data; name="to"\r\nContent-Type: ?',
      'Content-Disposition: form-data; name="attachment"; filename="?"',
      'Content-Disposition: form-data; name="attachment"; filename="a"\r\nContent-Type: ?',
      'Content-Disposition: form-data; name="inline"; filename*=?',
      "Content-Disposition: form-data; name=\"inline\"; filename*=utf-8''?",
    ),
    fc.oneof(
      hostileBytes,
      fc.constantFrom("utf-8''%ff%0d%0ax", "bogus''x", "utf-16''%00%d8", "''", "\"b\\ogus''x\"").map(toBytes),
    ),
  )
  .map(([headers, bytes]) => {
    const [start = "", end = ""] = headers.split("?");
    return joinBytes([toBytes(start), bytes, toBytes(end)]);
  });

const partChange: fc.Arbitrary<(part: DraftPart) => readonly DraftPart[]> = fc.oneof(
  hostileText.map((name) => (part: DraftPart) => [{ ...part, name }]),
  hostileText.map((name) => (part: DraftPart) => [{ ...part, name: `h:${name}` }]),
  hostileText.map((filename) => (part: DraftPart) => [{ ...part, name: "attachment", filename }]),
  hostileText.map((contentType) => (part: DraftPart) => [{ ...part, name: "attachment", filename: "a", contentType }]),
  partHeaders.map((rawHeaders) => (part: DraftPart) => [{ ...part, rawHeaders }]),
  hostileBytes.map((content) => (part: DraftPart) => [{ ...part, content }]),
  fc.constantFrom(0, 2, 2500).map((times) => (part: DraftPart) => Array<DraftPart>(times).fill(part)),
);

const formDamage = fc.tuple(place, partChange).map(([at, change]) =>
  onParts((parts) => {
    const chosen = Math.floor(at * parts.length);
    return parts.flatMap((part, index) => (index === chosen ? change(part) : [part]));
  }),
);

const rawDamage = fc.oneof(
  fc
    .tuple(fc.constantFrom("From", "To", "Sender", "Bcc", "Subject", "X-Dispatch-Tag", "Received", ""), hostileText)
    .map(([name, value]) => onBytes((message) => joinBytes([toBytes(`${name}: ${value}\r\n`), message]))),
  // So large a message goes into a file, a larger one is too large.
  fc
    .constantFrom(6_000, 20_000)
    .map((times) => onBytes((message) => joinBytes([message, toBytes(`${"x".repeat(60)}\r\n`.repeat(times))]))),
);

function onBytes(change: (bytes: Bytes) => Bytes): Damage {
  return onContent((content) => (content.kind === "bytes" ? { kind: "bytes", bytes: change(content.bytes) } : content));
}

/** What a header may hold on the wire: anything but NUL, CR and LF, one byte a character. */
const headerText = hostileText.map((text) =>
  text
    .replaceAll(/[\0\r\n]|[^\0-\xff]/g, "?")
    .slice(0, 300)
    .trim(),
);

const contentTypes = fc.oneof(
  headerText,
  fc.constantFrom(
    "application/json",
    "application/json; charset=utf-7",
    "APPLICATION/JSON;charset=\u001b[31m",
    "message/rfc822; charset=utf-16",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary="a b c"',
    `multipart/form-data; boundary=${"x".repeat(71)}`,
    `multipart/form-data; boundary=${formBoundary.slice(1)}`,
    "multipart/form-data; boundary=\xff",
    "multipart/mixed; boundary=x",
    "application/x-www-form-urlencoded",
    "__proto__",
    "constructor",
  ),
);

const headerDamage: fc.Arbitrary<Damage> = fc
  .oneof(
    contentTypes.map((value) => ["content-type", value] as const),
    headerText.map((value) => ["idempotency-key", value] as const),
    fc.constant(["idempotency-key", "order-1"] as const),
    fc.constantFrom("0", "1", "99999999999999", "-1", "1e3", "x").map((value) => ["content-length", value] as const),
    fc.constantFrom("gzip", "identity", "", "br, gzip").map((value) => ["content-encoding", value] as const),
    headerText.map((value) => ["authorization", value] as const),
  )
  .map(([name, value]) => (request) => ({ ...request, headers: { ...request.headers, [name]: value } }));

const queryDamage: fc.Arbitrary<Damage> = fc
  .tuple(fc.oneof(fc.constantFrom("from", "to", "limit", "status", "cursor"), hostileText), hostileText)
  .map(([name, value]) => (request) => ({ ...request, query: [...request.query, [name, value.slice(0, 5000)]] }));

const idDamage: fc.Arbitrary<Damage> = hostileText
  .filter((text) => !/^\.{0,2}$/.test(text))
  .map((text) => encodeURIComponent(text.toWellFormed().slice(0, 5000)))
  .chain((id) => fc.constantFrom(id, "%", "%zz", "%ff", "%2F", `spl_${"0".repeat(31)}1`))
  .map((id) => (request) => ({
    ...request,
    inPath: Object.fromEntries(Object.keys(request.inPath).map((name) => [name, id])),
  }));

const onAny = fc.oneof(headerDamage, queryDamage);

/** What can be wrong with a request, by what it holds. */
const damageOf: Readonly<Record<DraftContent["kind"], fc.Arbitrary<Damage>>> = {
  none: fc.oneof(onAny, idDamage),
  json: fc.oneof(onAny, { weight: 3, arbitrary: jsonDamage }),
  form: fc.oneof(onAny, { weight: 3, arbitrary: formDamage }),
  bytes: fc.oneof(onAny, { weight: 3, arbitrary: rawDamage }),
};

/** A request with up to three things wrong, before it is written down. */
export function arbitraryDamage(request: fc.Arbitrary<DraftRequest>): fc.Arbitrary<DraftRequest> {
  return request.chain((whole) =>
    fc
      .array(damageOf[whole.content.kind], { minLength: 1, maxLength: 3 })
      .map((damages) => damages.reduce((damaged, damage) => damage(damaged), whole)),
  );
}

function asUtf16(ascii: Bytes): Bytes {
  const wide = new Uint8Array(2 * ascii.length);
  for (let i = 0; i < ascii.length; i++) wide[2 * i] = ascii[i]!;
  return wide;
}

type WireDamage = (body: Bytes) => Pick<WrittenRequest, "breaksOff"> & { readonly body: Bytes };

const wireDamage: fc.Arbitrary<WireDamage> = fc.oneof(
  place.map((at) => (body: Bytes) => ({ body: body.slice(0, at * body.length), breaksOff: false })),
  place.map((at) => (body: Bytes) => ({ body: body.slice(0, at * body.length), breaksOff: true })),
  fc.tuple(place, hostileBytes).map(([at, noise]) => (body: Bytes) => ({
    body: joinBytes([body.subarray(0, at * body.length), noise, body.subarray(at * body.length)]),
    breaksOff: false,
  })),
  fc.constant((body: Bytes) => ({ body: asUtf16(body), breaksOff: false })),
);

/** A request whose body is broken as it is sent. */
export function arbitraryWireDamage(request: fc.Arbitrary<WrittenRequest>): fc.Arbitrary<WrittenRequest> {
  return fc
    .tuple(request, wireDamage)
    .map(([whole, damage]) => (whole.body === null ? whole : { ...whole, ...damage(whole.body) }));
}
