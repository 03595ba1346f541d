/** What other programs make of a composed message: Python's email package, in both of its policies. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { compose, type OutgoingMessage } from "../../core/mail/compose.ts";

/** Reads a message and prints what it found; `compat32` is the parser that most programs use. */
const program = `
import base64, email, email.policy, email.header, json, sys
policy = {"default": email.policy.default, "compat32": email.policy.compat32}[sys.argv[1]]
message = email.message_from_bytes(sys.stdin.buffer.read(), policy=policy)
def decoded(value):
    return None if value is None else str(email.header.make_header(email.header.decode_header(str(value))))
print(json.dumps({
    "subject": decoded(message["Subject"]),
    "to": decoded(message["To"]),
    "custom": decoded(message["X-Unicode"]),
    "defects": [str(d) for part in message.walk() for d in part.defects],
    "parts": [{
        "type": part.get_content_type(),
        "filename": part.get_filename(),
        "disposition": part.get_content_disposition(),
        "content": base64.b64encode(part.get_payload(decode=True)).decode(),
    } for part in message.walk() if not part.is_multipart()],
}))
`;

const message: OutgoingMessage = {
  from: { name: "Jörg Müller", address: "joerg@example.org" },
  to: [{ name: "Größe, Jürgen", address: "juergen@example.org" }],
  subject: "Ein langer Betreff mit Umlauten: äöü ÄÖÜ ß, 日本語 und 😀, der über mehrere Zeilen geht",
  text: "Grüße = \r\n \r\n.\r\nFrom here\t\r\nlast line without a break",
  html: `<p>${"ü".repeat(500)}</p>\r\n`,
  headers: { "X-Unicode": "Wert für später" },
  attachments: [
    {
      filename: "Übersicht über das erste Quartal mit allen Zahlen und sehr langem Namen.pdf",
      contentType: "application/pdf",
      content: Uint8Array.from({ length: 50_000 }, (_, i) => i * 13),
    },
    { filename: 'a "quoted" \\ name.txt', contentType: "text/plain; charset=utf-8", content: new Uint8Array(0) },
    { filename: "logo.png", contentType: "image/png", content: Uint8Array.of(1, 2, 3), contentId: "logo" },
  ],
  dateMs: Date.UTC(2026, 10, 22, 11, 0, 0),
  messageId: "spl_1@relay.example.org",
};

const hasPython = spawnSync("python3", ["-c", "import email"]).status === 0;
const encoder = new TextEncoder();

function base64(content: Uint8Array | string): string {
  return Buffer.from(typeof content === "string" ? encoder.encode(content) : content).toString("base64");
}

for (const policy of ["default", "compat32"]) {
  const name = `compose writes what Python's email package reads back whole, policy ${policy}`;
  if (!hasPython) {
    console.log(`left out: ${name}: there is no python3 here`);
    continue;
  }
  test(name, () => {
    const result = spawnSync("python3", ["-c", program, policy], { input: Buffer.concat([...compose(message)]) });
    assert.equal(result.status, 0, String(result.stderr));
    const [pdf, quoted, logo] = message.attachments!;
    const files = [logo!, pdf!, quoted!].map((file) => ({
      type: file.contentType.split(";")[0],
      filename: file.filename,
      disposition: file.contentId === undefined ? "attachment" : "inline",
      content: base64(file.content),
    }));
    assert.deepEqual(JSON.parse(String(result.stdout)), {
      subject: message.subject,
      to: policy === "default" ? '"Größe, Jürgen" <juergen@example.org>' : "Größe, Jürgen <juergen@example.org>",
      custom: "Wert für später",
      defects: [],
      parts: [
        { type: "text/plain", filename: null, disposition: null, content: base64(message.text!) },
        { type: "text/html", filename: null, disposition: null, content: base64(message.html!) },
        ...files,
      ],
    });
  });
}
