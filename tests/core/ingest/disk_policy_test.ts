import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDispatchError } from "../../../core/error/mod.ts";
import { intakeDelayMs, requireDiskSpace } from "../../../core/ingest/disk_policy.ts";

const mebibyte = 1024 * 1024;

describe("intakeDelayMs", () => {
  const delays = [
    [1000, 0],
    [500, 0],
    [425, 250],
    [350, 500],
    [200, 1000],
    [0, 1000],
  ] as const;
  for (const [freeMebibytes, delayMs] of delays) {
    it(`is ${delayMs} ms with ${freeMebibytes} MiB free`, () => {
      assert.equal(intakeDelayMs(freeMebibytes * mebibyte), delayMs);
    });
  }
});

describe("requireDiskSpace", () => {
  it("refuses below 200 MiB, and tells how much is free", () => {
    const freeBytes = 200 * mebibyte - 1;
    assert.throws(
      () => requireDiskSpace(freeBytes),
      (error) => isDispatchError(error, "disk_nearly_full") && error.facts.freeBytes === freeBytes,
    );
  });

  it("allows 200 MiB", () => {
    requireDiskSpace(200 * mebibyte);
  });
});
