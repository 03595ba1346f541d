import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Relay } from "../../../core/relay/relay.ts";
import { compileRouter } from "../../../core/routing/router.ts";
import type { RoutingRule } from "../../../core/routing/routing_rule.ts";
import { sampleRelay } from "../../support/sample_relay.ts";
import { sampleRule } from "../../support/sample_rule.ts";

const main = sampleRelay("main", { isDefault: true });
const other = sampleRelay("other");
const third = sampleRelay("third");
const relays = [other, main, third];

describe("compileRouter", () => {
  it("sends all recipients over the default relay where there is no rule", () => {
    assert.deepEqual(routed([], "me@a.example", ["x@b.example", "y@c.example"]), [
      { relay: "main", rule: null, recipients: ["x@b.example", "y@c.example"] },
    ]);
  });

  it("names no relay when the default one is disabled", () => {
    const relay = sampleRelay("main", { isDefault: true, enabled: false });
    const [route] = compileRouter({ relays: [relay, other], rules: [] }).route("", [{ address: "x@b.example" }]);
    assert.equal(route?.relay, null);
  });

  it("names no relay where there is none", () => {
    const [route] = compileRouter({ relays: [], rules: [] }).route("", [{ address: "x@b.example" }]);
    assert.equal(route?.relay, null);
  });

  it("lets the first rule that fits win, for each recipient", () => {
    const rules = [
      sampleRule("exact", "other", { recipients: ["b.example"] }),
      sampleRule("below", "third", { recipients: ["*.b.example", "b.example"] }),
    ];
    assert.deepEqual(routed(rules, "me@a.example", ["1@b.example", "2@x.y.b.example", "3@c.example", "4@b.example"]), [
      { relay: "other", rule: "exact", recipients: ["1@b.example", "4@b.example"] },
      { relay: "third", rule: "below", recipients: ["2@x.y.b.example"] },
      { relay: "main", rule: null, recipients: ["3@c.example"] },
    ]);
  });

  it("keeps recipients apart that go over one relay by two rules", () => {
    const rules = [
      sampleRule("one", "other", { recipients: ["b.example"] }),
      sampleRule("two", "other", { recipients: ["c.example"] }),
    ];
    const rulesUsed = routed(rules, "", ["x@b.example", "x@c.example"]).map(({ rule }) => rule);
    assert.deepEqual(rulesUsed, ["one", "two"]);
  });

  it("takes a rule when sender and recipient both fit", () => {
    const rules = [sampleRule("both", "other", { senders: ["a.example"], recipients: ["b.example"] })];
    assert.equal(ruleFor(rules, "me@a.example", "x@b.example"), "both");
    assert.equal(ruleFor(rules, "me@b.example", "x@b.example"), null);
    assert.equal(ruleFor(rules, "me@a.example", "x@a.example"), null);
  });

  it("has nothing but * fit the null sender and postmaster", () => {
    const rules = [
      sampleRule("bounces", "other", { senders: ["*"], recipients: ["b.example"] }),
      sampleRule("any", "third", { senders: ["a.example"], recipients: ["*"] }),
    ];
    assert.equal(ruleFor(rules, "", "x@b.example"), "bounces");
    assert.equal(ruleFor(rules, "", "x@c.example"), null);
    assert.equal(ruleFor(rules, "me@a.example", "postmaster"), "any");
  });

  it("has nothing above a domain literal", () => {
    const literal = "x@[192.0.2.1]";
    assert.equal(ruleFor([sampleRule("below", "other", { recipients: ["*.1]", "*.2.1]"] })], "", literal), null);
    assert.equal(ruleFor([sampleRule("exact", "other", { recipients: ["[192.0.2.1]"] })], "", literal), "exact");
  });

  it("reads the domain behind the last @", () => {
    const rules = [sampleRule("fake", "third", { recipients: ["b.example"] }), sampleRule("all", "other")];
    assert.equal(ruleFor(rules, "", '"x@b.example"@c.example'), "all");
  });

  it("passes over a rule whose relay is gone or disabled", () => {
    const rules = [sampleRule("gone", "nowhere"), sampleRule("off", "off"), sampleRule("last", "third")];
    const table = { relays: [...relays, sampleRelay("off", { enabled: false })], rules };
    assert.equal(compileRouter(table).route("", [{ address: "x@b.example" }])[0]?.rule, "last");
  });

  it("keeps to a rule whose relay can't be used for now", () => {
    const table = { relays: [main, sampleRelay("sealed", { problem: "No key." })], rules: [sampleRule("r", "sealed")] };
    assert.equal(compileRouter(table).route("", [{ address: "x@b.example" }])[0]?.relay?.name, "sealed");
  });

  it("finds relays by name, those that are disabled too", () => {
    const router = compileRouter({ relays: [main, sampleRelay("off", { enabled: false })], rules: [] });
    assert.equal(router.relayNamed("off")?.name, "off");
    assert.equal(router.relayNamed("__proto__"), undefined);
  });

  it("reads no rule again once the table is compiled", () => {
    let reads = 0;
    const watched = (index: number): RoutingRule =>
      new Proxy(sampleRule(`r${index}`, "other", { recipients: [`d${index}.example`] }), {
        get(rule, key) {
          reads++;
          return Reflect.get(rule, key);
        },
      });
    const router = compileRouter({ relays, rules: Array.from({ length: 1000 }, (_, index) => watched(index)) });
    assert.ok(reads >= 1000);
    reads = 0;
    assert.equal(router.route("me@a.example", [{ address: "x@d999.example" }])[0]?.rule, "r999");
    assert.equal(router.route("me@a.example", [{ address: "x@c.example" }])[0]?.rule, null);
    assert.equal(reads, 0);
  });

  it("decides as reading all rules one by one does", () => {
    const domain = fc
      .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join("."));
    const pattern = fc.oneof(
      fc.constant("*"),
      domain,
      domain.map((name) => `*.${name}`),
      fc.constant("[192.0.2.1]"),
    );
    const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
    const address = fc.oneof(
      domain.map((name) => `x@${name}`),
      fc.constantFrom("x@[192.0.2.1]", "x@[192.0.2.2]", "postmaster"),
    );
    const rule = fc.record({
      senders: patterns,
      recipients: patterns,
      relay: fc.constantFrom("main", "other", "off", "gone"),
    });
    const world = fc.record({
      sender: fc.oneof(fc.constant(""), address),
      recipients: fc.array(address, { minLength: 1, maxLength: 6 }),
      rules: fc.array(rule, { maxLength: 12 }),
    });
    fc.assert(
      fc.property(world, ({ sender, recipients, rules: drawn }) => {
        const table = [main, other, sampleRelay("off", { enabled: false })];
        const rules = drawn.map((facts, index) => ({ ...facts, id: `rul_${index}`, name: `r${index}` }));
        const routes = compileRouter({ relays: table, rules }).route(
          sender,
          recipients.map((to) => ({ address: to })),
        );
        for (const { rule: name, relay, recipients: group } of routes) {
          for (const { address: to } of group) {
            const expected = scan(table, rules, sender, to);
            assert.equal(name, expected?.name ?? null);
            assert.equal(relay?.name, expected?.relay ?? "main");
          }
        }
        assert.equal(routes.flatMap((route) => route.recipients).length, recipients.length);
      }),
      { numRuns: 2000 },
    );
  });
});

