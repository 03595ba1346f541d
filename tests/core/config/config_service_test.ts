import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settingKeys } from "../../../core/config/settings.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { eventNames, MemoryConfigStore, openMemoryConfig } from "../../support/memory_config_store.ts";

const keysOf = (violations: readonly { readonly key: string }[]) => violations.map(({ key }) => key);

describe("openConfig", () => {
  test("adds a row for each key that has none, and none for a secret", async () => {
    const store = new MemoryConfigStore();
    store.put("api.port", "9000");
    await openMemoryConfig(store);
    assert.deepEqual([...store.rows.keys()].sort(), settingKeys.filter((key) => key !== "tls.cert_password").sort());
    assert.deepEqual(store.rows.get("listener.ports"), { key: "listener.ports", json: "[25,587]", seeded: true });
    assert.deepEqual(store.rows.get("api.port"), { key: "api.port", json: "9000", seeded: false });
  });

  test("shows a seeded value as the default, also after the next start", async () => {
    const store = new MemoryConfigStore();
    await openMemoryConfig(store);
    const config = await openMemoryConfig(store);
    assert.deepEqual(
      config.list().filter(({ source }) => source !== "default"),
      [],
    );
  });

  test("reports all bad values of table and environment at once", async () => {
    const store = new MemoryConfigStore();
    store.put("spool.worker_count", "99");
    store.put("listener.ports", "[25,");
    const environment = { DISPATCH_API_PORT: "http" };
    const error = await assertRefusal(() => openMemoryConfig(store, { environment }), "config_invalid");
    assert.deepEqual(keysOf(error.facts.violations), ["spool.worker_count", "listener.ports", "api.port"]);
    assert.deepEqual([...store.rows.keys()], ["spool.worker_count", "listener.ports"]);
  });

  test("opens to repair, with bad values set right one after another", async () => {
    const store = new MemoryConfigStore();
    store.put("spool.worker_count", "99");
    store.put("webui.port", "8025");
    const config = await openMemoryConfig(store, { repair: true });
    assert.deepEqual(keysOf(config.violations), ["spool.worker_count", "webui.port"]);
    await config.set({ "spool.worker_count": 8 });
    await config.unset("webui.port");
    assert.deepEqual(config.violations, []);
    assert.equal((await openMemoryConfig(store)).get("spool.worker_count").value, 8);
  });

  test("leaves the row of an unknown key alone", async () => {
    const store = new MemoryConfigStore();
    store.put("future.key", "1");
    await openMemoryConfig(store);
    assert.equal(store.rows.get("future.key")?.json, "1");
  });
});

