import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { DeliveryReport } from "../../core/relay/outcome.ts";
import type { RelaySettings } from "../../core/relay/relay.ts";
import type { OutgoingMessage } from "../../core/relay/transport.ts";
import { openLargeFiles } from "../../runtime-node/large_files.ts";
import { SmtpTransport } from "../../runtime-node/smtp_transport.ts";
import { DovecotAuth } from "../support/dovecot_auth.ts";
import { PostfixRelay } from "../support/e2e_postfix_relay.ts";
import { findTool, until } from "../support/e2e_process.ts";
import { sampleRelay } from "../support/sample_relay.ts";
import { ScriptedSmtpServer } from "../support/scripted_smtp_server.ts";
import { TestAuthority } from "../support/smart_host_certificates.ts";

const never = new AbortController().signal;
const bytes = (text: string) => new TextEncoder().encode(text);
const obstacle =
  findTool("postfix") === null ? "Postfix is not installed" : process.getuid?.() === 0 ? null : "needs root";

describe("SmtpTransport into Postfix as the smart host", () => {
  if (obstacle !== null) return void console.log(`left out: SmtpTransport into Postfix: ${obstacle}`);
  let folder: string;
  let authority: TestAuthority;
  let auth: DovecotAuth;
  /** Where Postfix hands everything on to, and what it then says is seen. */
  let next: ScriptedSmtpServer;
  let postfix: PostfixRelay;
  let transport: SmtpTransport;
  let settings: RelaySettings;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dispatch-smart-host-"));
    authority = await TestAuthority.create(folder, "Inside Root");
    const { cert, key } = await authority.issue("postfix.example.org", "DNS:localhost");
    writeFileSync(join(folder, "host.pem"), key + cert);
    auth = await DovecotAuth.start("app", "right");
    next = await ScriptedSmtpServer.start({ extensions: ["8BITMIME", "SMTPUTF8", "DSN", "SIZE"] });
    postfix = await PostfixRelay.start({
      port: next.port,
      certificates: join(folder, "host.pem"),
      settings: [
        `smtpd_tls_chain_files = ${join(folder, "host.pem")}`,
        "smtpd_tls_security_level = may",
        "smtpd_tls_auth_only = yes",
        "smtpd_sasl_auth_enable = yes",
        "smtpd_sasl_type = dovecot",
        `smtpd_sasl_path = inet:127.0.0.1:${auth.port}`,
        "smtpd_relay_restrictions = permit_sasl_authenticated, reject",
        "smtpd_recipient_restrictions = check_recipient_access inline:{{gone@x.org = 550 5.1.1 gone}, {busy@x.org = 450 4.2.1 busy}}",
        "smtpd_recipient_limit = 3",
        "message_size_limit = 30000000",
        "smtp_tls_security_level = none",
      ],
    });
    settings = {
      host: "localhost",
      port: postfix.port,
      tls: "auto",
      ca: authority.pem,
      username: "app",
      password: "right",
    };
    transport = new SmtpTransport(openLargeFiles(join(folder, "large")), () => "dispatch.example.org");
  });

  after(async () => {
    transport.keepOnly([]);
    await postfix.close();
    await next.close();
    await auth.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function outgoing(
    text: string,
    changes: Partial<Omit<OutgoingMessage, "entry">> & { entry?: Partial<OutgoingMessage["entry"]> } = {},
  ) {
    const content = bytes(text);
    return {
      recipients: ["you@x.org"],
      content: { kind: "inline", bytes: content } as const,
      ...changes,
      entry: { id: "spl_1", sender: "app@x.org", sizeBytes: content.length, tags: [], ...changes.entry },
    };
  }

  const send = (message: OutgoingMessage, changes: RelaySettings = {}): Promise<DeliveryReport> =>
    transport.send(sampleRelay("r", { settings: { ...settings, ...changes } }), message, never);

  const verdicts = ({ outcomes }: DeliveryReport) => outcomes.map(({ address, result }) => `${address} ${result}`);

  /** Waits for the message of that subject, and returns what Postfix said and sent. */
  async function passedOn(subject: string): Promise<{ commands: string[]; content: string }> {
    return await until(`${subject} to be passed on`, () => {
      for (const { commands, contents } of next.sessions) {
        const content = contents
          .map((each) => each.toString())
          .find((each) => each.includes(`Subject: ${subject}\r\n`));
        if (content !== undefined) return { commands, content };
      }
      return undefined;
    });
  }

  it("delivers over TLS that its own authority vouches for, signed in, many messages over few sessions", async () => {
    const connected = async () => (await postfix.log()).match(/: connect from/g)?.length ?? 0;
    const known = await connected();
    for (let number = 0; number < 10; number++) {
      const report = await send(outgoing(`Subject: kept ${number}\r\n\r\n.hello\r\n`));
      assert.deepEqual(verdicts(report), ["you@x.org delivered"]);
      assert.match(report.providerMessageId ?? "", /^[0-9A-Za-z]{6,}$/);
    }
    assert.ok((await passedOn("kept 9")).content.endsWith("\r\n\r\n..hello\r\n"));
    await postfix.logged(/sasl_method=PLAIN, sasl_username=app/);
    assert.equal((await connected()) - known, 1);
  });

  it("is told that a password is wrong, for good, in Postfix's words", async () => {
    const { outcomes } = await send(outgoing("Subject: never\r\n\r\nx\r\n"), { password: "wrong" });
    assert.equal(outcomes[0]?.result, "permanent");
    assert.match(outcomes[0]?.response ?? "", /^535 5\.7\.8 /);
  });

  it("refuses a certificate that nobody it trusts vouches for, and a name that is not in it", async () => {
    const other = await TestAuthority.create(folder, "Other Root");
    for (const [changes, reason] of [
      [{ ca: other.pem }, /none of the relay's own authorities .* issuer: CN=Inside Root$/],
      [{ host: "127.0.0.1" }, /it is for other names: localhost\. Subject: CN=postfix\.example\.org/],
    ] as const) {
      const { outcomes } = await send(outgoing("Subject: never\r\n\r\nx\r\n"), changes);
      assert.equal(outcomes[0]?.result, "temporary");
      assert.match(outcomes[0]?.response ?? "", reason);
    }
  });

  it("says that AUTH is for TLS alone, where TLS is switched off", async () => {
    const { outcomes } = await send(outgoing("Subject: never\r\n\r\nx\r\n"), { tls: "none" });
    assert.equal(outcomes[0]?.result, "temporary");
    assert.match(outcomes[0]?.response ?? "", /takes no sign-in without encryption: set tls to starttls$/);
  });

  it("tells refused recipients from the others, and has those beyond Postfix's limit sent at once", async () => {
    const recipients = ["gone@x.org", "a@x.org", "busy@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org"];
    const report = await send(outgoing("Subject: many\r\n\r\nx\r\n", { recipients }));
    const fate = { "gone@x.org": "permanent", "busy@x.org": "temporary" } as Record<string, string>;
    assert.deepEqual(
      verdicts(report),
      recipients.map((address) => `${address} ${fate[address] ?? "delivered"}`),
    );
  });

  it("passes on eight bits and UTF-8 as they are", async () => {
    const text = "Subject: Grüße\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nü €\r\n";
    const message = outgoing(text, { recipients: ["用户@x.org"], entry: { sender: "jürgen@x.org" } });
    assert.deepEqual(verdicts(await send(message)), ["用户@x.org delivered"]);
    const { commands, content } = await passedOn("Grüße");
    assert.ok(content.endsWith(text.slice("Subject: ".length)) || content.includes("\r\n\r\nü €\r\n"));
    assert.ok(
      commands.some((line) => /^MAIL FROM:<jürgen@x\.org> .*BODY=8BITMIME/.test(line) && line.includes("SMTPUTF8")),
    );
  });

  it("passes on what the sender wants to be told, and Postfix passes it on in turn", async () => {
    const recipients = [
      {
        address: "a@x.org",
        kind: "to",
        state: "pending",
        dsn: { notify: ["FAILURE", "DELAY"], orcpt: "rfc822;A+2Bb@x.org" },
      },
      { address: "b@x.org", kind: "to", state: "pending", dsn: { notify: ["NEVER"] } },
    ] as const;
    const entry = { dsn: { ret: "HDRS", envid: "QQ+2B31" }, recipients } as const;
    const message = outgoing("Subject: notified\r\n\r\nx\r\n", { recipients: ["a@x.org", "b@x.org"], entry });
    const report = await send(message);
    assert.deepEqual(verdicts(report), ["a@x.org delivered", "b@x.org delivered"]);
    assert.equal("omitted" in report, false);
    const { commands } = await passedOn("notified");
    assert.ok(
      commands.some((line) => /^MAIL .* ENVID=QQ\+2B31 RET=HDRS$/.test(line)),
      commands.join("\n"),
    );
    assert.ok(
      commands.some((line) => /^RCPT TO:<a@x\.org> ORCPT=rfc822;A\+2Bb@x\.org NOTIFY=FAILURE,DELAY$/.test(line)),
    );
    assert.ok(commands.some((line) => /^RCPT TO:<b@x\.org> .*NOTIFY=NEVER$/.test(line)));
  });

  it("hands over 25 MB from a file, byte for byte, and nothing that is larger than Postfix takes", async () => {
    const text = `Subject: large\r\n\r\n${"0123456789abcdef.ghijklmnopqrstuvwxyz\r\n".repeat(660_000)}`;
    const largeFiles = openLargeFiles(join(folder, "large"));
    const writer = await largeFiles.create("spl_2.eml");
    await writer.write(bytes(text));
    await writer.commit();
    const entry = { sizeBytes: text.length };
    const large = outgoing("", { content: { kind: "large", name: "spl_2.eml" }, entry });
    assert.deepEqual(verdicts(await send(large)), ["you@x.org delivered"]);
    const { content } = await passedOn("large");
    assert.ok(content.endsWith(text.slice(text.indexOf("\r\n\r\n"))), "it is another text");
    const { outcomes } = await send({ ...large, entry: { ...large.entry, sizeBytes: 30_000_001 } });
    assert.equal(outcomes[0]?.result, "permanent");
    assert.match(outcomes[0]?.response ?? "", /has 30000001 bytes; localhost:\d+ takes 30000000 at most/);
  });
});
