import assert from "node:assert/strict";
import { test } from "node:test";
import { generateSelfSigned } from "../../../core/certificate/mod.ts";
import { secretMask } from "../../../core/config/mask.ts";
import { isDispatchError } from "../../../core/error/mod.ts";
import type { Relay } from "../../../core/relay/relay.ts";
import { RelayService } from "../../../core/relay/relay_service.ts";
import type { RelayStore } from "../../../core/relay/relay_store.ts";
import { RelayTableHolder } from "../../../core/relay/relay_table.ts";
import { smartHostOf } from "../../../core/relay/smart_host.ts";
import { SecretBox } from "../../../core/secret/secret_box.ts";
import { assertRefusal } from "../../support/assert_refusal.ts";
import { createMemoryDispatch, failTest } from "../../support/memory_operation_context.ts";
import { sampleRelay } from "../../support/sample_relay.ts";

const smartHost = {
  name: "smarthost",
  provider: "smtp",
  settings: { host: "mail.example.org", username: "app" },
  secrets: { password: "hunter2 " },
};

test("RelayService.add stores a secret sealed for its place, and shows it masked", async () => {
  const { relays, relayStore, box } = await createMemoryDispatch();
  const view = await relays.add(smartHost);
  const stored = [...relayStore.rows.values()][0]!;
  assert.equal(view.settings.password, secretMask);
  assert.ok(!JSON.stringify(stored).includes("hunter2"));
  assert.equal(await box.open(`relay/${stored.id}/password`, String(stored.settings.password)), "hunter2 ");
});

test("RelayService.add shows the defaults of what was not given, and null where there is none", async () => {
  const { relays } = await createMemoryDispatch();
  const view = await relays.add({ name: "a", provider: "smtp", settings: { host: "192.0.2.1" } });
  assert.deepEqual(view.settings, {
    host: "192.0.2.1",
    port: 587,
    auth: "password",
    username: null,
    password: null,
    tenant: null,
    client_id: null,
    client_secret: null,
    authority: null,
    service_account_key: null,
    tls: "auto",
    verify_certificate: true,
    ca: null,
  });
  assert.equal(view.concurrency, 4);
  assert.equal(view.enabled, true);
});

test("RelayService.add stores no defaults, so that a better default reaches old relays", async () => {
  const { relays, relayStore } = await createMemoryDispatch();
  await relays.add({ name: "a", provider: "smtp", settings: { host: "192.0.2.1" } });
  assert.deepEqual([...relayStore.rows.values()][0]!.settings, { host: "192.0.2.1" });
});

test("RelayService.add reads typed text as what the setting is", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add({
    name: "a",
    provider: "smtp",
    settings: { host: "Mail.Example.ORG.", port: "2525", tls: "implicit", verify_certificate: "off" },
  });
  assert.deepEqual(relays.find("a").settings, {
    host: "mail.example.org",
    port: 2525,
    auth: "password",
    tls: "implicit",
    verify_certificate: false,
  });
});

test("RelayService.add names all that is wrong at once, and stores nothing", async () => {
  const { relays, relayStore } = await createMemoryDispatch();
  const refused = () =>
    relays.add({
      name: "no spaces",
      provider: "smtp",
      concurrency: 33,
      settings: { port: "0", tls: "ssl", username: "app" },
    });
  const { facts } = await assertRefusal(refused, "relay_invalid");
  const keys = facts.violations.map(({ key }) => key);
  assert.deepEqual(keys, ["name", "concurrency", "port", "tls", "host", "password"]);
  assert.equal(relayStore.rows.size, 0);
});

test("RelayService.add does not repeat a refused secret", async () => {
  const { relays } = await createMemoryDispatch();
  const request = { ...smartHost, secrets: { password: "two\nlines" } };
  const error = await assertRefusal(() => relays.add(request), "relay_invalid");
  assert.ok(!JSON.stringify([error.message, error.facts]).includes("lines"));
});

test("RelayService.add refuses a secret that was given in the open", async () => {
  const { relays } = await createMemoryDispatch();
  const request = { name: "a", provider: "smtp", settings: { host: "a.example", password: "hunter2" } };
  const error = await assertRefusal(() => relays.add(request), "relay_secret_in_the_open");
  assert.equal(error.exitCode, 2);
  assert.ok(!`${error.message} ${error.remedy}`.includes("hunter2"));
});

test("RelayService.add takes a setting that is no secret from where secrets come from", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add({ name: "a", provider: "smtp", secrets: { host: "a.example", port: "25" } });
  assert.equal(relays.find("a").settings.port, 25);
});

