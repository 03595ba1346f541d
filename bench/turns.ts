/** Measuring several relays in turn, so that whatever else the machine does disturbs all of them alike. */
import type { Contender } from "./contender.ts";
import { CountingSink, sendLoad } from "./smtp_load.ts";

/** Odd, so that the median is one of them. */
const turns = 9;
/** Messages in one turn: enough for a second or two of each. */
const turnMessages = { postfix: 2000, dispatch: 8000 };
/**
 * A relay runs for months: what its compiler does in the first half of a minute is not what is asked here. It takes a good part
 * of a processor of its own meanwhile; Postfix has been compiled before.
 */
const warmUpMessages = { postfix: 2000, dispatch: 100_000 };
/** Those that need no long warm-up any more. */
const hasRun = new WeakSet<Contender>();

/** Messages a second in one turn. */
export interface Rates {
  /** Until the last one was acknowledged. */
  readonly accept: number;
  /** Until the last one had arrived at the smart host; the same as `accept` where none takes mail. */
  readonly endToEnd: number;
}

function messagesFor(contender: Contender, { postfix, dispatch }: typeof turnMessages): number {
  return contender.name === "Postfix" ? postfix : dispatch;
}

/** One load. With `sinkPort` an smtp-sink takes what comes out; the load is over when all of it is there. */
async function measure(contender: Contender, messages: number, keepsConnections: boolean, sinkPort?: number) {
  const sink = sinkPort === undefined ? null : await CountingSink.start(sinkPort, messages);
  const startedMs = performance.now();
  const accept = await sendLoad({ port: contender.smtpPort, messages, keepsConnections });
  await sink?.full();
  return { accept, endToEnd: (messages * 1000) / (performance.now() - startedMs) };
}

/**
 * Lets the contenders take turns and returns, for each contender, the rates of its turns.
 *
 * @param what What is measured, for whoever watches.
 * @param sinkPortOf Where a contender forwards to; `undefined` where nothing is to come out.
 */
export async function takeTurns(
  what: string,
  contenders: readonly Contender[],
  keepsConnections: boolean,
  sinkPortOf: (contender: Contender) => number | undefined,
): Promise<Rates[][]> {
  console.log(what);
  const measured = contenders.map((): Rates[] => []);
  for (const contender of contenders) {
    const warmUp = messagesFor(contender, hasRun.has(contender) ? turnMessages : warmUpMessages);
    await measure(contender, warmUp, keepsConnections, sinkPortOf(contender));
    await contender.settle();
    hasRun.add(contender);
  }
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, contender] of contenders.entries()) {
      const sinkPort = sinkPortOf(contender);
      const rates = await measure(contender, messagesFor(contender, turnMessages), keepsConnections, sinkPort);
      measured[index]?.push(rates);
      const out = sinkPort === undefined ? "" : `, ${Math.round(rates.endToEnd)} end to end`;
      console.log(`  ${contender.name}: ${Math.round(rates.accept)} messages/s accepted${out}`);
      await contender.settle();
    }
  }
  return measured;
}
