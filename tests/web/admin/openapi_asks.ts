/** Requests that bring about what is particular about each operation of the admin API. */
import { DispatchError, type ErrorCode } from "../../../core/error/mod.ts";
import { setupCode } from "../../support/memory_admin_access.ts";
import { openStage, type StageIds } from "./openapi_harness.ts";
import { OperatorHarness, password } from "./operator_harness.ts";

/** Asks a service whose administrator is signed in. */
export type Ask = (harness: OperatorHarness, ids: StageIds) => Response | Promise<Response>;

/** Asks with a JSON body; `{key}` and `{token}` are ids of what the stage has. */
function ask(method: string, path: string, body?: unknown): Ask {
  return (harness, ids) => {
    const target = `/api${path.replace("{key}", ids.key).replace("{token}", ids.token)}`;
    if (body === undefined) return harness.fetch(target, { method });
    return harness.send(method, target, JSON.stringify(body), { "content-type": "application/json" });
  };
}

const get = (path: string): Ask => ask("GET", path);
const post = (path: string, body: unknown = {}): Ask => ask("POST", path, body);
const remove = (path: string): Ask => ask("DELETE", path);

const tried = (draft: object): Ask => post("/relays/test", { ...draft, from: "a@example.org", to: "b@example.org" });

function form(path: string, ...fields: [string, string][]): Ask {
  return (harness) => harness.postForm(`/api${path}`, fields);
}

/** Asks a service that nobody has visited. */
function fresh(act: Ask): Ask {
  return async (_harness, ids) => act(await OperatorHarness.fresh(), ids);
}

/** Asks for one thing after the other, and answers with the last. */
function inTurn(...acts: readonly Ask[]): Ask {
  return async (harness, ids) => {
    for (const act of acts.slice(0, -1)) await act(harness, ids);
    return acts.at(-1)!(harness, ids);
  };
}

/** Asks while too many passwords are being checked. */
function whileBusy(act: Ask): Ask {
  return (harness, ids) => {
    const refuse = () => Promise.reject(new DispatchError("sign_in_busy", { retryAfterSeconds: 1 }));
    Object.assign(harness.admin.hasher, { hash: refuse, verify: refuse });
    return act(harness, ids);
  };
}

/** Asks once as many streams are open as there may be. */
async function openOneMoreStream(harness: OperatorHarness, ids: StageIds): Promise<Response> {
  const readers = [];
  for (let i = 0; i < 20; i++) readers.push(await get("/events")(harness, ids));
  const answer = await get("/events")(harness, ids);
  await Promise.all(readers.map(({ body }) => body?.cancel()));
  return answer;
}

/** Asks for something that is gone by the time it is looked at. */
async function retryWhatIsSent(_harness: OperatorHarness, ids: StageIds): Promise<Response> {
  const { harness } = await openStage({ perform: async () => [] as never });
  return post("/queue/spl_1/retry")(harness, ids);
}

/** Asks for a purge while one is under way. */
function purgeTwice(harness: OperatorHarness, ids: StageIds): Response | Promise<Response> {
  harness.dispatch.purges.isRunning = true;
  return post("/purges")(harness, ids);
}

const tenTimes = (act: Ask): Ask => inTurn(...Array<Ask>(11).fill(act));
const setup = (code: string, next: string = password) => fresh(post("/auth/setup", { code, password: next }));
const change = (current: string, next: string) => post("/auth/password", { current, next });
const tooLong = "x".repeat(1025);
const tooLarge = "x".repeat(1_200_000);

const cert = "/config/tls-cert";
const relay = { name: "second", provider: "smtp", settings: { host: "mail.example.org" } };
const withSettings = (settings: object) => post("/relays", { ...relay, settings });
const patch = (settings: object, name = "smarthost"): Ask => ask("PATCH", `/relays/${name}`, { settings });
const user = { name: "printer", password };
const rules = "/routing/rules";
const users = "/smtp-credentials";
const passwords = [password, "x", tooLong, "correct\nhorse\nbattery"];
const message = { from: "a@example.org", to: ["b@example.org"], subject: "Hello", text: "hi" };

