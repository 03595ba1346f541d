/**
 * Speed and memory beside Debian's Postfix, and what certificates cost, on this machine at this moment: `npm run bench`, or
 * `npm run bench -- node`.
 *
 * Ratios count, absolute figures depend on the machine; so the contenders take turns, and the median of the ratios
 * within each turn counts.
 * Prints a table, writes `bench/results.json`, and exits with 1 when a mark is missed.
 */
import { writeFile } from "node:fs/promises";
import { bunTarget, nodeTarget } from "../tests/e2e/target.ts";
import { pickPort } from "../tests/support/e2e_ports.ts";
import { projectRoot } from "../tests/support/e2e_project_files.ts";
import { measureCertificates } from "./certificate.ts";
import type { Contender } from "./contender.ts";
import { discardingName, startDiscarding, startDispatch, startRouting } from "./dispatch.ts";
import { compareTurns, type Figure, formatTable, reachesMark } from "./figures.ts";
import { largeMessages, measureGrowth } from "./memory.ts";
import { startPostfix } from "./postfix.ts";
import { CountingSink, startSilentHost } from "./smtp_load.ts";
import { type Rates, takeTurns } from "./turns.ts";

const target = process.argv[2] === "node" ? nodeTarget : bunTarget;

async function stopAll(contenders: readonly Contender[]): Promise<void> {
  for (const contender of contenders) await contender.stop();
}

/** What it costs to accept, and that alone: the smart host says nothing, so what arrives is stored and stays. */
async function measureAccept(): Promise<Figure[]> {
  const relayPort = await pickPort();
  const closeSilentHost = await startSilentHost(relayPort);
  const contenders = [
    await startDispatch(target, relayPort),
    await startDiscarding(target),
    await startPostfix(relayPort),
  ];
  try {
    const kept = await takeTurns("durable accept, connections kept", contenders, true, () => undefined);
    const [own, discarding, postfix] = kept.map(acceptRates) as [number[], number[], number[]];
    const both = contenders.filter(({ name }) => name !== discardingName);
    const anew = await takeTurns("durable accept, new connections", both, false, () => undefined);
    const [ownNew, postfixNew] = anew.map(acceptRates) as [number[], number[]];
    return [
      compareTurns("durable accept, kept", own, { name: "discarding", values: discarding }, { leastRatio: 0.6 }),
      compareTurns("durable accept, kept", own, { name: "Postfix", values: postfix }, { leastRatio: 5 }),
      compareTurns("durable accept, new", ownNew, { name: "Postfix", values: postfixNew }, { leastRatio: 2.5 }),
    ];
  } finally {
    await stopAll(contenders);
    closeSilentHost();
  }
}

/** Accepting while what was accepted goes out into an smtp-sink, as in service; and memory. */
async function measureInService(): Promise<Figure[]> {
  const [dispatchSink, postfixSink] = [await pickPort(), await pickPort()];
  const dispatch = await startDispatch(target, dispatchSink);
  const postfix = await startPostfix(postfixSink);
  const sinkPortOf = (contender: Contender) => (contender === postfix ? postfixSink : dispatchSink);
  const growth = async (contender: Contender) =>
    (await measureGrowth(contender, await CountingSink.start(sinkPortOf(contender), largeMessages))) / 1024 ** 2;
  try {
    const both = [dispatch, postfix];
    const kept = (await takeTurns("in service, connections kept", both, true, sinkPortOf)) as [Rates[], Rates[]];
    const anew = (await takeTurns("in service, new connections", both, false, sinkPortOf)) as [Rates[], Rates[]];
    console.log("50 senders of 25 MiB at once");
    const [own, postfixOwn] = [await growth(dispatch), await growth(postfix)];
    const beside = (
      name: string,
      ratesOf: (turns: Rates[]) => number[],
      pair: [Rates[], Rates[]],
      mark: Figure["mark"],
    ) => compareTurns(name, ratesOf(pair[0]), { name: "Postfix", values: ratesOf(pair[1]) }, mark);
    return [
      beside("end to end, kept", endToEndRates, kept, { leastRatio: 3 }),
      beside("end to end, new", endToEndRates, anew, null),
      // Both processors have to deliver what came before meanwhile.
      beside("accept in service, kept", acceptRates, kept, null),
      beside("accept in service, new", acceptRates, anew, null),
      {
        name: "memory, 50 × 25 MiB",
        unit: "MiB",
        dispatch: own,
        beside: { name: "Postfix", value: postfixOwn, ratio: own / postfixOwn },
        mark: { most: 150 },
      },
    ];
  } finally {
    await stopAll([dispatch, postfix]);
  }
}

/** What a thousand routing rules cost beside none, in service. */
async function measureRouting(): Promise<Figure[]> {
  const [plainSink, routedSink] = [await pickPort(), await pickPort()];
  const plain = await startDispatch(target, plainSink);
  const routed = await startRouting(target, routedSink, 1000);
  const both = [routed, plain];
  try {
    const turns = await takeTurns("in service, with and without rules", both, true, (contender) =>
      contender === routed ? routedSink : plainSink,
    );
    const beside = (ratesOf: (rates: Rates[]) => number[]) => {
      const [own, other] = turns.map(ratesOf) as [number[], number[]];
      return [own, { name: "no rules", values: other }, { leastRatio: 0.9 }] as const;
    };
    return [
      compareTurns("1,000 rules, accept", ...beside(acceptRates)),
      compareTurns("1,000 rules, end to end", ...beside(endToEndRates)),
    ];
  } finally {
    await stopAll(both);
  }
}

function acceptRates(turns: readonly Rates[]): number[] {
  return turns.map(({ accept }) => accept);
}

function endToEndRates(turns: readonly Rates[]): number[] {
  return turns.map(({ endToEnd }) => endToEnd);
}

const figures = [
  ...(await measureAccept()),
  ...(await measureInService()),
  ...(await measureRouting()),
  // On both runtimes, whichever was chosen.
  ...(await measureCertificates()),
];
console.log(`\n${formatTable(figures)}`);
const results = figures.map((figure) => ({ ...figure, isReached: reachesMark(figure) }));
await writeFile(
  `${projectRoot}bench/results.json`,
  `${JSON.stringify({ target: target.name, figures: results }, null, 2)}\n`,
);
process.exitCode = figures.every(reachesMark) ? 0 : 1;
