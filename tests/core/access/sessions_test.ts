import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Sessions } from "../../../core/access/sessions.ts";
import { MemorySessionStore } from "../../support/memory_admin_access.ts";

const minuteMs = 60_000;

function surroundings() {
  const clock = { ms: Date.UTC(2026, 10, 22, 12) };
  const store = new MemorySessionStore();
  const setting = { timeoutMinutes: 480 };
  const events: string[] = [];
  const note = (event: string) => void events.push(event);
  const open = () =>
    Sessions.open({
      crypto,
      clock: { nowMs: () => clock.ms },
      logger: { debug: note, info: note, warn: note, error: note },
      sessions: store,
      sessionTimeoutMinutes: () => setting.timeoutMinutes,
    });
  return { clock, store, setting, events, open };
}

const digestOf = (text: string) => createHash("sha256").update(text);

test("Sessions.start stores the token's digest, and the token nowhere", async () => {
  const { store, open, clock } = surroundings();
  const { token, session } = await (await open()).start("192.0.2.7");
  assert.match(token, /^[\w-]{43}$/);
  assert.deepEqual(
    [...store.rows.values()],
    [
      {
        digest: digestOf(token).digest("hex"),
        createdAtMs: clock.ms,
        lastSeenAtMs: clock.ms,
        address: "192.0.2.7",
      },
    ],
  );
  assert.equal(session.csrfToken, digestOf(`csrf:${token}`).digest("base64url"));
  assert.ok(!JSON.stringify(session).includes(token));
});

test("Sessions.find finds a session by its token, after a restart too", async () => {
  const { open } = surroundings();
  const sessions = await open();
  const { token, session } = await sessions.start("192.0.2.7");
  assert.deepEqual(await sessions.find(token), session);
  assert.deepEqual(await (await open()).find(token), session);
});

test("Sessions.find finds nothing by another token", async () => {
  const { open } = surroundings();
  const sessions = await open();
  const { token, session } = await sessions.start("192.0.2.7");
  const other = (await (await surroundings().open()).start("192.0.2.7")).token;
  for (const wrong of ["", other, `${token}x`, token.slice(1), session.digest, session.csrfToken]) {
    assert.equal(await sessions.find(wrong), null, wrong);
  }
});

test("Sessions.find ends a session that was not used for the time of the setting, and removes it", async () => {
  const { open, clock, store } = surroundings();
  const sessions = await open();
  const { token } = await sessions.start("192.0.2.7");
  clock.ms += 480 * minuteMs;
  assert.notEqual(await sessions.find(token), null);
  clock.ms += 480 * minuteMs;
  assert.notEqual(await sessions.find(token), null, "each request starts the time anew");
  clock.ms += 480 * minuteMs + 1;
  assert.equal(await sessions.find(token), null);
  assert.equal(store.rows.size, 0);
});

test("Sessions.find follows the setting at once", async () => {
  const { open, clock, setting } = surroundings();
  const sessions = await open();
  const { token } = await sessions.start("192.0.2.7");
  clock.ms += 10 * minuteMs;
  setting.timeoutMinutes = 9;
  assert.equal(await sessions.find(token), null);
});

test("Sessions.find stores the last request once a minute at most", async () => {
  const { open, clock, store } = surroundings();
  const sessions = await open();
  const { token, session } = await sessions.start("192.0.2.7");
  const lastSeen = () => store.rows.get(session.digest)?.lastSeenAtMs;
  const startMs = clock.ms;
  for (let i = 0; i < 59; i++) {
    clock.ms += 1000;
    await sessions.find(token);
  }
  assert.deepEqual([store.puts, lastSeen()], [1, startMs]);
  clock.ms += 1000;
  await sessions.find(token);
  await sessions.end("none");
  assert.deepEqual([store.puts, lastSeen()], [2, startMs + minuteMs]);
});

test("Sessions.open removes what has ended meanwhile", async () => {
  const { open, clock, store } = surroundings();
  const { token } = await (await open()).start("192.0.2.7");
  clock.ms += 481 * minuteMs;
  const sessions = await open();
  assert.equal(store.rows.size, 0);
  assert.equal(await sessions.find(token), null);
});

test("Sessions.start removes what has ended meanwhile", async () => {
  const { open, clock, store } = surroundings();
  const sessions = await open();
  await sessions.start("192.0.2.7");
  clock.ms += 481 * minuteMs;
  const { session } = await sessions.start("192.0.2.7");
  assert.deepEqual([...store.rows.keys()], [session.digest]);
});

test("Sessions.start ends the session unused for longest when there are a thousand", async () => {
  const { open, clock, store } = surroundings();
  const sessions = await open();
  const tokens: string[] = [];
  for (let i = 0; i < 1000; i++) {
    clock.ms++;
    tokens.push((await sessions.start("192.0.2.7")).token);
  }
  clock.ms++;
  await sessions.find(tokens[0]!);
  await sessions.start("192.0.2.7");
  assert.equal(store.rows.size, 1000);
  assert.notEqual(await sessions.find(tokens[0]!), null);
  assert.equal(await sessions.find(tokens[1]!), null);
  assert.notEqual(await sessions.find(tokens[2]!), null);
});

test("Sessions.end ends one session for good", async () => {
  const { open } = surroundings();
  const sessions = await open();
  const first = await sessions.start("192.0.2.7");
  const second = await sessions.start("192.0.2.7");
  await sessions.end(first.session.digest);
  for (const either of [sessions, await open()]) {
    assert.equal(await either.find(first.token), null);
    assert.notEqual(await either.find(second.token), null);
  }
});

test("Sessions.endAll ends all sessions but one", async () => {
  const { open } = surroundings();
  const sessions = await open();
  const first = await sessions.start("192.0.2.7");
  const second = await sessions.start("192.0.2.7");
  await sessions.endAll({ except: second.session.digest });
  assert.equal(await sessions.find(first.token), null);
  assert.notEqual(await sessions.find(second.token), null);
  await sessions.endAll();
  assert.equal(await sessions.find(second.token), null);
});

test("Sessions go on while they can't be stored, and say so", async () => {
  const { open, clock, store, events } = surroundings();
  const sessions = await open();
  const old = await sessions.start("192.0.2.7");
  store.failure = new TypeError("planted");
  clock.ms += 481 * minuteMs;
  assert.equal(await sessions.find(old.token), null);
  const { token } = await sessions.start("192.0.2.7");
  assert.notEqual(await sessions.find(token), null);
  assert.deepEqual(events, ["access.session_not_removed", "access.session_not_stored"]);
});

test("Sessions.end says that a session could not be removed, which has ended all the same", async () => {
  const { open, store } = surroundings();
  const sessions = await open();
  const { token, session } = await sessions.start("192.0.2.7");
  store.failure = new TypeError("planted");
  await assert.rejects(() => sessions.end(session.digest), store.failure);
  assert.equal(await sessions.find(token), null);
});
