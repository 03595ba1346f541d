/** Purges: run one now, and look at the last ones. */
import { z } from "zod";
import type { PurgeRun } from "../retention/purge_run.ts";
import { wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";

/** How long a request waits for the end of its purge. */
const patienceMs = 20_000;

/** The record of a purge, as operators see it. */
export interface PurgeRunView extends Omit<PurgeRun, "startedAtMs" | "endedAtMs"> {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string | null;
}

const purgeRun = defineOperation({
  name: "purge.run",
  summary: "Remove now what is older than its retention",
  input: z.strictObject({}),
  run: async ({ retention }) => viewPurgeRun(await retention.runNow(patienceMs)),
  audit: { event: "purge.run", after: (_context, _input, run) => run },
});

const purgeList = defineOperation({
  name: "purge.list",
  summary: "List the last purges and what they removed, newest first",
  input: z.strictObject({ limit: wholeNumber(1, 500).default(20) }),
  run: async ({ retention }, { limit }) => (await retention.list(limit)).map(viewPurgeRun),
  audit: null,
});

/** The operations on purges. */
export const purgeOperations = [purgeRun, purgeList] as const;

function viewPurgeRun({ startedAtMs, endedAtMs, ...run }: PurgeRun): PurgeRunView {
  const endedAt = endedAtMs === null ? null : new Date(endedAtMs).toISOString();
  return { ...run, startedAt: new Date(startedAtMs).toISOString(), endedAt };
}
