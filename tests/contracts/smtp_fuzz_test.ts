import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { until } from "../support/e2e_process.ts";
import { measureLiveBytes } from "../support/live_memory.ts";
import { playBrokenSessions } from "../support/smtp_fuzzing.ts";

/** Each runtime plays sessions of its own; a failure names seed and session. */
const seed = "Bun" in globalThis ? 1 : 2;

/** One session in ten that was kept would take as much. */
const mostGrownBytes = 3_000_000;

const countOpenFiles = () => readdirSync("/proc/self/fd").length;

test("an SMTP listener answers every broken session, keeps what it has acknowledged, and nothing else", async () => {
  await playBrokenSessions({ seed, count: 60 });
  const before = { bytes: await measureLiveBytes(), openFiles: countOpenFiles() };
  const outcomes = await playBrokenSessions({ seed: seed + 100, count: 240 });
  const grownBytes = (await measureLiveBytes()) - before.bytes;
  assert.ok(grownBytes < mostGrownBytes, `${grownBytes} bytes more are held`);
  // A runtime may open some for itself meanwhile.
  await until("sockets and files to be closed", () => countOpenFiles() <= before.openFiles + 5);
  const met = ["250 2.6.0", "354", "500 5.5.2", "501 5.1.3", "503 5.5.1", "221 2.0.0"];
  for (const reply of met) assert.ok(outcomes.has(reply), `${reply}: ${[...outcomes].join()}`);
});
