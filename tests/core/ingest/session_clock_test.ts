import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { fixedTimes, SessionClock, type SessionSample, type SessionTimes } from "../../../core/ingest/session_clock.ts";

const minuteMs = 60_000;

describe("SessionClock", () => {
  let times: SessionTimes;
  let clock: SessionClock;
  let nowMs: number;
  let sample: SessionSample;

  beforeEach(() => {
    times = { ...fixedTimes, idleMs: minuteMs, maxMessageBytes: 26_214_400 };
    nowMs = 1_000_000;
    clock = new SessionClock(nowMs, () => times);
    sample = { phase: "command", commands: 0, bytes: 0 };
    look();
  });

  /** Looks at the connection `afterMs` later, with `change` to what it was like. */
  function look(afterMs = 0, change: Partial<SessionSample> = {}) {
    nowMs += afterMs;
    sample = { ...sample, ...change };
    return clock.look(nowMs, sample);
  }

  it("gives a command the idle time, and no more", () => {
    assert.equal(look(minuteMs), null);
    assert.equal(look(1), "idle");
  });

  it("counts lines that are whole, whatever bytes come in between", () => {
    for (let second = 1; second <= 60; second++) assert.equal(look(1000, { bytes: second }), null);
    assert.equal(look(1000, { bytes: 61 }), "idle");
  });

  it("begins anew with each command", () => {
    for (let i = 1; i <= 10; i++) assert.equal(look(50_000, { commands: i }), null);
    assert.equal(look(minuteMs + 1), "idle");
  });

  it("holds nothing against a client that waits for an answer, and gives it the whole time then", () => {
    look(0, { commands: 1, phase: "answer" });
    assert.equal(look(100 * minuteMs), null);
    assert.equal(look(0, { phase: "command", commands: 2 }), "long_session");
    times = { ...times, sessionMs: Number.POSITIVE_INFINITY };
    assert.equal(look(minuteMs), null);
    assert.equal(look(1), "idle");
  });

  it("takes the setting as it is at the moment", () => {
    times = { ...times, idleMs: 1000 };
    assert.equal(look(1001), "idle");
  });

  it("gives a handshake ten seconds, however many bytes come", () => {
    look(50_000, { phase: "handshake" });
    for (let second = 1; second <= 10; second++) assert.equal(look(1000, { bytes: second }), null);
    assert.equal(look(1, { bytes: 11 }), "handshake");
  });

  it("ends content that brings less than 500 bytes a second", () => {
    look(0, { phase: "content" });
    for (let second = 1; second <= 60; second++) assert.equal(look(1000, { bytes: second * 499 }), null);
    assert.equal(look(1, { bytes: 60 * 499 }), "slow_content");
  });

  it("lets content of 500 bytes a second through, for as long as the largest message takes", () => {
    look(0, { phase: "content" });
    const seconds = times.maxMessageBytes / 500;
    for (let second = 1; second <= seconds; second++) assert.equal(look(1000, { bytes: second * 500 }), null);
    assert.equal(look(minuteMs + 1000, { bytes: sample.bytes + 60 * 500 }), "slow_content");
  });

  it("lets a burst and a silence of less than the idle time alternate", () => {
    look(0, { phase: "content" });
    for (let i = 1; i <= 20; i++) assert.equal(look(59_000, { bytes: i * 40_000 }), null);
    assert.equal(look(minuteMs), null);
    assert.equal(look(1), "slow_content");
  });

  it("ends content that stops after much of it came", () => {
    look(0, { phase: "content" });
    assert.equal(look(1000, { bytes: 20_000_000 }), null);
    assert.equal(look(minuteMs + 1), "slow_content");
  });

  it("lets no time of content pass while the disk holds it up", () => {
    look(0, { phase: "content" });
    look(59_000, { phase: "answer" });
    assert.equal(look(minuteMs, { phase: "content" }), null);
    assert.equal(look(minuteMs), null);
    assert.equal(look(1), "slow_content");
  });

  it("ends a session after an hour, between two commands and not within a message", () => {
    for (let i = 1; i <= 60; i++) assert.equal(look(minuteMs, { commands: i }), null);
    assert.equal(look(1, { phase: "content" }), null);
    assert.equal(look(1000, { phase: "answer" }), null);
    assert.equal(look(1, { phase: "command", commands: 61 }), "long_session");
  });
});
