/** A scenario: what an operator or a client does with a running Dispatch, and what has to come of it. */
import { suite, test } from "node:test";
import { findTool } from "../support/e2e_process.ts";
import { Stage } from "../support/e2e_stage.ts";
import type { Target } from "./target.ts";

/** One scenario. */
export interface Scenario {
  /** Reads as "what does what". */
  readonly name: string;
  /** Programs that it runs; where one is missing the scenario is left out, and that is said. */
  readonly tools?: readonly string[];
  /** Where it plays; default: on every target. For what takes long and can't differ on another. */
  readonly targets?: readonly Target["name"][];
  /** Milliseconds after which it has failed; default 60,000. */
  readonly timeoutMs?: number;
  readonly play: (stage: Stage) => Promise<void>;
}

/** How many scenarios play at a time: they wait more than they work. */
const concurrency = 3;

/** Registers a test for each scenario on `target`; prints a line `left out: …` for each that lacks a tool. */
export function bindScenarios(target: Target, scenarios: readonly Scenario[]): void {
  suite(target.name, { concurrency }, () => {
    for (const scenario of scenarios) {
      if (scenario.targets?.includes(target.name) === false) continue;
      const missing = (scenario.tools ?? []).filter((tool) => findTool(tool) === null);
      if (missing.length > 0) {
        console.log(`left out: ${target.name}: ${scenario.name} (not installed: ${missing.join(", ")})`);
        continue;
      }
      test(scenario.name, async () => {
        const stage = await Stage.open(target);
        try {
          await withinTime(scenario.timeoutMs ?? 60_000, scenario.play(stage));
        } catch (error) {
          console.log(`── ${target.name}: ${scenario.name}: what the service said ──\n${stage.transcript()}`);
          throw error;
        } finally {
          await stage.close();
        }
      });
    }
  });
}

/** Rejects when `play` takes longer; the runner's own limit would leave what the scenario started running. */
async function withinTime(limitMs: number, play: Promise<void>): Promise<void> {
  const { promise: timeUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`the scenario was not over after ${limitMs} ms`)), limitMs);
  try {
    await Promise.race([play, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
