/** Answers about routing. */
import { z } from "zod";
import { count, list, named, text, textOrNull } from "./shape.ts";

/** A routing rule, and where it stands. */
export const routingRule = named("RoutingRule", {
  id: text,
  name: text,
  position: count,
  senders: list(text),
  recipients: list(text),
  relay: text,
  problem: textOrNull,
});

const oneSimulation = named("RouteSimulation", {
  recipient: text,
  relay: textOrNull,
  rule: textOrNull,
  reason: text,
  skipped: list(z.object({ rule: text, reason: text })),
  fallback: z.object({ relay: text, afterSeconds: count, problem: textOrNull }).nullable(),
});

/** Where mail would go: for one recipient, or for each of a list. */
export const routeSimulation = z.union([oneSimulation, list(oneSimulation)]);
