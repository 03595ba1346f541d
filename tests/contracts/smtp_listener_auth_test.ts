import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { SmtpClient } from "../support/e2e_smtp_client.ts";
import { ListenerFixture, newTlsPolicy } from "../support/smtp_listener_fixture.ts";

const text = "Subject: Hello\r\n\r\nHello\r\n";
const right = `AUTH PLAIN ${Buffer.from("\0printer\0correct horse").toString("base64")}`;

describe("SmtpListener, as to AUTH,", () => {
  const fixture = new ListenerFixture();

  before(async () => {
    await fixture.open(await newTlsPolicy());
    await fixture.users.add("printer", "correct horse");
  });

  beforeEach(() => {
    Object.assign(fixture.settings, { requireAuth: false, allowUnsecureAuth: false });
    fixture.stored.length = 0;
  });

  after(() => fixture.close());

  async function secure(): Promise<SmtpClient> {
    const client = await (await SmtpClient.greet(fixture.port)).startTls();
    await client.command("EHLO client.example.org");
    return client;
  }

  it("notes who has sent a message", async () => {
    const client = await secure();
    assert.match(await client.command(right), /^235 2\.7\.0 /);
    assert.match(await client.send("app@x.org", ["you@x.org"], text), /^250 /);
    assert.equal(fixture.stored[0]!.origin.smtpUser, "printer");
    client.close();
  });

  it("follows the setting that allows passwords outside TLS, in the middle of a session", async () => {
    const client = await SmtpClient.greet(fixture.port);
    assert.match(await client.command(right), /^538 5\.7\.11 /);
    fixture.settings.allowUnsecureAuth = true;
    assert.match(await client.command("EHLO client.example.org"), /^250[- ]AUTH PLAIN LOGIN$/m);
    assert.match(await client.command(right), /^235 2\.7\.0 /);
    fixture.settings.allowUnsecureAuth = false;
    const other = await SmtpClient.connect(fixture.port);
    assert.doesNotMatch(await other.command("EHLO client.example.org"), /AUTH/);
    assert.match(await other.command("AUTH LOGIN"), /^538 5\.7\.11 /);
    client.close();
    other.close();
  });

  it("follows the setting that requires a sign-in, in the middle of a session", async () => {
    const client = await secure();
    assert.match(await client.command("MAIL FROM:<app@x.org>"), /^250 /);
    await client.command("RSET");
    fixture.settings.requireAuth = true;
    assert.match(await client.command("MAIL FROM:<app@x.org>"), /^530 5\.7\.0 /);
    await client.command(right);
    assert.match(await client.command("MAIL FROM:<app@x.org>"), /^250 /);
    client.close();
  });

  it("has a session end with its user, and another one begin", async () => {
    await fixture.users.add("visitor", "correct horse");
    const client = await secure();
    const visitor = `AUTH PLAIN ${Buffer.from("\0visitor\0correct horse").toString("base64")}`;
    await client.command(visitor);
    assert.match(await client.command("MAIL FROM:<app@x.org>"), /^250 /);
    await client.command("RSET");
    await fixture.users.service.remove("visitor");
    assert.match(await client.command("MAIL FROM:<app@x.org>"), /^530 5\.7\.0 /);
    client.close();
  });

  it("goes on with others while a password is checked, and bears a client that does not wait", async () => {
    await fixture.users.add("slow", "patient horse");
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const asked = Promise.withResolvers<void>();
    const { hasher } = fixture.users;
    const verify = hasher.verify.bind(hasher);
    hasher.verify = () => {
      asked.resolve();
      return promise;
    };
    const slow = await secure();
    slow.write(`AUTH PLAIN ${Buffer.from("\0slow\0patient horse").toString("base64")}\r\n`);
    await asked.promise;
    hasher.verify = verify;
    const other = await secure();
    assert.match(await other.send("app@x.org", ["you@x.org"], text), /^250 /);
    slow.close();
    resolve(true);
    assert.match(await other.command("NOOP"), /^250 /);
    other.close();
  });
});
