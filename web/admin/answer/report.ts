/** Answers with reports. */
import { z } from "zod";
import { messageEvents } from "../../../core/history/message_event.ts";
import { count, list, named, text, textOrNull, time, timeOrNull } from "./shape.ts";

const reportRow = z.object({
  time: timeOrNull,
  relay: textOrNull,
  event: z.enum(messageEvents),
  count,
  recipients: count,
  bytes: count,
});

/** What happened in a span of time. */
export const report = named("Report", { from: time, to: time, timeZone: text, rows: list(reportRow) });
