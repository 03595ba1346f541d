import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createServer, type Server } from "node:tls";
import type { SmartHost } from "../../core/relay/smtp_result.ts";
import { SmtpSession } from "../../runtime-node/smtp_client.ts";
import { type Script, ScriptedSmtpServer } from "../support/scripted_smtp_server.ts";
import { type ShownCertificate, TestAuthority } from "../support/smart_host_certificates.ts";

const never = new AbortController().signal;
const past: [number, number] = [2020, 2021];
const future: [number, number] = [2098, 2099];

describe("SmtpSession judges the certificate of a smart host", () => {
  let folder: string;
  let server: ScriptedSmtpServer;
  let root: TestAuthority;
  let other: TestAuthority;
  let intermediate: TestAuthority;
  let good: ShownCertificate;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dispatch-ca-"));
    server = await ScriptedSmtpServer.start();
    root = await TestAuthority.create(folder, "Root One");
    other = await TestAuthority.create(folder, "Root Two");
    intermediate = await TestAuthority.create(folder, "Intermediate", root);
    good = await root.issue("mail.example.org", "DNS:localhost,IP:127.0.0.1");
  });

  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    shown: ShownCertificate,
    host: Partial<SmartHost>,
    script: Pick<Script, "answer"> = {},
  ): Promise<string | null> {
    const known = server.sessions.length;
    const isImplicitTls = host.tls === "implicit";
    server.script = { tls: shown, extensions: ["STARTTLS", "AUTH PLAIN"], isImplicitTls, ...script };
    const opened = await SmtpSession.open(
      {
        host: "localhost",
        port: server.port,
        tls: "starttls",
        verifyCertificate: true,
        username: "app",
        password: "geheim",
        clientName: "c.example",
        ...host,
      },
      never,
    );
    if (opened instanceof SmtpSession) {
      opened.close();
      return null;
    }
    assert.deepEqual([opened.stage, opened.code], ["session", null]);
    // Whoever it was has learned nothing but our name.
    const said = server.sessions.slice(known).flatMap(({ commands }) => commands);
    assert.deepEqual(
      said.filter((line) => !/^(?:EHLO c\.example|STARTTLS)$/.test(line)),
      [],
    );
    return opened.reply;
  }

  // The first, since what explains certificates is loaded for the first that is refused: nobody waits for the host then.
  it("outlives what a host says while its certificate is looked at", async () => {
    const rubbish: Script["answer"] = (step) => (step === "EHLO" ? "250 scripted\r\nrubbish" : null);
    assert.match((await open(good, { tls: "implicit" }, { answer: rubbish })) ?? "", / is not accepted: /);
  });

  for (const tls of ["starttls", "auto", "implicit"] as const) {
    it(`takes one that the relay's own authority vouches for, by name and by address, with ${tls}`, async () => {
      assert.equal(await open(good, { tls, caPem: root.pem }), null);
      assert.equal(await open(good, { tls, caPem: other.pem + root.pem, host: "127.0.0.1" }), null);
    });

    it(`refuses one that nobody vouches for, with ${tls}`, async () => {
      assert.match(
        (await open(good, { tls })) ?? "",
        /^The certificate of localhost:\d+ is not accepted: no public authority vouches for it\. Subject: CN=mail\.example\.org; issuer: CN=Root One$/,
      );
    });
  }

  it("refuses one of another authority", async () => {
    const reason = await open(good, { caPem: other.pem });
    assert.match(reason ?? "", /: none of the relay's own authorities \(ca\) vouches for it\. .*issuer: CN=Root One$/);
  });

  it("takes a chain whose intermediate comes with it, and refuses it without", async () => {
    const leaf = await intermediate.issue("chained.example.org", "DNS:localhost");
    assert.equal(await open({ ...leaf, cert: leaf.cert + intermediate.pem }, { caPem: root.pem }), null);
    const reason = await open(leaf, { caPem: root.pem });
    assert.match(reason ?? "", /vouches for it\. Subject: CN=chained\.example\.org; issuer: CN=Intermediate$/);
  });

  it("refuses one for other names, and says for which", async () => {
    const leaf = await root.issue("other.example.org", "DNS:other.example.org,DNS:www.example.org,IP:192.0.2.1");
    for (const tls of ["starttls", "implicit"] as const) {
      for (const host of ["localhost", "127.0.0.1"]) {
        const reason = await open(leaf, { caPem: root.pem, tls, host });
        assert.match(reason ?? "", /for other names: other\.example\.org, www\.example\.org, 192\.0\.2\.1\. Subject/);
      }
    }
  });

  it("refuses one that has expired, and says when", async () => {
    const leaf = await root.issue("old.example.org", "DNS:localhost", past);
    const reason = await open(leaf, { caPem: root.pem });
    assert.match(reason ?? "", /it expired on 2021-01-01\. Subject: CN=old\.example\.org; issuer: CN=Root One$/);
  });

  it("refuses one that is not valid yet, and says from when on", async () => {
    const leaf = await root.issue("new.example.org", "DNS:localhost", future);
    assert.match((await open(leaf, { caPem: root.pem })) ?? "", /it is not valid before 2098-01-01T00:00:00/);
  });

  it("takes any where the check is switched off", async () => {
    const leaf = await other.issue("any.example.org", "DNS:any.example.org", past);
    assert.equal(await open(leaf, { verifyCertificate: false }), null);
  });

  it("speaks nothing below TLS 1.2", async () => {
    const old: Server = createServer({
      ...good,
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      // OpenSSL has to be told that it may; Bun's library has no such words.
      ...(process.versions.bun === undefined ? { ciphers: "DEFAULT@SECLEVEL=0" } : {}),
    });
    old.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
    const { port } = old.address() as { port: number };
    const host = {
      host: "127.0.0.1",
      port,
      tls: "implicit",
      verifyCertificate: false,
      clientName: "c.example",
    } as const;
    const opened = await SmtpSession.open(host, never);
    assert.ok(!(opened instanceof SmtpSession));
    assert.match(opened.reply, /^The connection to 127\.0\.0\.1:\d+ (?:failed|was closed) before its greeting/);
    await new Promise((resolve) => old.close(resolve));
  });
});
