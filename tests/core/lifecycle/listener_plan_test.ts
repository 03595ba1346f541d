import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings, type Settings } from "../../../core/config/settings.ts";
import { listenerKeys, nameListener, planListeners } from "../../../core/lifecycle/listener_plan.ts";

const defaults = defaultSettings({ hostName: "relay1" });
const planOf = (change: Partial<Settings>) => planListeners({ ...defaults, ...change }).map(nameListener);

const plans = [
  [{}, "smtp:25 smtp:587 http:8025 https:8026 dashboard:8420"],
  [{ "listener.ports": [2525] }, "smtp:2525 http:8025 https:8026 dashboard:8420"],
  [{ "listener.ports": [] }, "http:8025 https:8026 dashboard:8420"],
  [{ "listener.implicit_tls_ports": [465] }, "smtp:25 smtp:587 smtps:465 http:8025 https:8026 dashboard:8420"],
  [{ "api.enabled": false }, "smtp:25 smtp:587 dashboard:8420"],
  [{ "api.http_enabled": false }, "smtp:25 smtp:587 https:8026 dashboard:8420"],
  [{ "api.tls_enabled": false }, "smtp:25 smtp:587 http:8025 dashboard:8420"],
  [{ "api.port": 80, "api.tls_port": 443 }, "smtp:25 smtp:587 http:80 https:443 dashboard:8420"],
  [{ "webui.port": 9000 }, "smtp:25 smtp:587 http:8025 https:8026 dashboard:9000"],
] as const;

for (const [change, expected] of plans) {
  test(`planListeners with ${JSON.stringify(change)} plans ${expected}`, () => {
    assert.equal(planOf(change).join(" "), expected);
  });
}

test("listenerKeys are the settings that change the plan", () => {
  const changing = plans.flatMap(([change]) => Object.keys(change));
  assert.deepEqual([...new Set(changing)].toSorted(), listenerKeys.toSorted());
});
