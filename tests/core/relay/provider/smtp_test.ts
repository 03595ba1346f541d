import assert from "node:assert/strict";
import { test } from "node:test";
import { smtp } from "../../../../core/relay/provider/smtp.ts";
import type { RelaySettings } from "../../../../core/relay/relay.ts";

const host = smtp.settings.host!.codec;

for (const [given, value] of [
  ["mail.example.org", "mail.example.org"],
  [" MAIL.Example.org ", "mail.example.org"],
  ["192.0.2.25", "192.0.2.25"],
  ["2001:DB8::0025", "2001:db8::25"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["localhost", "localhost"],
] as const) {
  test(`smtp.settings.host takes ${JSON.stringify(given)} as ${value}`, () => {
    assert.deepEqual(host.fromText(given), { value });
  });
}

for (const given of [
  "",
  "mail example",
  "mail.example.org:25",
  "smtp://mail",
  "256.1.1.1",
  "[192.0.2.1]",
  "fe80::1%eth0",
]) {
  test(`smtp.settings.host refuses ${JSON.stringify(given)}`, () => {
    assert.ok("rule" in host.fromText(given));
  });
}

test("smtp.settings.host refuses what is no text", () => {
  assert.ok("rule" in host.fromJson(25));
});

test("smtp.check wants a user name and a password together", () => {
  assert.deepEqual(smtp.check?.({ host: "a" }), []);
  assert.deepEqual(smtp.check?.({ host: "a", username: "u", password: "p" }), []);
  assert.deepEqual(
    smtp.check?.({ host: "a", username: "u" }).map(({ key }) => key),
    ["password"],
  );
  assert.deepEqual(
    smtp.check?.({ host: "a", password: "p" }).map(({ key }) => key),
    ["username"],
  );
});

test("smtp.check wants all that a sign-in with an access token takes", () => {
  const keysOf = (settings: RelaySettings) => smtp.check?.({ host: "a", ...settings }).map(({ key }) => key);
  assert.deepEqual(keysOf({ auth: "xoauth2_microsoft" }), ["username", "tenant", "client_id", "client_secret"]);
  assert.deepEqual(keysOf({ auth: "xoauth2_google", username: "u" }), ["service_account_key"]);
  const application = { username: "u", tenant: "t", client_id: "i", client_secret: "s" };
  assert.deepEqual(keysOf({ auth: "xoauth2_microsoft", ...application }), []);
  assert.deepEqual(keysOf({ auth: "xoauth2_google", username: "u", service_account_key: "{}" }), []);
});

test("smtp.check refuses credentials of another kind of sign-in: they would be there for nothing", () => {
  const settings = { host: "a", auth: "xoauth2_google", username: "u", service_account_key: "{}", password: "p" };
  assert.deepEqual(smtp.check?.(settings), [
    { key: "password", value: "a value", rule: "must not be set when auth is xoauth2_google" },
  ]);
  const forgotten = { host: "a", username: "u", password: "p", tenant: "t" };
  assert.deepEqual(
    smtp.check?.(forgotten).map(({ key }) => key),
    ["tenant"],
  );
});

test("smtp.settings has these secrets", () => {
  const secret = Object.entries(smtp.settings).filter(([, setting]) => setting.secret);
  assert.deepEqual(
    secret.map(([name]) => name),
    ["password", "client_secret", "service_account_key"],
  );
});
