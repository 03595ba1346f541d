/** Messages of every make become people, texts, files and fields; nothing is lost without a word. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import PostalMime from "postal-mime";
import { isDispatchError } from "../../../../core/error/mod.ts";
import { compose, type OutgoingMessage } from "../../../../core/mail/compose.ts";
import type { HttpMessage } from "../../../../core/relay/http/http_api.ts";
import { mapMessage } from "../../../../core/relay/http/map_message.ts";
import type { MappedMessage } from "../../../../core/relay/http/mapped_message.ts";
import { joinBytes } from "../../../support/join_bytes.ts";
import { richMimeText } from "../../../support/rich_mime.ts";
import { bytesOf } from "../../mail/message_text.ts";

const head = "From: Alice <alice@example.org>\r\nTo: bob@example.net\r\nSubject: Hi\r\n";

function asMessage(text: string, change: Partial<HttpMessage> = {}): HttpMessage {
  return {
    id: "spl_01890000000070008000000000000001",
    sender: "bounces@example.org",
    recipients: ["bob@example.net"],
    tags: [],
    mime: new Uint8Array(bytesOf(text)),
    ...change,
  };
}

function map(text: string, change: Partial<HttpMessage> = {}) {
  return mapMessage(asMessage(text, change), "sendgrid");
}

async function refusalOf(text: string, change: Partial<HttpMessage> = {}): Promise<string> {
  try {
    await map(text, change);
  } catch (error) {
    assert.ok(isDispatchError(error, "message_inexpressible"), String(error));
    return (error.facts as { what: string }).what;
  }
  return "none";
}

function multipart(subtype: string, ...parts: string[]): string {
  const boundary = `b_${subtype.replace(/\W/g, "_")}_${parts.length}`;
  return `Content-Type: multipart/${subtype}; boundary="${boundary}"\r\n\r\n${parts
    .map((part) => `--${boundary}\r\n${part}\r\n`)
    .join("")}--${boundary}--\r\n`;
}

const plain = "Content-Type: text/plain; charset=utf-8\r\n\r\nHello";
const html = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hello</p>";
const png =
  "Content-Type: image/png; name=a.png\r\nContent-ID: <a@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==";

test("mapMessage tells people, subject and text", async () => {
  const mapped = await map(`${head}Reply-To: "Desk, Help" <help@example.org>, x@example.org\r\n\r\nHello\r\nBob\r\n`);
  assert.deepEqual(mapped, {
    from: { name: "Alice", address: "alice@example.org" },
    replyTo: [
      { name: "Desk, Help", address: "help@example.org" },
      { name: "", address: "x@example.org" },
    ],
    to: [{ name: "", address: "bob@example.net" }],
    cc: [],
    bcc: [],
    subject: "Hi",
    text: "Hello\nBob",
    html: null,
    headers: [],
    tags: [],
    attachments: [],
    omitted: [],
  });
});

test("mapMessage puts recipients where the header names them, and the rest into bcc", async () => {
  const mapped = await map(
    "From: a@example.org\r\nTo: Bob <BOB@example.net>, =?utf-8?B?w4VzYQ==?= <asa@example.net>\r\nCc: Carl <carl@example.net>\r\nBcc: eve@example.net\r\n\r\nx",
    { recipients: ["carl@example.net", "eve@example.net", "asa@example.net", "bob@example.net", "dan@example.net"] },
  );
  assert.deepEqual(mapped.to, [
    { name: "Bob", address: "bob@example.net" },
    { name: "Åsa", address: "asa@example.net" },
  ]);
  assert.deepEqual(mapped.cc, [{ name: "Carl", address: "carl@example.net" }]);
  assert.deepEqual(
    mapped.bcc.map(({ address }) => address),
    ["eve@example.net", "dan@example.net"],
  );
  assert.deepEqual(mapped.omitted, []);
});

test("mapMessage leaves out who is named without being a recipient, and says so", async () => {
  const text = "From: a@example.org\r\nTo: bob@example.net, else@example.com\r\nCc: bob@example.net\r\n\r\nx";
  const mapped = await map(text);
  assert.deepEqual(mapped.to, [{ name: "", address: "bob@example.net" }]);
  assert.deepEqual([...mapped.cc, ...mapped.bcc], []);
  assert.deepEqual(mapped.omitted, ["mention of else@example.com, bob@example.net in To or Cc"]);
});

test("mapMessage keeps all other fields in order, as they are written", async () => {
  const fields =
    "Message-ID: <1@example.org>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nSender: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\nIn-Reply-To: <0@example.org>\r\nReferences: <0@example.org>\r\n\t<00@example.org>\r\nList-Unsubscribe: <https://example.org/u>\r\nX-Two: 1\r\nx-two: 2\r\nAuto-Submitted: auto-generated\r\n";
  const { headers, omitted } = await map(`${head}${fields}\r\nx`);
  assert.deepEqual(
    headers.map(({ name, value }) => `${name}: ${value}`),
    fields.replaceAll("\r\n\t", " ").trimEnd().split("\r\n"),
  );
  assert.deepEqual(omitted, []);
});

test("mapMessage drops trace fields in silence, and signatures that it breaks with a word", async () => {
  const { headers, omitted } = await map(
    `Received: by x\r\nReturn-Path: <a@b>\r\nDKIM-Signature: v=1; b=x\r\nARC-Seal: i=1\r\n${head}\r\nx`,
  );
  assert.deepEqual(headers, []);
  assert.deepEqual(omitted, ["header DKIM-Signature", "header ARC-Seal"]);
});

test("mapMessage takes the first of two subjects, and mentions the other", async () => {
  const mapped = await map(`${head}Subject: =?utf-8?Q?two=0D=0ABcc:_x?=\r\n\r\nx`);
  assert.equal(mapped.subject, "Hi");
  assert.deepEqual(mapped.omitted, ["a second Subject"]);
});

test("mapMessage has no line break in a subject or a name, however it is encoded", async () => {
  const word = "=?utf-8?Q?two=0D=0ABcc=3A_x?=";
  const mapped = await map(
    `From: ${word} <a@example.org>\r\nTo: ${word} <bob@example.net>\r\nSubject: ${word}\r\n\r\nx`,
  );
  assert.deepEqual([mapped.from.name, mapped.to[0]?.name, mapped.subject], Array(3).fill("two Bcc: x"));
});

test("mapMessage encodes fields that are not ASCII, where their grammar allows it", async () => {
  const utf8 = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));
  const { headers, omitted } = await map(
    utf8(`${head}X-Place: Zürich\r\nSender: Jürgen <j@example.org>\r\nReferences: <ü@example.org>\r\n\r\nx`),
  );
  assert.deepEqual(headers, [
    { name: "X-Place", value: "=?UTF-8?Q?Z=C3=BCrich?=" },
    { name: "Sender", value: "=?UTF-8?Q?J=C3=BCrgen?= <j@example.org>" },
  ]);
  assert.deepEqual(omitted, ["header References"]);
});

test("mapMessage refuses what would lose its meaning, and says what it is", async () => {
  const cases: [text: string, reason: RegExp][] = [
    [`${head}${multipart("signed", plain, "Content-Type: application/pgp-signature\r\n\r\nx")}`, /signed/],
    [`${head}${multipart("mixed", multipart("signed", plain, plain), plain)}`, /signed/],
    [`${head}${multipart("encrypted", plain, plain)}`, /encrypted/],
    [`${head}Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx`, /signed or encrypted/],
    [`${head}Content-Type: message/partial; id=x; number=1\r\n\r\nx`, /piece/],
    ["From: a@example.org, b@example.org\r\n\r\nx", /several/],
    ["From: a@example.org\r\nFrom: b@example.org\r\n\r\nx", /several/],
    [`${head}X-Odd: a\0b\r\n\r\nx`, /x-odd.*control/],
  ];
  for (const [text, reason] of cases) assert.match(await refusalOf(text), reason, text);
  assert.match(await refusalOf("Subject: x\r\n\r\nx", { sender: "" }), /sender/);
});

test("mapMessage lets the envelope's sender stand in for a From without an address", async () => {
  for (const from of ["", "From: root\r\n", "From: undisclosed:;\r\n"]) {
    const mapped = await map(`${from}To: bob@example.net\r\n\r\nx`);
    assert.deepEqual(mapped.from, { name: "", address: "bounces@example.org" });
    assert.match(mapped.omitted.join(), /From.*bounces@example\.org/);
  }
});

test("mapMessage tells alternatives, inline images and files apart", async () => {
  const shown = multipart("related", html.replace("<p>", '<img src="cid:a@x"><p>'), png);
  const file =
    "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=UTF-8''%C3%BC.pdf\r\n\r\n%PDF";
  const mapped = await map(`${head}${multipart("mixed", multipart("alternative", plain, shown), file)}`);
  assert.equal(mapped.text, "Hello");
  assert.equal(mapped.html, '<img src="cid:a@x"><p>Hello</p>');
  assert.deepEqual(
    mapped.attachments.map(({ content, ...rest }) => ({ ...rest, content: [...content] })),
    [
      {
        filename: "a.png",
        mediaType: "image/png",
        contentType: "image/png",
        disposition: "inline",
        contentId: "a@x",
        content: [0x89, 0x50, 0x4e, 0x47],
      },
      {
        filename: "ü.pdf",
        mediaType: "application/pdf",
        contentType: "application/pdf",
        disposition: "attachment",
        contentId: null,
        content: [...bytesOf("%PDF")],
      },
    ],
  );
  assert.deepEqual(mapped.omitted, []);
});

test("mapMessage shows the part of a related body that is named as its start", async () => {
  const start = html.replace("\r\n\r\n", "\r\nContent-ID: <start@x>\r\n\r\n");
  const mapped = await map(`${head}${multipart('related; start="<start@x>"', png, start)}`);
  assert.equal(mapped.html, "<p>Hello</p>");
  assert.deepEqual(
    mapped.attachments.map(({ filename }) => filename),
    ["a.png"],
  );
});

test("mapMessage tells of text that is not of its charset", async () => {
  const { text, omitted } = await map(`${head}Content-Type: text/plain; charset=euc-kr\r\n\r\n\xff\xff`);
  assert.match(text ?? "", /\ufffd/);
  assert.deepEqual(omitted, ["characters that are none of euc-kr"]);
});

test("mapMessage attaches an invitation, and says that it was an alternative", async () => {
  const calendar = "Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR";
  const { text, attachments, omitted } = await map(`${head}${multipart("alternative", plain, calendar)}`);
  assert.equal(text, "Hello");
  assert.equal(attachments[0]?.contentType, "text/calendar; method=REQUEST; charset=utf-8");
  assert.equal(attachments[0]?.filename, "part-1.ics");
  assert.deepEqual(attachments[0]?.content, bytesOf("BEGIN:VCALENDAR\r\nEND:VCALENDAR"));
  assert.deepEqual(omitted, ["text/calendar as an alternative to the text: it is attached"]);
});

test("mapMessage keeps a message within a message byte for byte, signed or not", async () => {
  const inner = `From: c@example.org\r\nSubject: in\r\n${multipart("signed", plain, plain)}`;
  const { attachments } = await map(
    `${head}${multipart("mixed", plain, `Content-Type: message/rfc822\r\n\r\n${inner}`)}`,
  );
  assert.deepEqual(attachments[0]?.content, bytesOf(inner));
  assert.equal(attachments[0]?.filename, "part-1.eml");
});

test("mapMessage maps a body that is no text to a file", async () => {
  const mapped = await map(`${head}Content-Type: application/pdf; name="=?utf-8?Q?=C3=BC.pdf?="\r\n\r\n%PDF\r\n`);
  assert.deepEqual([mapped.text, mapped.html], [null, null]);
  assert.equal(mapped.attachments[0]?.filename, "ü.pdf");
  assert.deepEqual(mapped.attachments[0]?.content, bytesOf("%PDF\r\n"));
});

test("mapMessage reads text in other charsets, and text without an end", async () => {
  const cases: [type: string, body: string, text: string][] = [
    ["text/plain; charset=iso-8859-1", "Z\xfcrich", "Zürich"],
    [
      "text/plain; charset=windows-1251\r\nContent-Transfer-Encoding: quoted-printable",
      "=CF=F0=E8=\r\n=E2=E5=F2",
      "Привет",
    ],
    ["text/plain; charset=iso-2022-jp", "\x1b$B$3$s\x1b(B", "こん"],
    ["text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64", "SABpAAoA", "Hi"],
    ["text/plain; format=flowed; delsp=yes", "a lo \r\nng\r\nline", "a long\nline"],
    ["text/plain; charset=unheard-of", "plain", "plain"],
    ["nonsense", "plain", "plain"],
    ["multipart/mixed", "no boundary", "no boundary"],
    ['multipart/mixed; boundary="x"', "--y\r\n\r\nnever there", "--y\n\nnever there"],
    ['multipart/mixed; boundary="x"', "--x\r\n\r\nnever closed", "never closed"],
  ];
  for (const [type, body, text] of cases) {
    const mapped = await map(`${head}Content-Type: ${type}\r\n\r\n${body}`);
    assert.equal(mapped.text, text, type);
    assert.deepEqual(mapped.attachments, [], type);
  }
});

test("mapMessage joins the texts of a sequence, as HTML where one of them is HTML", async () => {
  const footer = "Content-Type: text/plain\r\n\r\na < b";
  assert.equal((await map(`${head}${multipart("mixed", plain, png, footer)}`)).text, "Hello\na < b");
  const mapped = await map(`${head}${multipart("mixed", html, footer)}`);
  assert.deepEqual([mapped.text, mapped.html], [null, "<p>Hello</p>\n<div>a &#60; b</div>"]);
});

test("mapMessage bounds depth and number of parts", async () => {
  let nested = plain;
  for (let depth = 0; depth < 20; depth++) nested = multipart(`mixed; depth=${depth}`, nested);
  assert.match(await refusalOf(`${head}${nested}`), /nested/);
  assert.match(await refusalOf(`${head}${multipart("mixed", ...Array<string>(1001).fill(plain))}`), /1000 parts/);
});

test("mapMessage maps or refuses whatever arrives, and has no line break where none may be", async () => {
  const piece = fc.oneof(
    fc.constantFrom(...richMimeText.split(/(?<=\r\n)/)),
    fc.constantFrom("--outer\r\n", "--inner\r\n", "--shown--\r\n", "\r\n", "\r", " ", ";", '"', "=?utf-8?B?", "<", ":"),
    fc.string({ unit: "binary-ascii", maxLength: 40 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
      let mapped: MappedMessage;
      try {
        mapped = await map(pieces.join(""));
      } catch (error) {
        assert.ok(isDispatchError(error, "message_inexpressible"), String(error));
        return;
      }
      const { from, replyTo, to, cc, subject, headers, attachments } = mapped;
      const lines = [
        subject,
        ...[from, ...replyTo, ...to, ...cc].flatMap(({ name, address }) => [name, address]),
        ...headers.flatMap(({ name, value }) => [name, value]),
        ...attachments.flatMap(({ filename, contentType, contentId }) => [filename, contentType, contentId ?? ""]),
      ];
      for (const line of lines) assert.doesNotMatch(line, /\p{Cc}/u);
    }),
    { numRuns: 500 },
  );
});

test("mapMessage reads back what compose wrote, as postal-mime does", async () => {
  const name = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replace(/[\p{C}\s]+/gu, " ").trim());
  const text = fc.string({ unit: "grapheme", maxLength: 200 }).map((value) => value.replace(/[\r\0]|\p{Cs}/gu, ""));
  const file = fc.record({
    filename: name.map((value) => `f${value.replace(/[\\/"]/g, "")}.bin`),
    content: fc.uint8Array({ maxLength: 300 }),
    contentId: fc.option(fc.stringMatching(/^[a-z0-9]{1,20}@x$/), { nil: undefined }),
  });
  const message = fc.record({
    fromName: name,
    subject: name,
    text: fc.option(text, { nil: undefined }),
    html: fc.option(text, { nil: undefined }),
    files: fc.array(file, { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(message, async ({ fromName, subject, files, ...texts }) => {
      const outgoing: OutgoingMessage = {
        from: { name: fromName, address: "a@example.org" },
        to: [{ name: fromName, address: "bob@example.net" }],
        subject,
        ...texts,
        attachments: files.map((each) => ({ ...each, contentType: "application/x-thing" })),
        dateMs: 0,
        messageId: "1@example.org",
      };
      const mime = new Uint8Array(joinBytes([...compose(outgoing)]));
      const mapped = await mapMessage({ ...asMessage(""), mime }, "sendgrid");
      const read = await PostalMime.parse(mime);
      assert.deepEqual(mapped.from, outgoing.from);
      assert.equal(mapped.subject, subject);
      assert.equal(mapped.text ?? "", (read.text ?? "").replace(/\n$/, ""));
      assert.equal(mapped.html ?? "", (read.html ?? "").replace(/\n$/, ""));
      assert.deepEqual(
        mapped.attachments.map(({ filename, content, contentId }) => [filename, [...content], contentId ?? undefined]),
        read.attachments.map((each) => [
          each.filename,
          [...new Uint8Array(each.content as ArrayBuffer)],
          each.contentId?.slice(1, -1),
        ]),
      );
      assert.deepEqual(mapped.omitted, []);
    }),
    { numRuns: 200 },
  );
});
