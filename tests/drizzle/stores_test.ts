import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import type { AdminTokenRecord } from "../../core/access/admin_token.ts";
import type { ApiKeyRecord } from "../../core/access/api_key_store.ts";
import type { SmtpUserRecord } from "../../core/access/smtp_user_store.ts";
import type { StoredRelay } from "../../core/relay/relay_store.ts";
import { openStores, type Stores } from "../../drizzle/stores.ts";
import { DatabaseFixture } from "../support/database_fixture.ts";

let stores: Stores;
const fixtures: DatabaseFixture[] = [];

describe("openStores", () => {
  beforeEach(async () => {
    const fixture = new DatabaseFixture();
    fixtures.push(fixture);
    stores = openStores(await fixture.open());
  });

  after(() => {
    for (const fixture of fixtures) fixture.remove();
  });

  describe("openMetaStore", () => {
    test("keeps the last value of a name", async () => {
      assert.equal(await stores.meta.read("key_check"), null);
      await stores.meta.write("key_check", "v1.a");
      await stores.meta.write("key_check", "v1.b");
      assert.equal(await stores.meta.read("key_check"), "v1.b");
    });
  });

  describe("openConfigStore", () => {
    const row = async (key: string) => (await stores.config.readAll()).find((found) => found.key === key);

    test("write stores and removes rows", async () => {
      await stores.config.write([{ key: "a", json: "1" }], []);
      await stores.config.write([{ key: "b", json: "[2]" }], ["a"]);
      assert.deepEqual(await stores.config.readAll(), [{ key: "b", json: "[2]", seeded: false }]);
    });

    test("write changes a seeded row into an operator's", async () => {
      await stores.config.seed([{ key: "a", json: "1" }]);
      assert.deepEqual(await row("a"), { key: "a", json: "1", seeded: true });
      await stores.config.write([{ key: "a", json: "2" }], []);
      assert.deepEqual(await row("a"), { key: "a", json: "2", seeded: false });
    });

    test("seed leaves a row alone that is there", async () => {
      await stores.config.write([{ key: "a", json: "2" }], []);
      await stores.config.seed([
        { key: "a", json: "1" },
        { key: "b", json: "1" },
      ]);
      assert.deepEqual(await row("a"), { key: "a", json: "2", seeded: false });
      assert.deepEqual(await row("b"), { key: "b", json: "1", seeded: true });
    });

    test("write of nothing changes nothing", async () => {
      await stores.config.seed([{ key: "a", json: "1" }]);
      await stores.config.write([], []);
      await stores.config.seed([]);
      assert.equal((await stores.config.readAll()).length, 1);
    });
  });

  describe("openRelayStore", () => {
    const relay = (name: string, overrides: Partial<StoredRelay> = {}): StoredRelay => ({
      id: `rly_${name}`,
      name,
      provider: "smtp",
      settings: { host: "mail.example.org", port: 587, verify: true, password: "v1.sealed" },
      enabled: true,
      isDefault: false,
      concurrency: 4,
      maxMessageBytes: null,
      fallback: null,
      fallbackAfterSeconds: 300,
      ...overrides,
    });

    test("lists relays by name, as they were put", async () => {
      await stores.relays.put(relay("west", { enabled: false }));
      await stores.relays.put(relay("east", { isDefault: true }));
      assert.deepEqual(await stores.relays.list(), [
        relay("east", { isDefault: true }),
        relay("west", { enabled: false }),
      ]);
    });

    test("put replaces the relay with the same id", async () => {
      await stores.relays.put(relay("west"));
      const renamed = relay("west", { name: "north", concurrency: 8, settings: {} });
      await stores.relays.put(renamed);
      assert.deepEqual(await stores.relays.list(), [renamed]);
    });

    test("put of a default leaves no other default", async () => {
      await stores.relays.put(relay("east", { isDefault: true }));
      await stores.relays.put(relay("west", { isDefault: true }));
      const defaults = (await stores.relays.list()).filter(({ isDefault }) => isDefault);
      assert.deepEqual(
        defaults.map(({ name }) => name),
        ["west"],
      );
    });

    test("put refuses a name that another relay has, and changes nothing", async () => {
      await stores.relays.put(relay("east", { isDefault: true }));
      await assert.rejects(stores.relays.put(relay("west", { name: "east", isDefault: true })));
      assert.deepEqual(await stores.relays.list(), [relay("east", { isDefault: true })]);
    });

    test("remove removes one relay, and is content when there is none", async () => {
      await stores.relays.put(relay("east"));
      await stores.relays.put(relay("west"));
      await stores.relays.remove("rly_east");
      await stores.relays.remove("rly_east");
      assert.deepEqual(await stores.relays.list(), [relay("west")]);
    });
  });

  describe("openBearerStore", () => {
    test("keeps tokens with their scope apart from keys", async () => {
      const token: AdminTokenRecord = {
        id: "tok_1",
        name: "ci",
        digest: "digest of ci",
        scope: "certificate",
        createdAtMs: 1000,
        revokedAtMs: null,
        lastUsedAtMs: null,
        useCount: 0,
      };
      await stores.adminTokens.add(token);
      await stores.adminTokens.addUses([{ id: "tok_1", uses: 2, lastUsedAtMs: 5000 }]);
      assert.deepEqual(await stores.adminTokens.list(), [{ ...token, useCount: 2, lastUsedAtMs: 5000 }]);
      assert.equal(await stores.adminTokens.revoke("tok_1", 6000), true);
      assert.equal((await stores.adminTokens.list())[0]?.revokedAtMs, 6000);
      assert.deepEqual(await stores.apiKeys.list(), []);
    });

    const record = (name: string, overrides: Partial<ApiKeyRecord> = {}): ApiKeyRecord => ({
      id: `key_${name}`,
      name,
      digest: `digest of ${name}`,
      ratePerMinute: null,
      createdAtMs: 1000,
      revokedAtMs: null,
      lastUsedAtMs: null,
      useCount: 0,
      ...overrides,
    });

    test("lists keys oldest first, as they were added", async () => {
      const older = record("older", { createdAtMs: 500, ratePerMinute: 0 });
      await stores.apiKeys.add(record("newer"));
      await stores.apiKeys.add(older);
      assert.deepEqual(await stores.apiKeys.list(), [older, record("newer")]);
    });

    test("revoke marks a key once", async () => {
      await stores.apiKeys.add(record("app"));
      assert.equal(await stores.apiKeys.revoke("key_app", 2000), true);
      assert.equal(await stores.apiKeys.revoke("key_app", 3000), false);
      assert.equal(await stores.apiKeys.revoke("key_none", 3000), false);
      assert.deepEqual(await stores.apiKeys.list(), [record("app", { revokedAtMs: 2000 })]);
    });

    test("lets a name be used again only after its key was revoked", async () => {
      await stores.apiKeys.add(record("app"));
      const second = record("second", { name: "app" });
      await assert.rejects(stores.apiKeys.add(second));
      await stores.apiKeys.revoke("key_app", 2000);
      await stores.apiKeys.add(second);
      assert.equal((await stores.apiKeys.list()).length, 2);
    });

    test("addUses adds to the counts and never goes back in time", async () => {
      await stores.apiKeys.add(record("app"));
      await stores.apiKeys.addUses([
        { id: "key_app", uses: 3, lastUsedAtMs: 5000 },
        { id: "key_gone", uses: 1, lastUsedAtMs: 5000 },
      ]);
      await stores.apiKeys.addUses([{ id: "key_app", uses: 2, lastUsedAtMs: 4000 }]);
      await stores.apiKeys.addUses([]);
      assert.deepEqual(await stores.apiKeys.list(), [record("app", { useCount: 5, lastUsedAtMs: 5000 })]);
    });
  });

  describe("openSmtpUserStore", () => {
    const printer: SmtpUserRecord = {
      id: "usr_1",
      name: "printer",
      passwordHash: "$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA",
      allowedCidrs: ["10.0.0.0/8"],
      allowedSenders: ["*@example.org", "me@example.com"],
      createdAtMs: 1,
      passwordSetAtMs: 2,
      lastUsedAtMs: null,
      useCount: 0,
    };
    const fax: SmtpUserRecord = { ...printer, id: "usr_2", name: "fax", allowedCidrs: [], allowedSenders: [] };

    test("keeps users, by name", async () => {
      await stores.smtpUsers.add(printer);
      await stores.smtpUsers.add(fax);
      assert.deepEqual(await stores.smtpUsers.list(), [fax, printer]);
    });

    test("keeps no two users of one name", async () => {
      await stores.smtpUsers.add(printer);
      await assert.rejects(stores.smtpUsers.add({ ...fax, name: "printer" }));
      assert.deepEqual(await stores.smtpUsers.list(), [printer]);
    });

    test("changes one user, in what is named", async () => {
      await stores.smtpUsers.add(printer);
      await stores.smtpUsers.add(fax);
      await stores.smtpUsers.change("usr_1", { allowedCidrs: [] });
      await stores.smtpUsers.change("usr_1", { passwordHash: "other", passwordSetAtMs: 3 });
      assert.deepEqual(await stores.smtpUsers.list(), [
        fax,
        { ...printer, allowedCidrs: [], passwordHash: "other", passwordSetAtMs: 3 },
      ]);
    });

    test("removes one user", async () => {
      await stores.smtpUsers.add(printer);
      await stores.smtpUsers.add(fax);
      await stores.smtpUsers.remove("usr_2");
      assert.deepEqual(await stores.smtpUsers.list(), [printer]);
    });

    test("adds uses to the counts, and passes over users that are gone", async () => {
      await stores.smtpUsers.add(printer);
      await stores.smtpUsers.addUses([
        { id: "usr_1", uses: 2, lastUsedAtMs: 20 },
        { id: "usr_9", uses: 1, lastUsedAtMs: 20 },
      ]);
      await stores.smtpUsers.addUses([{ id: "usr_1", uses: 1, lastUsedAtMs: 10 }]);
      await stores.smtpUsers.addUses([]);
      assert.deepEqual(await stores.smtpUsers.list(), [{ ...printer, useCount: 3, lastUsedAtMs: 20 }]);
    });
  });
});
