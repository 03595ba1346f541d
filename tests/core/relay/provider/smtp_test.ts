import assert from "node:assert/strict";
import { test } from "node:test";
import { smtp } from "../../../../core/relay/provider/smtp.ts";

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

test("smtp.settings keeps the password alone secret", () => {
  const secret = Object.entries(smtp.settings).filter(([, setting]) => setting.secret);
  assert.deepEqual(
    secret.map(([name]) => name),
    ["password"],
  );
});
