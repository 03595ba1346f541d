/** What is mapped from messages that Python's email package wrote, beside what it reads in them itself. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { mapMessage } from "../../core/relay/http/map_message.ts";

/** Writes messages in the ways that programs do, and prints each with what it holds. */
const program = `
import base64, itertools, json
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesParser

texts = ["plain words", "Grüße aus Zürich\\n\\n. und =3D\\n", "日本語のテキスト\\n" * 40, "x" * 2000 + " long line"]
names = ["report.pdf", "Übersicht.pdf", 'a "quoted"; name.txt', "sehr langer Name mit äöü " * 6 + ".bin", "日本.csv"]
data = bytes(range(256)) * 5

def modern(text, name, cte):
    m = EmailMessage(policy=policy.SMTP)
    m["From"] = "Jürgen Müller <j@example.org>"
    m["To"] = '"Doe, Ann" <ann@example.net>, Bob <bob@example.net>'
    m["Subject"] = "Übersicht: " + text[:60].replace("\\n", " ")
    m["X-Unicode"] = "Wert für später"
    m.set_content(text, cte=cte)
    m.add_alternative("<p>" + text + "</p><img src='cid:logo@x'>", subtype="html", cte=cte)
    m.get_payload()[1].add_related(data, "image", "png", cid="<logo@x>", filename="logo.png")
    m.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    m.add_attachment("BEGIN:VCALENDAR\\n" + text, subtype="calendar", filename="invite.ics", params={"method": "REQUEST"})
    return m

def legacy(text, name, charset):
    m = MIMEMultipart()
    m["From"] = "a@example.org"
    m["To"] = "ann@example.net"
    m["Subject"] = Header(text[:60].replace("\\n", " "), "utf-8")
    m.attach(MIMEText(text, "plain", charset))
    part = MIMEApplication(data)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    m.attach(part)
    return m

def cases():
    for text, name, cte in itertools.product(texts, names[:2], ["quoted-printable", "base64", "8bit"]):
        if not (cte == "8bit" and max(map(len, text.split("\\n"))) > 900): yield modern(text, name, cte)
    for name in names: yield modern(texts[1], name, "base64")
    for text, name in itertools.product(texts, names): yield legacy(text, name, "utf-8")
    yield legacy(texts[1], names[0], "iso-8859-1")
    yield legacy(texts[2], names[0], "iso-2022-jp")
    yield legacy(texts[2], names[0], "shift_jis")
    yield MIMEText(texts[1], "plain", "iso-8859-15")
    yield MIMEText("<b>" + texts[2] + "</b>", "html", "euc-jp")

def described(raw):
    m = BytesParser(policy=policy.default).parsebytes(raw)
    def body(kind):
        part = m.get_body((kind,))
        return None if part is None else part.get_content()
    leaves = [p for p in m.walk() if not p.is_multipart()]
    files = [p for p in leaves if p.get_content_type() not in ("text/plain", "text/html") or p.get_content_disposition()]
    return {
        "raw": base64.b64encode(raw).decode(),
        "from": [a.display_name for a in m["From"].addresses] if m["From"] else [],
        "to": [[a.display_name, a.addr_spec] for a in m["To"].addresses] if m["To"] else [],
        "subject": m["Subject"],
        "text": body("plain"),
        "html": body("html"),
        "files": [[p.get_filename(), p.get_content_type(), base64.b64encode(p.get_payload(decode=True)).decode(),
                   (p["Content-ID"] or "").strip("<>")] for p in files],
    }

print(json.dumps([described(m.as_bytes(policy=m.policy.clone(linesep="\\r\\n"))) for m in cases()]))
`;

/** One message, and what Python reads in it. */
interface Described {
  readonly raw: string;
  readonly from: readonly string[];
  readonly to: readonly (readonly [name: string, address: string])[];
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly files: readonly (readonly [name: string, type: string, content: string, contentId: string])[];
}

const hasPython = spawnSync("python3", ["-c", "import email"]).status === 0;
const name = "mapMessage finds in messages of Python's email package what that finds itself";

if (hasPython) {
  test(name, async () => {
    const { stdout, stderr, status } = spawnSync("python3", ["-c", program], { encoding: "utf8", maxBuffer: 1 << 26 });
    assert.equal(status, 0, stderr);
    const described: Described[] = JSON.parse(stdout);
    assert.ok(described.length > 40);
    for (const message of described) await compare(message);
  });
} else {
  console.log(`left out: ${name}: there is no python3 here`);
}

async function compare({ raw, from, to, subject, text, html, files }: Described): Promise<void> {
  const mime = new Uint8Array(Buffer.from(raw, "base64"));
  const recipients = to.length === 0 ? ["ann@example.net"] : to.map(([, address]) => address);
  const mapped = await mapMessage({ id: "spl_1", sender: "a@example.org", recipients, tags: [], mime }, "sendgrid");
  const told = mime.subarray(0, 2000).toString();
  if (from.length > 0) assert.equal(mapped.from.name, from[0], told);
  assert.deepEqual(
    mapped.to.map((mailbox) => [mailbox.name, mailbox.address]),
    to,
    told,
  );
  assert.equal(mapped.subject, subject?.trim() ?? "", told);
  assert.equal(mapped.text, text === null ? null : withoutLastBreak(text), told);
  assert.equal(mapped.html, html === null ? null : withoutLastBreak(html), told);
  assert.deepEqual(
    mapped.attachments.map((file) => [
      file.filename,
      file.mediaType,
      Buffer.from(file.content).toString("base64"),
      file.contentId ?? "",
    ]),
    files,
    told,
  );
}

function withoutLastBreak(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(/\n$/, "");
}
