/** Which mail goes over which relay. */
import assert from "node:assert/strict";
import { until } from "../../support/e2e_process.ts";
import { Sink } from "../../support/e2e_sink.ts";
import type { Stage } from "../../support/e2e_stage.ts";
import type { Scenario } from "../scenario.ts";

const sender = "app@example.org";
const home = "you@home.example";
const abroad = "they@abroad.example";
const deep = "those@deep.abroad.example";
const recipients = [home, abroad, deep];

/** For each recipient over which relay, and by which rule. */
type Ways = Readonly<Record<string, { readonly relay: string | null; readonly rule: string | null }>>;

/** What the simulator says of each recipient. */
async function simulate(stage: Stage): Promise<Ways> {
  const simulations = [await stage.perform("route.simulate", { from: sender, to: recipients })].flat();
  return Object.fromEntries(simulations.map(({ recipient, relay, rule }) => [recipient, { relay, rule }]));
}

/** Sends one message to all, and returns what the log says of each once it is delivered. */
async function deliver(stage: Stage): Promise<Ways> {
  const client = await stage.greet();
  const reply = await client.send(sender, recipients, `To: ${recipients.join(", ")}\r\nSubject: split\r\n\r\nbody\r\n`);
  client.close();
  const id = /spl_[0-9a-f]{32}/.exec(reply)?.[0] ?? assert.fail(reply);
  return until("the log to tell of all recipients", async () => {
    const { rows } = await stage.perform("log.search", { id, event: "delivered" });
    const ways = rows.flatMap(({ to, relay, rule }) => to.map((address) => [address, { relay, rule }] as const));
    return ways.length === recipients.length && Object.fromEntries(ways);
  });
}

/** Sends a message, and checks that simulator, log and sinks agree. */
async function expectWays(stage: Stage, sinks: Readonly<Record<string, Sink>>, expected: Ways): Promise<void> {
  assert.deepEqual(await simulate(stage), expected);
  const seen = new Map(Object.entries(sinks).map(([name, { messages }]) => [name, messages.length]));
  assert.deepEqual(await deliver(stage), expected);
  for (const [name, { messages }] of Object.entries(sinks)) {
    const arrived = messages.slice(seen.get(name)).flatMap((message) => message.recipients);
    const due = recipients.filter((address) => expected[address]?.relay === name);
    assert.deepEqual(arrived.toSorted(), due.toSorted(), `what came over ${name}`);
  }
}

/** Two relays that this scenario alone has, one of them the default. */
async function startSinks(stage: Stage): Promise<{ readonly sink: Sink; readonly west: Sink }> {
  const [sink, west] = [await Sink.start(), await Sink.start()];
  stage.onClose(() => Promise.all([sink.close(), west.close()]));
  await stage.relayTo(sink.port);
  const settings = { host: "127.0.0.1", port: west.port, tls: "none" };
  await stage.perform("relay.add", { name: "west", provider: "smtp", settings });
  stage.onClose(() => stage.perform("relay.remove", { name: "west" }));
  stage.onClose(async () => {
    for (const { name } of await stage.perform("route.list", {})) await stage.perform("route.remove", { name });
  });
  return { sink, west };
}

/** Routing. */
export const routing: readonly Scenario[] = [
  {
    name: "one message goes over two relays by its recipients' domains, and rules change with the next delivery",
    isGuest: true,
    async play(stage) {
      const sinks = await startSinks(stage);
      const byDefault = { relay: "sink", rule: null };
      const byAbroad = { relay: "west", rule: "abroad" };
      const byOurs = { relay: "sink", rule: "ours" };

      const patterns = "Abroad.example, *.abroad.example";
      await stage.json("route", "add", "--recipient", patterns, "--relay", "west", "--name", "abroad");
      await expectWays(stage, sinks, { [home]: byDefault, [abroad]: byAbroad, [deep]: byAbroad });
      assert.equal(sinks.west.messages.length, 1);

      await stage.json("route", "add", "--sender", "example.org", "--relay", "sink", "--name", "ours");
      await expectWays(stage, sinks, { [home]: byOurs, [abroad]: byAbroad, [deep]: byAbroad });

      await stage.json("route", "move", "ours", "--before", "abroad");
      await expectWays(stage, sinks, { [home]: byOurs, [abroad]: byOurs, [deep]: byOurs });

      await stage.json("route", "remove", "ours");
      await stage.perform("relay.disable", { name: "west" });
      await expectWays(stage, sinks, { [home]: byDefault, [abroad]: byDefault, [deep]: byDefault });
    },
  },
];