function routed(rules: readonly RoutingRule[], sender: string, recipients: readonly string[]) {
  const routes = compileRouter({ relays, rules }).route(
    sender,
    recipients.map((address) => ({ address })),
  );
  return routes.map((route) => ({
    relay: route.relay?.name,
    rule: route.rule,
    recipients: route.recipients.map(({ address }) => address),
  }));
}

function ruleFor(rules: readonly RoutingRule[], sender: string, recipient: string): string | null | undefined {
  return routed(rules, sender, [recipient])[0]?.rule;
}

/** The first rule that fits, read as an operator would read the list. */
function scan(table: readonly Relay[], rules: readonly RoutingRule[], sender: string, recipient: string) {
  return rules.find(
    (rule) =>
      table.some(({ name, enabled }) => name === rule.relay && enabled) &&
      rule.senders.some((pattern) => fits(pattern, sender)) &&
      rule.recipients.some((pattern) => fits(pattern, recipient)),
  );
}

function fits(pattern: string, address: string): boolean {
  if (pattern === "*") return true;
  const [, domain] = /@([^@]+)$/.exec(address) ?? [];
  if (domain === undefined) return false;
  return pattern.startsWith("*.") ? domain.endsWith(pattern.slice(1)) && !domain.startsWith("[") : domain === pattern;
}