test("RelayService.add refuses a setting that the provider does not have, and names the nearest", async () => {
  const { relays } = await createMemoryDispatch();
  const misspelt = { name: "a", provider: "smtp", settings: { hots: "a.example" } };
  const { facts } = await assertRefusal(() => relays.add(misspelt), "relay_setting_unknown");
  assert.equal(facts.nearest, "host");
  const inherited = { name: "a", provider: "smtp", settings: { constructor: "x" } };
  await assertRefusal(() => relays.add(inherited), "relay_setting_unknown");
  const needless = { name: "a", provider: "local", settings: { host: "a.example" } };
  await assertRefusal(() => relays.add(needless), "provider_without_settings");
});

test("RelayService.add refuses an unknown provider and a name that is taken", async () => {
  const { relays } = await createMemoryDispatch();
  const { facts } = await assertRefusal(() => relays.add({ name: "a", provider: "stmp" }), "provider_unknown");
  assert.equal(facts.nearest, "smtp");
  await relays.add({ name: "a", provider: "local" });
  await assertRefusal(() => relays.add({ name: "a", provider: "local" }), "relay_exists");
});

test("RelayService.add lets one of two that come at once have the name", async () => {
  const { relays, relayStore } = await createMemoryDispatch();
  const add = () => relays.add({ name: "a", provider: "local" });
  const results = await Promise.allSettled([add(), add()]);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  assert.equal(relayStore.rows.size, 1);
});

test("RelayService makes the first relay the default, and keeps exactly one", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add({ name: "a", provider: "local" });
  await relays.add({ name: "b", provider: "local" });
  assert.deepEqual(defaultsOf(relays), ["a"]);
  await relays.setDefault("b");
  assert.deepEqual(defaultsOf(relays), ["b"]);
  await relays.add({ name: "c", provider: "local", default: true });
  assert.deepEqual(defaultsOf(relays), ["c"]);
});

test("RelayService.set changes what was given and leaves the rest, secrets too", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add(smartHost);
  await relays.set({ name: "smarthost", settings: { port: "465", tls: "implicit" }, concurrency: 8 });
  const relay = relays.find("smarthost");
  assert.equal(relay.concurrency, 8);
  assert.deepEqual(
    { ...relay.settings },
    {
      host: "mail.example.org",
      port: 465,
      auth: "password",
      username: "app",
      password: "hunter2 ",
      tls: "implicit",
      verify_certificate: true,
    },
  );
});

test("RelayService.set unsets with an empty value, unless the setting is required", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add(smartHost);
  await relays.set({ name: "smarthost", settings: { username: "", password: "" } });
  assert.equal(relays.find("smarthost").settings.password, undefined);
  const { facts } = await assertRefusal(
    () => relays.set({ name: "smarthost", settings: { host: "" } }),
    "relay_invalid",
  );
  assert.deepEqual(
    facts.violations.map(({ key, rule }) => `${key} ${rule}`),
    ["host must be set"],
  );
});

test("RelayService.set refuses a user name that is left without its password", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add(smartHost);
  await assertRefusal(() => relays.set({ name: "smarthost", settings: { password: null } }), "relay_invalid");
});

test("RelayService.set refuses an unknown relay, and names the nearest", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add(smartHost);
  const { facts } = await assertRefusal(() => relays.set({ name: "smarthots" }), "relay_unknown");
  assert.equal(facts.nearest, "smarthost");
});

test("RelayService.remove removes a relay, but never the default one", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add({ name: "a", provider: "local" });
  await relays.add({ name: "b", provider: "local" });
  await assertRefusal(() => relays.remove("a"), "relay_is_default");
  assert.equal((await relays.remove("b")).name, "b");
  assert.deepEqual(
    relays.list().map(({ name }) => name),
    ["a"],
  );
});

test("RelayService.set asks for secrets again when they would be sent to another host", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add(smartHost);
  const elsewhere = { name: "smarthost", settings: { host: "mallory.example" } };
  const { facts } = await assertRefusal(() => relays.set(elsewhere), "relay_invalid");
  assert.deepEqual(
    facts.violations.map(({ key, rule }) => `${key} ${rule}`),
    ["password must be given again when host changes, since it is sent there"],
  );
  assert.equal(relays.find("smarthost").settings.host, "mail.example.org");
  await relays.set({ ...elsewhere, secrets: { password: "hunter2 " } });
  assert.equal(relays.find("smarthost").settings.host, "mallory.example");
});

test("RelayService.set asks for no secret that is unset in the same change, nor when the host stays", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add(smartHost);
  await relays.set({ name: "smarthost", settings: { host: "Mail.Example.ORG" }, concurrency: 1 });
  await relays.set({ name: "smarthost", settings: { host: "b.example", username: null, password: null } });
  assert.equal(relays.find("smarthost").settings.host, "b.example");
});

