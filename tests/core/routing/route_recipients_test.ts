import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Relay } from "../../../core/relay/relay.ts";
import { routeRecipients } from "../../../core/routing/route_recipients.ts";

function relay(name: string, overrides: Partial<Relay> = {}): Relay {
  return {
    id: `rly_${name}`,
    name,
    provider: "smtp",
    settings: {},
    enabled: true,
    isDefault: false,
    concurrency: 4,
    ...overrides,
  };
}

describe("routeRecipients", () => {
  it("sends all recipients over the default relay", () => {
    const main = relay("main", { isDefault: true });
    const routes = routeRecipients({ relays: [relay("other"), main] }, ["a", "b"]);
    assert.deepEqual(routes, [{ relay: main, rule: null, recipients: ["a", "b"] }]);
  });

  it("names no relay when the default one is disabled", () => {
    const relays = [relay("main", { isDefault: true, enabled: false }), relay("other")];
    assert.deepEqual(routeRecipients({ relays }, ["a"]), [{ relay: null, rule: null, recipients: ["a"] }]);
  });

  it("names no relay where there is none", () => {
    assert.equal(routeRecipients({ relays: [] }, ["a"])[0]?.relay, null);
  });
});
