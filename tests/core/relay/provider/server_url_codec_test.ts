import assert from "node:assert/strict";
import { test } from "node:test";
import { serverUrlCodec } from "../../../../core/relay/provider/server_url_codec.ts";

const codec = serverUrlCodec();

for (const [given, value] of [
  ["https://login.microsoftonline.us", "https://login.microsoftonline.us"],
  [" https://Login.Example.ORG:8443/base/ ", "https://login.example.org:8443/base"],
  ["http://127.0.0.1:8080/", "http://127.0.0.1:8080"],
  ["http://localhost:8080", "http://localhost:8080"],
  ["http://[::1]:8080", "http://[::1]:8080"],
] as const) {
  test(`serverUrlCodec takes ${JSON.stringify(given)} as ${value}`, () => {
    assert.deepEqual(codec.fromText(given), { value });
  });
}

for (const given of [
  "",
  "login.microsoftonline.com",
  "http://login.microsoftonline.com",
  "http://127.0.0.1.example.org",
  "http://192.168.0.1",
  "https://user:secret@example.org",
  "https://example.org/?next=",
  "https://example.org/#top",
  "file:///etc/passwd",
  "javascript:alert(1)",
  `https://example.org/${"x".repeat(512)}`,
]) {
  test(`serverUrlCodec refuses ${JSON.stringify(given.slice(0, 60))}`, () => {
    assert.ok("rule" in codec.fromJson(given));
  });
}

test("serverUrlCodec refuses what is no text", () => {
  assert.ok("rule" in codec.fromJson(443));
});
