import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { routeRecipients } from "../../../core/routing/route_recipients.ts";
import { sampleRelay } from "../../support/sample_relay.ts";

describe("routeRecipients", () => {
  it("sends all recipients over the default relay", () => {
    const main = sampleRelay("main", { isDefault: true });
    const routes = routeRecipients({ relays: [sampleRelay("other"), main], rules: [] }, ["a", "b"]);
    assert.deepEqual(routes, [{ relay: main, rule: null, recipients: ["a", "b"] }]);
  });

  it("names no relay when the default one is disabled", () => {
    const relays = [sampleRelay("main", { isDefault: true, enabled: false }), sampleRelay("other")];
    assert.deepEqual(routeRecipients({ relays, rules: [] }, ["a"]), [{ relay: null, rule: null, recipients: ["a"] }]);
  });

  it("names no relay where there is none", () => {
    assert.equal(routeRecipients({ relays: [], rules: [] }, ["a"])[0]?.relay, null);
  });
});
