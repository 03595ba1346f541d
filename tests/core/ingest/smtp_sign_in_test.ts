import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { DispatchError } from "../../../core/error/mod.ts";
import type { Denial } from "../../../core/history/denial_log.ts";
import type { SmtpSessionFacts } from "../../../core/ingest/smtp_session.ts";
import { SmtpSignIn } from "../../../core/ingest/smtp_sign_in.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { MemorySmtpUsers } from "../../support/memory_smtp_users.ts";

const sessionAt = (clientAddress: string): SmtpSessionFacts => ({
  clientAddress,
  clientName: null,
  protocol: "ESMTPS",
  tls: null,
  user: null,
});
const session = sessionAt("10.0.0.1");
const right = { authorization: "", name: "printer", password: "correct horse" };
const wrong = { ...right, password: "wrong horse" };

describe("SmtpSignIn", () => {
  let users: MemorySmtpUsers;
  let signIn: SmtpSignIn;
  let refusals: Denial[];
  let locked: string[];
  let signedIn: string[];

  beforeEach(async () => {
    users = new MemorySmtpUsers();
    refusals = [];
    locked = [];
    signedIn = [];
    await users.add("printer", "correct horse", { allowedAddresses: ["10.0.0.0/8"] });
    users.hasher.asked = 0;
    signIn = new SmtpSignIn({
      users: users.ring,
      isAllowed: (address) => !address.startsWith("203."),
      nowMs: () => users.clock.nowMs,
      onSignedIn: ({ name }, address) => void signedIn.push(`${name} ${address}`),
      onRefused: (denial) => void refusals.push(denial),
      onLocked: (address) => void locked.push(address),
    });
  });

  async function failTimes(times: number, from: SmtpSessionFacts = session): Promise<void> {
    for (let i = 0; i < times; i++) await assertRefusal(() => signIn.signIn(from, wrong), "smtp_sign_in_failed");
  }

  it("returns who has signed in", async () => {
    assert.equal((await signIn.signIn(session, right)).name, "printer");
    assert.equal((await signIn.signIn(session, { ...right, authorization: "printer" })).name, "printer");
    assert.deepEqual(refusals, []);
  });

  it("tells of who has signed in, and of nobody who was refused", async () => {
    await signIn.signIn(session, right);
    await failTimes(1);
    await assertRefusal(() => signIn.signIn(sessionAt("203.0.113.1"), right), "address_not_allowed");
    assert.deepEqual(signedIn, ["printer 10.0.0.1"]);
  });

  for (const [fault, credentials, address] of [
    ["unknown", { ...right, name: "scanner" }, "10.0.0.1"],
    ["password", wrong, "10.0.0.1"],
    ["address", right, "192.0.2.1"],
  ] as const) {
    it(`tells the operator of the fault: ${fault}`, async () => {
      await assertRefusal(() => signIn.signIn(sessionAt(address), credentials), "smtp_sign_in_failed");
      assert.deepEqual(
        refusals.map(({ error, origin, sender }) => [error.facts, origin.clientAddress, origin.smtpUser, sender]),
        [[{ user: credentials.name, address, fault }, address, null, ""]],
      );
    });
  }

  it("lets nobody act as somebody else, and checks no password for that", async () => {
    const other = { ...right, authorization: "boss" };
    await assertRefusal(() => signIn.signIn(session, other), "smtp_other_identity");
    assert.deepEqual([users.hasher.asked, refusals.length], [0, 1]);
  });

  it("checks no password for an address that may not send", async () => {
    await assertRefusal(() => signIn.signIn(sessionAt("203.0.113.1"), right), "address_not_allowed");
    assert.deepEqual([users.hasher.asked, refusals.length], [0, 1]);
  });

  it("says no more of a claimed name than a name can have", async () => {
    const name = "x".repeat(9000);
    const { facts } = await assertRefusal(() => signIn.signIn(session, { ...right, name }), "smtp_sign_in_failed");
    assert.equal(facts.user.length, 128);
  });

  it("locks an address out for a minute after five failures within ten, at no cost", async () => {
    await failTimes(5);
    assert.deepEqual(locked, ["10.0.0.1"]);
    users.hasher.asked = 0;
    await assertRefusal(() => signIn.signIn(session, right), "sign_in_locked");
    users.clock.nowMs += 59_999;
    await assertRefusal(() => signIn.signIn(session, right), "sign_in_locked");
    assert.equal(users.hasher.asked, 0);
    users.clock.nowMs += 1;
    assert.equal((await signIn.signIn(session, right)).name, "printer");
  });

  it("locks out a password that is remembered, too", async () => {
    await signIn.signIn(session, right);
    await failTimes(5);
    await assertRefusal(() => signIn.signIn(session, right), "sign_in_locked");
  });

  it("lets five failures pass that took ten minutes", async () => {
    await failTimes(4);
    users.clock.nowMs += 600_000;
    await failTimes(4);
    assert.deepEqual(locked, []);
  });

  it("is not taken in by sign-ins that are right in between", async () => {
    await failTimes(4);
    await signIn.signIn(session, right);
    await failTimes(1);
    assert.deepEqual(locked, ["10.0.0.1"]);
  });

  it("locks out an IPv6 network of 64 bits as one", async () => {
    for (let i = 0; i < 5; i++) await failTimes(1, sessionAt(`2001:db8::${i}`));
    await assertRefusal(() => signIn.signIn(sessionAt("2001:db8::99"), right), "sign_in_locked");
    await failTimes(1, sessionAt("2001:db8:0:1::1"));
  });

  it("lets a gateway sign in fifty times at once, for one hash", async () => {
    const identities = await Promise.all(Array.from({ length: 50 }, () => signIn.signIn(session, right)));
    assert.equal(identities.length, 50);
    assert.equal(users.hasher.asked, 1);
  });

  it("checks no more than five of many guesses at once", async () => {
    const guesses = Array.from({ length: 50 }, (_, i) =>
      signIn.signIn(session, { ...right, password: `guess number ${i}` }),
    );
    const codes = (await Promise.allSettled(guesses)).map((result) => (result as PromiseRejectedResult).reason.code);
    assert.equal(codes.filter((code) => code === "smtp_sign_in_failed").length, 5);
    assert.equal(codes.filter((code) => code === "sign_in_locked").length, 45);
    assert.equal(users.hasher.asked, 5);
  });

  it("counts no failure when the hasher is busy, and tells of no refusal", async () => {
    users.hasher.verify = () => Promise.reject(new DispatchError("sign_in_busy", { retryAfterSeconds: 5 }));
    for (let i = 0; i < 9; i++) await assertRefusal(() => signIn.signIn(session, right), "sign_in_busy");
    assert.deepEqual([refusals, locked], [[], []]);
  });
});
