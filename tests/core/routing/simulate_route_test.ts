import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Relay } from "../../../core/relay/relay.ts";
import { compileRouter } from "../../../core/routing/router.ts";
import type { RoutingRule } from "../../../core/routing/routing_rule.ts";
import { simulateRoutes } from "../../../core/routing/simulate_route.ts";
import { sampleRelay } from "../../support/sample_relay.ts";
import { sampleRule } from "../../support/sample_rule.ts";

const main = sampleRelay("main", { isDefault: true });
const west = sampleRelay("west");
const off = sampleRelay("off", { enabled: false });

describe("simulateRoutes", () => {
  it("names the rule that wins, and the patterns by which it fits", () => {
    const rules = [
      sampleRule("other", "west", { senders: ["b.example"] }),
      sampleRule("abroad", "west", { senders: ["*", "a.example"], recipients: ["x.example", "*.example"] }),
      sampleRule("later", "main"),
    ];
    assert.deepEqual(simulate([main, west], rules, "me@a.example", "you@b.example"), {
      recipient: "you@b.example",
      relay: "west",
      rule: "abroad",
      reason: "The first rule that fits is abroad: sender *, recipient *.example.",
      skipped: [],
      fallback: null,
    });
  });

  it("names the default relay where no rule fits", () => {
    const simulation = simulate([main], [sampleRule("a", "main", { senders: ["b.example"] })]);
    assert.deepEqual([simulation.relay, simulation.rule], ["main", null]);
    assert.equal(simulation.reason, "No rule fits, and main is the default relay.");
  });

  it("says which rules are skipped, and why", () => {
    const rules = [sampleRule("gone", "nowhere"), sampleRule("off", "off"), sampleRule("last", "west")];
    const simulation = simulate([main, west, off], rules);
    assert.equal(simulation.rule, "last");
    assert.match(simulation.reason, /^The first rule that fits and is not skipped is last/);
    assert.deepEqual(simulation.skipped, [
      { rule: "gone", reason: "There is no relay nowhere, and the rule is skipped." },
      { rule: "off", reason: "The relay off is disabled, and the rule is skipped." },
    ]);
    assert.match(simulate([main, off], rules).reason, /^Each rule that fits is skipped, and main is the default/);
  });

  it("names a hundred skipped rules at most", () => {
    const rules = Array.from({ length: 200 }, (_, index) => sampleRule(`r${index}`, "off"));
    assert.equal(simulate([main, off], rules).skipped.length, 100);
  });

  it("says that mail waits for a relay that can't be used, and where there is none", () => {
    const sealed = sampleRelay("sealed", { problem: "Its password can't be opened." });
    const waiting = simulate([main, sealed], [sampleRule("a", "sealed")]);
    assert.match(
      waiting.reason,
      /sealed can't be used: its mail is tried again until the retries are over\. Its password can't be opened\./,
    );
    const none = simulate([west], []);
    assert.equal(none.relay, null);
    assert.match(none.reason, /tried again until the retries are over/);
  });

  it("says what takes over, when, and whether it would", () => {
    const fallbackOf = (...others: readonly Relay[]) => {
      const weak = sampleRelay("weak", { isDefault: true, fallback: "off", fallbackAfterSeconds: 60 });
      return simulate([weak, ...others], []).fallback;
    };
    assert.deepEqual(fallbackOf(sampleRelay("off")), { relay: "off", afterSeconds: 60, problem: null });
    assert.match(fallbackOf(off)?.problem ?? "", /disabled/);
    assert.match(fallbackOf()?.problem ?? "", /no relay off/);
    assert.match(fallbackOf(sampleRelay("off", { problem: "No key." }))?.problem ?? "", /No key/);
    const next = fallbackOf(sampleRelay("off", { enabled: false, fallback: "west" }), west);
    assert.deepEqual(next, { relay: "west", afterSeconds: 60, problem: null });
  });

  it("finds for each recipient what the compiled router finds", () => {
    const domains = ["a.example", "x.a.example", "y.x.a.example", "b.example", "[192.0.2.1]"];
    const patterns = ["*", "*.example", "*.a.example", ...domains];
    const table = [main, west, off];
    const rules = Array.from({ length: 60 }, (_, index) =>
      sampleRule(`r${index}`, ["west", "off", "gone"][index % 3]!, {
        senders: [patterns[(index * 5 + 1) % patterns.length]!],
        recipients: [patterns[(index * 3 + 2) % patterns.length]!],
      }),
    );
    for (const sender of ["", ...domains.map((domain) => `me@${domain}`)]) {
      const recipients = domains.map((domain) => ({ address: `you@${domain}` }));
      const routes = compileRouter({ relays: table, rules }).route(sender, recipients);
      const expected = new Map(
        routes.flatMap((route) => route.recipients.map(({ address }) => [address, route] as const)),
      );
      const addresses = recipients.map(({ address }) => address);
      for (const simulation of simulateRoutes({ relays: table, rules }, sender, addresses)) {
        const { relay, rule } = expected.get(simulation.recipient)!;
        assert.deepEqual([simulation.relay, simulation.rule], [relay?.name, rule]);
      }
    }
  });
});

function simulate(
  relays: readonly Relay[],
  rules: readonly RoutingRule[],
  sender = "me@a.example",
  recipient = "you@b.example",
) {
  return simulateRoutes({ relays, rules }, sender, [recipient])[0]!;
}
