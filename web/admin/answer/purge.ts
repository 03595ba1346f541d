/** Answers about purges. */
import { z } from "zod";
import { purgeTargetNames } from "../../../core/retention/purge_targets.ts";
import { count, named, text, textOrNull, time, timeOrNull } from "./shape.ts";

/** A purge. */
export const purgeRun = named("PurgeRun", {
  id: text,
  cause: z.enum(["schedule", "request"]),
  startedAt: time,
  endedAt: timeOrNull,
  state: z.enum(["running", "done", "failed", "stopped", "postponed"]),
  removed: z.partialRecord(z.enum(purgeTargetNames), count).readonly(),
  problem: textOrNull,
});
