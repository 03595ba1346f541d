import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusalLines } from "../../../core/history/refusal_lines.ts";

test("RefusalLines writes few lines about one address, then how many were left out", () => {
  const lines: string[] = [];
  const write = (_event: string, message: string) => void lines.push(message);
  let nowMs = 1_000_000;
  const refusals = new RefusalLines({ debug: write, info: write, warn: write, error: write }, () => nowMs);
  for (let n = 0; n < 1000; n++) refusals.warn("http.refused", `refused ${n}`, { address: "203.0.113.9" });
  assert.deepEqual(lines, ["refused 0", "refused 1", "refused 2", "refused 3", "refused 4"]);
  refusals.warn("http.refused", "another", { address: "203.0.113.10" });
  refusals.warn("https.tls_failed", "of another kind", { address: "203.0.113.9" });
  assert.deepEqual(lines.slice(-2), ["another", "of another kind"]);
  nowMs += 60_000;
  refusals.warn("http.refused", "a minute later", { address: "203.0.113.9" });
  assert.deepEqual(refusals.counts, { "http.refused": 1002, "https.tls_failed": 1 });
  assert.deepEqual(lines.slice(-2), ["995 more refusals of the last minute have no line here.", "a minute later"]);
});