/** By operation. What all operations of a kind answer is asked for elsewhere. */
export const particularAsks: Readonly<Record<string, readonly Ask[]>> = {
  "auth.session": [get("/auth/session"), fresh(get("/auth/session"))],
  "auth.setup": [
    setup(setupCode),
    setup("A"),
    setup(setupCode, "short"),
    setup(setupCode, tooLong),
    post("/auth/setup", { code: setupCode, password }),
    async (_harness, ids) => tenTimes(post("/auth/setup", { code: "A", password }))(await OperatorHarness.fresh(), ids),
    async (_harness, ids) => {
      return whileBusy(post("/auth/setup", { code: setupCode, password }))(await OperatorHarness.fresh(), ids);
    },
  ],
  "auth.login": [
    post("/auth/login", { password }),
    post("/auth/login", { password: tooLong }),
    fresh(post("/auth/login", { password })),
    tenTimes(post("/auth/login", { password: tooLong })),
    whileBusy(post("/auth/login", { password })),
  ],
  "auth.logout": [post("/auth/logout")],
  "auth.password": [
    change(password, `${password}!`),
    change(`${password}!`, password),
    change(password, "short"),
    change(password, tooLong),
    tenTimes(change(`${password}!`, password)),
    whileBusy(change(password, password)),
  ],
  describe: [get("/openapi.json"), fresh(get("/openapi.json"))],
  health: [get("/health")],
  version: [get("/version")],
  "config.list": [get("/config")],
  "config.get": [get("/config/listener.ports"), get("/config/x")],
  "config.set": [
    ask("PUT", "/config", { "listener.ports": [2525] }),
    ask("PUT", "/config", { "listener.prots": [2525] }),
    ask("PUT", "/config", { "listener.ports": "x" }),
    ask("PUT", "/config", { "tls.cert_path": "x" }),
    ask("PUT", "/config", []),
  ],
  "config.unset": [remove("/config/listener.ports"), remove("/config/x"), remove("/config/tls.cert_path")],
  "cert.show": [get(cert)],
  "cert.remove": [remove(cert), remove(`${cert}?seen=AA`)],
  "cert.check": [
    form(`${cert}/check`, ["cert", "PEM"], ["passphrase", "sesame"], ["seen", "AA"]),
    form(`${cert}/check`, ["cert", tooLarge]),
  ],
  "cert.upload": [form(`${cert}/upload`, ["cert", "PEM"], ["key", "PEM"]), form(`${cert}/upload`, ["cert", tooLarge])],
  "cert.generate": [ask("POST", `${cert}/generate`), post(`${cert}/generate`, { names: ["a.example"], days: 30 })],
  "cert.history": [get(`${cert}/history`)],
  "cert.restore": [post(`${cert}/restore`, { id: "crt_1" }), post(`${cert}/restore`, { id: "crt_x" })],
  "cert.export": [get(`${cert}/export`), get(`${cert}/export?format=der`), get(`${cert}/export?format=pfx`)],
  "cert.export-with-key": [
    post(`${cert}/export`, { format: "pfx", passphrase: "sesame open" }),
    post(`${cert}/export`, { format: "pfx", passphrase: "short" }),
    post(`${cert}/export`, { format: "der" }),
  ],
  "relay.list": [get("/relays")],
  "relay.add": [
    post("/relays", relay),
    post("/relays", { ...relay, name: "smarthost" }),
    post("/relays", { ...relay, provider: "pigeon" }),
    withSettings({ hots: "x" }),
    withSettings({ password: "x" }),
    withSettings({ port: 0 }),
    post("/relays", { ...relay, provider: "local" }),
  ],
  "relay.show": [get("/relays/smarthost"), get("/relays/none"), get("/relays/%00")],
  "relay.set": [
    patch({ port: 25 }),
    patch({}, "none"),
    patch({ hots: "x" }),
    patch({ password: "x" }),
    patch({ port: 0 }),
    patch({ host: "x" }, "inbox"),
  ],
  "relay.remove": [
    remove("/relays/smarthost"),
    remove("/relays/none"),
    remove("/relays/inbox"),
    inTurn(ask("PATCH", "/relays/inbox", { fallback: "smarthost" }), remove("/relays/smarthost")),
  ],
  "relay.enable": [post("/relays/smarthost/enable"), post("/relays/none/enable")],
  "relay.disable": [post("/relays/smarthost/disable"), post("/relays/none/disable"), post("/relays/inbox/disable")],
  "relay.set-default": [
    post("/relays/smarthost/default"),
    post("/relays/none/default"),
    inTurn(post("/relays/smarthost/disable"), post("/relays/smarthost/default")),
  ],
  "relay.test": [
    post("/relays/inbox/test", { from: "a@example.org", to: "b@example.org" }),
    post("/relays/none/test", { from: "a@example.org", to: "b@example.org" }),
  ],
  "relay.try": [
    tried({ provider: "local" }),
    tried({ provider: "pigeon" }),
    tried({ provider: "local", settings: { host: "x" } }),
    ...[{ hots: "x" }, { password: "x" }, { port: 0 }].map((settings) => tried({ provider: "smtp", settings })),
  ],
  "provider.list": [get("/providers")],
  "route.list": [get(rules), inTurn(post("/relays/smarthost/disable"), get(rules))],
  "route.add": [
    post(rules, { name: "abroad", relay: "inbox", recipients: ["*.example"], position: 1 }),
    post(rules, { name: "first", relay: "inbox" }),
    post(rules, { relay: "inbox", before: "none" }),
    post(rules, { relay: "none", senders: "a b, *" }),
  ],
  "route.set": [
    ask("PATCH", `${rules}/first`, { senders: "example.org" }),
    ask("PATCH", `${rules}/none`, {}),
    ask("PATCH", `${rules}/first`, { relay: "none" }),
  ],
  "route.move": [
    post(`${rules}/first/move`, { position: 2 }),
    post(`${rules}/none/move`, { position: 2 }),
    post(`${rules}/first/move`),
  ],
  "route.remove": [remove(`${rules}/first`), remove(`${rules}/none`)],
  "route.simulate": [
    post("/routing/simulate", { from: "", to: "b@example.org" }),
    inTurn(
      ask("PATCH", "/relays/smarthost", { fallback: "inbox" }),
      post("/routing/simulate", { from: "a@example.org", to: ["b@example.org", "c@example.net"] }),
    ),
    inTurn(
      post("/relays/smarthost/disable"),
      post("/routing/simulate", { from: "a@example.org", to: "b@example.org" }),
    ),
  ],
  "key.list": [get("/keys")],
  "key.create": [
    post("/keys", { name: "app" }),
    post("/keys", { name: "app", ratePerMinute: 0 }),
    post("/keys", { name: "printer" }),
  ],
  "key.revoke": [remove("/keys/{key}"), remove("/keys/key_x")],
  "user.list": [get(users)],
  "user.add": [
    ...passwords.map((given) => post(users, { ...user, password: given })),
    post(users, { ...user, name: "scanner" }),
  ],
  "user.set": [
    ask("PATCH", `${users}/scanner`, { allowedSenders: ["*@example.org"], allowedAddresses: ["10.0.0.1"] }),
    ask("PATCH", `${users}/none`, {}),
  ],
  "user.password": [
    ...passwords.map((given) => ask("PUT", `${users}/scanner/password`, { password: given })),
    ask("PUT", `${users}/none/password`, { password }),
  ],
  "user.remove": [remove(`${users}/scanner`), remove(`${users}/none`)],
  "queue.list": [get("/queue"), get("/queue?state=failed&limit=1")],
  "queue.show": [get("/queue/spl_1"), get("/queue/spl_x")],
  "queue.retry": [post("/queue/spl_1/retry"), post("/queue/spl_2/retry"), post("/queue/spl_x/retry"), retryWhatIsSent],
  "queue.delete": [remove("/queue/spl_1"), remove("/queue/spl_2"), remove("/queue/spl_x")],
  "queue.retry-many": [
    post("/queue/retry", { ids: ["spl_1"] }),
    post("/queue/retry", { ids: ["spl_2"] }),
    post("/queue/retry", { ids: ["spl_x"] }),
  ],
  "queue.delete-many": [
    post("/queue/delete", { ids: ["spl_1"] }),
    post("/queue/delete", { ids: ["spl_2"] }),
    post("/queue/delete", { ids: ["spl_x"] }),
  ],
  "queue.retry-all": [post("/queue/retry-all", { state: "failed" })],
  "queue.delete-all": [post("/queue/delete-all", { state: "failed" })],
  "queue.read": ["spl_1", "spl_4", "spl_5", "spl_x"].map((id) => get(`/queue/${id}/message`)),
  "queue.attachment": [
    get("/queue/spl_3/attachments/0"),
    ...["spl_1", "spl_4", "spl_5", "spl_x"].map((id) => get(`/queue/${id}/attachments/0`)),
  ],
  "queue.content": [get("/queue/spl_1/content"), get("/queue/spl_x/content")],
  "log.search": [get("/messages"), get("/messages?limit=1&fromTime=2026-11-22&event=denied")],
  "message.send": [post("/messages", message)],
  "log.tail": [get("/events"), openOneMoreStream],
  "audit.search": [get("/audit"), get("/audit?limit=1&category=security")],
  "report.show": [
    get("/reports"),
    get("/reports?by=hour,relay&timeZone=Asia/Kolkata&fromTime=2026-11-22T00:00:00&toTime=2026-11-23"),
    get("/reports?by=day,month"),
  ],
  "purge.list": [inTurn(post("/purges"), get("/purges?limit=1"))],
  "purge.run": [post("/purges"), purgeTwice],
  "admin.token.list": [get("/tokens")],
  "admin.token.create": [
    post("/tokens", { name: "new", scope: "read" }),
    post("/tokens", { name: "ci", scope: "read" }),
  ],
  "admin.token.revoke": [remove("/tokens/{token}"), remove("/tokens/tok_x")],
};