test("RelayService shows how many rules name a relay, and lets it go all the same", async () => {
  const { relays, routing } = await createMemoryDispatch();
  await relays.add({ name: "a", provider: "local" });
  await relays.add({ name: "b", provider: "local" });
  await routing.add({ relay: "b" });
  await routing.add({ relay: "b" });
  assert.deepEqual(
    relays.list().map(({ ruleCount }) => ruleCount),
    [0, 2],
  );
  assert.equal((await relays.disable("b")).ruleCount, 2);
  assert.equal((await relays.remove("b")).ruleCount, 2);
});

test("RelayService.disable refuses the default relay, and setDefault a disabled one", async () => {
  const { relays } = await createMemoryDispatch();
  await relays.add({ name: "a", provider: "local" });
  await relays.add({ name: "b", provider: "local" });
  await assertRefusal(() => relays.disable("a"), "relay_is_default");
  assert.equal((await relays.disable("b")).enabled, false);
  await assertRefusal(() => relays.setDefault("b"), "relay_disabled");
  assert.equal((await relays.enable("b")).enabled, true);
});

test("RelayService puts each change in force, for those who follow the table", async () => {
  const { relays, relayTable } = await createMemoryDispatch();
  const followed: (readonly Relay[])[] = [];
  relayTable.subscribe((table) => followed.push(table.relays));
  await relays.add(smartHost);
  assert.deepEqual(
    followed.map((table) => table.map(({ settings }) => settings.password)),
    [["hunter2 "]],
  );
});

test("RelayService.open keeps a relay whose secret does not open, says why, and leaves the others usable", async () => {
  const { relays, relayStore } = await createMemoryDispatch();
  await relays.add({ name: "inbox", provider: "local" });
  await relays.add(smartHost);
  const box = await SecretBox.fromKey(crypto, new Uint8Array(32).fill(8));
  const again = await openAgain(relayStore, box);
  assert.match(again.show("smarthost").problem ?? "", /password can't be opened/);
  assert.equal(again.show("smarthost").settings.password, secretMask);
  await assertRefusal(() => again.find("smarthost"), "relay_unusable");
  assert.equal(again.find("inbox").problem, undefined);
});

test("RelayService.set makes a relay usable again whose secret did not open", async () => {
  const { relays, relayStore } = await createMemoryDispatch();
  await relays.add(smartHost);
  const box = await SecretBox.fromKey(crypto, new Uint8Array(32).fill(8));
  const again = await openAgain(relayStore, box);
  const view = await again.set({ name: "smarthost", secrets: { password: "new" } });
  assert.equal(view.problem, null);
  assert.equal(again.find("smarthost").settings.password, "new");
});

test("RelayService.open shows nothing of the settings of a provider that it does not know", async () => {
  const { relayStore, box } = await createMemoryDispatch();
  await relayStore.put(sampleRelay("x", { provider: "carrierpigeon", settings: { token: "s3cret" }, isDefault: true }));
  const relays = await openAgain(relayStore, box);
  assert.ok(!JSON.stringify(relays.list()).includes("s3cret"));
  assert.match(relays.show("x").problem ?? "", /carrierpigeon/);
});

function openAgain(store: RelayStore, box: SecretBox): Promise<RelayService> {
  return RelayService.open({ store, box, uniqueId: (prefix) => prefix, table: new RelayTableHolder(failTest) });
}

function defaultsOf(relays: RelayService): string[] {
  return relays.list().flatMap((view) => (view.default ? [view.name] : []));
}

test("RelayService.add takes authorities from a file, and shows them by subject and fingerprint", async () => {
  const { relays } = await createMemoryDispatch();
  const { certPem } = await generateSelfSigned(crypto, { dnsNames: ["a.example"], ipAddresses: [], nowMs: Date.now() });
  const view = await relays.add({ ...smartHost, secrets: { ...smartHost.secrets, ca: `text around\n${certPem}` } });
  assert.match(String(view.settings.ca), /^CN=a\.example \(SHA-256 [0-9a-f]{64}\)$/);
  assert.equal(smartHostOf(relays.find("smarthost"), "relay.example.org").caPem, certPem);
  await assert.rejects(
    relays.set({ name: "smarthost", secrets: { ca: certPem.replace("-----END", "!\n-----END") } }),
    (error) => {
      assert.ok(isDispatchError(error, "relay_invalid"));
      assert.match(error.facts.violations[0]!.rule, /The 1st certificate at line 1 is damaged/);
      return true;
    },
  );
  await relays.set({ name: "smarthost", settings: { ca: null } });
  assert.equal("caPem" in smartHostOf(relays.find("smarthost"), "relay.example.org"), false);
});
