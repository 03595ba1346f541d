import assert from "node:assert/strict";
import { test } from "node:test";
import { type FittingMessage, fitToHost } from "../../../core/relay/fit_to_host.ts";
import { HostExtensions } from "../../../core/relay/host_extensions.ts";

const plain: FittingMessage = {
  sender: "a@x.org",
  recipients: ["b@x.org", "c@x.org"],
  sizeBytes: 1000,
  needs: { eightBit: false, utf8: false },
};
const eightBit = { eightBit: true, utf8: false };
const utf8 = { eightBit: true, utf8: true };

function fit(extensions: readonly string[], message: Partial<FittingMessage> = {}) {
  const offers = new HostExtensions(["250-host", ...extensions.map((line) => `250-${line}`), "250 HELP"].join("\r\n"));
  return fitToHost({ ...plain, ...message }, offers, "host:25");
}

test("fitToHost lets seven bits go to any host", () => {
  assert.deepEqual(fit([]), { kind: "fits", recipients: plain.recipients, refused: [], isUtf8: false });
});

const refused: readonly (readonly [
  code: number,
  reason: RegExp,
  extensions: string[],
  message: Partial<FittingMessage>,
])[] = [
  [552, /1000 bytes; host:25 takes 999 at most/, ["SIZE 999"], {}],
  [554, /8-bit content, and host:25 does not offer 8BITMIME/, ["SMTPUTF8"], { needs: eightBit }],
  [550, /sender is not ASCII, and host:25 does not offer SMTPUTF8/, ["8BITMIME"], { sender: "jürgen@x.org" }],
];

for (const [code, reason, extensions, message] of refused) {
  test(`fitToHost refuses with ${code}: ${reason.source}`, () => {
    const result = fit(extensions, message);
    assert.ok(result.kind === "unfit");
    assert.equal(result.code, code);
    assert.match(result.reason, reason);
  });
}

test("fitToHost lets UTF-8 in headers go as 8-bit content to a host without SMTPUTF8", () => {
  const result = fit(["8BITMIME"], { needs: utf8 });
  assert.ok(result.kind === "fits" && !result.isUtf8);
  assert.equal(fit([], { needs: utf8 }).kind, "unfit");
});

test("fitToHost refuses the recipients alone whose addresses the host can't be told", () => {
  assert.deepEqual(fit(["8BITMIME"], { recipients: ["b@x.org", "用户@x.org"] }), {
    kind: "fits",
    recipients: ["b@x.org"],
    refused: [
      { address: "用户@x.org", code: 553, reply: "The address is not ASCII, and host:25 does not offer SMTPUTF8" },
    ],
    isUtf8: false,
  });
});

for (const message of [{ needs: utf8 }, { sender: "jürgen@x.org" }, { recipients: ["用户@x.org"] }]) {
  test(`fitToHost has SMTPUTF8 said with ${JSON.stringify(message)} where that is offered`, () => {
    const result = fit(["8BITMIME", "SMTPUTF8"], message);
    assert.ok(result.kind === "fits" && result.isUtf8);
  });
}

test("fitToHost takes a size of none, or of nonsense, for no limit", () => {
  for (const line of ["SIZE", "SIZE 0", "SIZE 1000", "SIZE big", "SIZE -1", "SIZE 99999999999999999999"]) {
    assert.equal(fit([line]).kind, "fits", line);
  }
});

test("HostExtensions reads keywords in any case, and mechanisms in the old form too", () => {
  const offers = new HostExtensions(
    "250-DSN.example.org greets you\r\n250-auth=login\r\n250-AUTH PLAIN cram-md5\n250 dsn",
  );
  assert.deepEqual(offers.mechanisms, ["LOGIN", "PLAIN", "CRAM-MD5"]);
  assert.equal(offers.has("DSN"), true);
  assert.equal(offers.has("8BITMIME"), false);
  assert.equal(new HostExtensions("250 SIZE 8BITMIME").has("8BITMIME"), false);
  assert.deepEqual(new HostExtensions("").mechanisms, []);
});