/** Errors that these doubles have no reason for: what stands behind the API refuses with them all the same. */
export const unreachedErrors: readonly DispatchError<ErrorCode>[] = [
  new DispatchError("database_unusable", { path: "dispatch.db", reason: "EIO" }),
  new DispatchError("config_uncertain", { keys: ["tls.cert_path"], reason: "SQLITE_BUSY" }),
  new DispatchError("config_pinned", { key: "tls.cert_path", variable: "DISPATCH_TLS_CERT_PATH" }),
  new DispatchError("config_invalid", { violations: [{ key: "api.port", value: "25", rule: "must be free" }] }),
  new DispatchError("listener_unbindable", { listener: "smtp", port: 25, reason: "in use" }),
  new DispatchError("certificate_not_stored", { path: "tls/crt_1.pfx", reason: "EIO" }),
  new DispatchError("certificate_changed", { by: "the command line", fingerprintSha256: "AA:BB" }),
  new DispatchError("certificate_unreadable", { path: "tls/crt_1.pfx", reason: "it is missing" }),
  new DispatchError("certificate_request_invalid", { violations: [{ path: "names", message: "is no name" }] }),
  new DispatchError("certificate_refused", { findings: [] }),
  new DispatchError("provider_unknown", { provider: "x", nearest: "smtp" }),
  new DispatchError("relay_unusable", { name: "smarthost", reason: "its password can't be opened" }),
  new DispatchError("rules_too_many", { what: "rules", max: 1 }),
  new DispatchError("queue_entry_unreadable", { id: "spl_3", reason: "its file is missing" }),
  new DispatchError("disk_nearly_full", { freeBytes: 1 }),
  new DispatchError("spool_unavailable", { reason: "EIO" }),
  new DispatchError("message_too_large", { limitBytes: 1 }),
  new DispatchError("too_many_recipients", { limit: 1 }),
  new DispatchError("sign_in_busy", { retryAfterSeconds: 1 }),
];
