/** A scenario: what an operator or a client does with a running Dispatch, and what has to come of it. */
import { after, before, suite, test } from "node:test";
import { findTool } from "../support/e2e_process.ts";
import { Stage } from "../support/e2e_stage.ts";
import type { Target } from "./target.ts";

/** One scenario. */
export interface Scenario {
  /** Reads as "what does what". */
  readonly name: string;
  /** Programs that it runs; where one is missing the scenario is left out, and that is said. */
  readonly tools?: readonly string[];
  /** Why this machine can't play it, such as "needs root", or `null`; then it is left out, and that is said. */
  readonly obstacle?: () => string | null;
  /** Where it plays; default: on every target. For what takes long and can't differ on another. */
  readonly targets?: readonly Target["name"][];
  /** Milliseconds after which it has failed; default 60,000. */
  readonly timeoutMs?: number;
  /**
   * Plays beside a service that runs already with its defaults, and that others play beside after it: it puts back what it
   * changes, and minds no message that is there before it.
   */
  readonly isGuest?: true;
  readonly play: (stage: Stage) => Promise<void>;
}

/** How many scenarios play at a time: they wait more than they work. Guests take one of the places, one after another. */
const concurrency = 3;

/** Registers a test for each scenario on `target`; prints a line `left out: …` for each that lacks a tool. */
export function bindScenarios(target: Target, scenarios: readonly Scenario[]): void {
  const playable = scenarios.filter((scenario) => isPlayable(scenario, target));
  suite(target.name, { concurrency }, () => {
    bindGuests(
      target,
      playable.filter(({ isGuest }) => isGuest === true),
    );
    for (const scenario of playable.filter(({ isGuest }) => isGuest !== true)) {
      test(scenario.name, async () => playOn(await Stage.open(target), scenario));
    }
  });
}

function isPlayable(scenario: Scenario, target: Target): boolean {
  if (scenario.targets?.includes(target.name) === false) return false;
  const obstacle = obstacleOf(scenario);
  if (obstacle !== null) console.log(`left out: ${target.name}: ${scenario.name} (${obstacle})`);
  return obstacle === null;
}

function obstacleOf({ tools = [], obstacle = () => null }: Scenario): string | null {
  const missing = tools.filter((tool) => findTool(tool) === null);
  return missing.length > 0 ? `not installed: ${missing.join(", ")}` : obstacle();
}

/** A start costs more than most scenarios: those that need none of their own share one service. */
function bindGuests(target: Target, scenarios: readonly Scenario[]): void {
  if (scenarios.length === 0) return;
  suite("beside one service", { concurrency: 1 }, () => {
    let host: Stage;
    before(async () => {
      host = await Stage.open(target);
      await host.start();
    });
    after(() => host.close());
    for (const scenario of scenarios) test(scenario.name, () => playOn(host.beside(), scenario));
  });
}

async function playOn(stage: Stage, { name, timeoutMs = 60_000, play }: Scenario): Promise<void> {
  try {
    await withinTime(timeoutMs, play(stage));
  } catch (error) {
    console.log(`── ${stage.target.name}: ${name}: what the service said ──\n${stage.transcript()}`);
    throw error;
  } finally {
    await stage.close();
  }
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