describe("ConfigService", () => {
  test("set says what it put right in the value, and that answer alone does", async () => {
    const config = await openMemoryConfig(new MemoryConfigStore());
    const views = await config.set({ "api.allowed_cidrs": ["10.1.2.3/8"], "webui.allowed_cidrs": ["10.0.0.0/8"] });
    assert.deepEqual(
      views.map(({ key, value, notes }) => [key, value, notes]),
      [
        [
          "api.allowed_cidrs",
          ["10.0.0.0/8"],
          ['"10.1.2.3/8" has bits set behind its prefix: it was taken as 10.0.0.0/8'],
        ],
        ["webui.allowed_cidrs", ["10.0.0.0/8"], undefined],
      ],
    );
    assert.equal("notes" in config.get("api.allowed_cidrs"), false);
  });

  test("set puts typed and JSON values in force and stores them", async () => {
    const store = new MemoryConfigStore();
    const config = await openMemoryConfig(store);
    const views = await config.set({ "listener.ports": "2525, 2587", "api.port": 9000, "listener.require_auth": "on" });
    assert.deepEqual(
      views.map(({ key, value, source }) => [key, value, source]),
      [
        ["listener.ports", [2525, 2587], "table"],
        ["api.port", 9000, "table"],
        ["listener.require_auth", true, "table"],
      ],
    );
    assert.deepEqual(config.holder.current["listener.ports"], [2525, 2587]);
    assert.equal((await openMemoryConfig(store)).get("api.port").value, 9000);
  });

  test("set refuses all values when one is bad, and names every bad one", async () => {
    const store = new MemoryConfigStore();
    const config = await openMemoryConfig(store);
    const before = [...store.rows.values()];
    const change = { "api.port": 9000, "spool.worker_count": "0", "tls.min_version": "TLSv1.1", "purge.enabled": null };
    const error = await assertRefusal(() => config.set(change), "config_invalid");
    assert.deepEqual(error.facts.violations, [
      { key: "spool.worker_count", value: '"0"', rule: "must be a whole number from 1 to 32" },
      { key: "tls.min_version", value: '"TLSv1.1"', rule: 'must be "TLSv1.2" or "TLSv1.3"' },
      { key: "purge.enabled", value: "null", rule: "must be true or false" },
    ]);
    assert.deepEqual([...store.rows.values()], before);
    assert.equal(config.get("api.port").value, 8025);
  });

  test("set refuses values that don't go together", async () => {
    const config = await openMemoryConfig(new MemoryConfigStore());
    const error = await assertRefusal(() => config.set({ "api.port": 8420 }), "config_invalid");
    assert.equal(error.message, "webui.port must not name a port that api.port names too; 8420 was given.");
  });

  test("set lets two listeners exchange their ports", async () => {
    const config = await openMemoryConfig(new MemoryConfigStore());
    await config.set({ "api.port": 8026, "api.tls_port": 8025 });
    assert.equal(config.get("api.port").value, 8026);
  });

  test("set names the nearest key to an unknown one", async () => {
    const config = await openMemoryConfig(new MemoryConfigStore());
    const error = await assertRefusal(() => config.set({ "listener.port": 25 }), "config_key_unknown");
    assert.equal(error.facts.nearest, "listener.ports");
  });

  test("set and unset refuse a pinned key", async () => {
    const config = await openMemoryConfig(new MemoryConfigStore(), { environment: { DISPATCH_API_PORT: "9000" } });
    const error = await assertRefusal(() => config.set({ "api.port": 9001 }), "config_pinned");
    assert.equal(error.facts.variable, "DISPATCH_API_PORT");
    await assertRefusal(() => config.unset("api.port"), "config_pinned");
    const { value, source, locked, variable } = config.get("api.port");
    assert.deepEqual(
      { value, source, locked, variable },
      { value: 9000, source: "environment", locked: true, variable: "DISPATCH_API_PORT" },
    );
  });

  test("set and unset refuse a key that Dispatch writes itself", async () => {
    const config = await openMemoryConfig(new MemoryConfigStore());
    for (const key of ["tls.cert_source", "tls.cert_path", "tls.cert_password"]) {
      await assertRefusal(() => config.set({ [key]: "uploaded" }), "config_not_settable");
      await assertRefusal(() => config.unset(key), "config_not_settable");
    }
  });

  test("record seals a secret at its place, and no view shows it", async () => {
    const store = new MemoryConfigStore();
    const config = await openMemoryConfig(store);
    assert.equal(config.get("tls.cert_password").value, "");
    const views = await config.record({ "tls.cert_source": "uploaded", "tls.cert_password": "hunter2" });
    assert.equal(store.rows.get("tls.cert_password")?.json, 'sealed(config/tls.cert_password):"hunter2"');
    assert.equal(config.holder.current["tls.cert_password"], "hunter2");
    assert.doesNotMatch(JSON.stringify([views, config.list()]), /hunter2/);
    assert.equal((await openMemoryConfig(store)).holder.current["tls.cert_password"], "hunter2");
  });

  test("unset puts the default back", async () => {
    const store = new MemoryConfigStore();
    const config = await openMemoryConfig(store);
    await config.set({ "api.port": 9000 });
    const { value, source } = await config.unset("api.port");
    assert.deepEqual({ value, source }, { value: 8025, source: "default" });
    assert.equal((await openMemoryConfig(store)).get("api.port").source, "default");
  });

  test("tells a subscriber only of a stored change of its keys", async () => {
    const store = new MemoryConfigStore();
    const config = await openMemoryConfig(store);
    const told: number[] = [];
    config.holder.subscribe(["api.port"], (next) => told.push(next["api.port"]));
    await config.set({ "spool.worker_count": 8 });
    store.failure = new TypeError("disk on fire");
    await assert.rejects(config.set({ "api.port": 9000 }), /disk on fire/);
    store.failure = null;
    await config.set({ "api.port": 9001 });
    assert.deepEqual(told, [9001]);
  });

  test("logs a subscriber that fails, and the change stands", async () => {
    const logger = eventNames();
    const config = await openMemoryConfig(new MemoryConfigStore(), { logger });
    config.holder.subscribe(["api.port"], () => {
      throw new TypeError("broken");
    });
    await config.set({ "api.port": 9000 });
    assert.deepEqual(logger.events, ["config.follower_failed"]);
    assert.equal(config.get("api.port").value, 9000);
  });
});

