import assert from "node:assert/strict";
import { test } from "node:test";
import { streamLogger } from "../../runtime-node/stream_logger.ts";

const hostile = "a\r\n\u001b[31m\0\u007f\u0085\u009b\u2028b";
const escaped = "a\\r\\n\\u001b[31m\\u0000\\u007f\\u0085\\u009b\\u2028b";

function linesOf(format: "pretty" | "json"): string[] {
  const lines: string[] = [];
  const logger = streamLogger({ level: "info", format, write: (line) => lines.push(line), nowMs: () => 0 });
  logger.debug("left.out", "below the level");
  logger.warn("refused", hostile, { path: hostile });
  return lines;
}

test("streamLogger writes control characters escaped, for people", () => {
  const line = `1970-01-01T00:00:00.000Z WARN  ${escaped} (refused) path="${escaped}"\n`;
  assert.deepEqual(linesOf("pretty"), [line]);
});

test("streamLogger writes control characters escaped, as JSON", () => {
  const [line = ""] = linesOf("json");
  assert.doesNotMatch(line.slice(0, -1), /[\p{Cc}\u2028]/u);
  const expected = {
    time: "1970-01-01T00:00:00.000Z",
    level: "warn",
    event: "refused",
    message: hostile,
    path: hostile,
  };
  assert.deepEqual(JSON.parse(line), expected);
});