describe("ConfigService guard", () => {
  test("is asked before the change is stored, with the states after and before", async () => {
    const store = new MemoryConfigStore();
    const config = await openMemoryConfig(store);
    const seen: unknown[] = [];
    config.guard(["api.port"], async (next, previous) => {
      seen.push([next["api.port"], previous["api.port"], store.rows.get("api.port")?.json]);
      return undefined;
    });
    await config.set({ "spool.worker_count": 8 });
    await config.set({ "api.port": 9000 });
    assert.deepEqual(seen, [[9000, 8025, "8025"]]);
  });

  test("refuses the change by throwing; nothing is stored, and the guards before it are undone", async () => {
    const store = new MemoryConfigStore();
    const config = await openMemoryConfig(store);
    const undone: string[] = [];
    config.guard(["api.port"], async () => () => void undone.push("first"));
    config.guard(["api.port"], async () => () => void undone.push("second"));
    config.guard(["api.port"], async () => {
      throw new RangeError("port in use");
    });
    await assert.rejects(config.set({ "api.port": 9000, "spool.worker_count": 8 }), /port in use/);
    assert.deepEqual(undone, ["second", "first"]);
    assert.equal(config.get("api.port").value, 8025);
    assert.equal(store.rows.get("spool.worker_count")?.json, "4");
  });

  test("is undone when the change can't be stored", async () => {
    const store = new MemoryConfigStore();
    const config = await openMemoryConfig(store);
    const undone: string[] = [];
    config.guard(["api.port"], async () => () => void undone.push("undone"));
    store.failure = new TypeError("disk on fire");
    await assert.rejects(config.set({ "api.port": 9000 }), /disk on fire/);
    assert.deepEqual(undone, ["undone"]);
    assert.equal(config.holder.current["api.port"], 8025);
  });

  test("sees one change at a time", async () => {
    const config = await openMemoryConfig(new MemoryConfigStore());
    const steps: string[] = [];
    config.guard(["api.port"], async (next) => {
      steps.push(`begin ${next["api.port"]}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      steps.push(`end ${next["api.port"]}`);
      return undefined;
    });
    await Promise.allSettled([
      config.set({ "api.port": 9000 }),
      config.set({ "api.port": "nonsense" }),
      config.set({ "api.port": 9001 }),
    ]);
    assert.deepEqual(steps, ["begin 9000", "end 9000", "begin 9001", "end 9001"]);
    assert.equal(config.get("api.port").value, 9001);
  });

  test("is not asked any more once it was taken away", async () => {
    const config = await openMemoryConfig(new MemoryConfigStore());
    config.guard(["api.port"], assert.fail)();
    await config.set({ "api.port": 9000 });
    assert.equal(config.get("api.port").value, 9000);
  });
});
