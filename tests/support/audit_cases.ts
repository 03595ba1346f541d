/** Each operation that the audit log is told of: how it is done, how it is refused, and what the log is to be told. */
import { finding } from "../../core/certificate/finding.ts";
import type { AuditEventName } from "../../core/history/audit_events.ts";
import type { MemoryDispatch } from "./memory_operation_context.ts";
import { sampleEntry } from "./memory_queue.ts";

/** What the operator types that nobody else may ever read. */
export const typedSecret = "hunter2 hunter2 hunter2";

type Facts = Readonly<Record<string, unknown>>;

/** See the file's first line. */
export interface AuditCase {
  readonly event: AuditEventName;
  /** Makes what the operation needs; may return an id for `input`. */
  prepare?(dispatch: MemoryDispatch): Promise<unknown> | unknown;
  input(prepared: unknown): Facts;
  /** Whose subject the row has; default: none. */
  readonly subject?: string | RegExp;
  /** Some of what the row shows, or `null` where it shows nothing. */
  readonly before: Facts | null;
  readonly after: Facts | null;
  /** An input that is refused, with what code, and what has it refused. */
  readonly refused: readonly [input: Facts, code: string];
  refuse?(dispatch: MemoryDispatch): void;
}

const addRelay =
  (name = "west") =>
  ({ relays }: MemoryDispatch) =>
    relays.add({ name, provider: "smtp", settings: { host: "old.example", username: "app" }, secrets });
const secrets = { password: typedSecret };
const addEntry = ({ queue }: MemoryDispatch) =>
  void queue.entries.set("spl_1", sampleEntry({ id: "spl_1", state: "failed" }));
const addUser = ({ context }: MemoryDispatch) =>
  context.users.add("printer", typedSecret, { allowedAddresses: [], allowedSenders: [] });
const addRule = async (dispatch: MemoryDispatch) => {
  await addRelay()(dispatch);
  for (const name of ["first", "second"]) await dispatch.routing.add({ name, relay: "west" });
};
const files = [{ name: "cert.pem", content: btoa(typedSecret) }];
const inService = { subject: "CN=relay.example.org" };
const noFields = () => ({});

/** By the operation's name. */
export const auditCases: Readonly<Record<string, AuditCase>> = {
  "config.set": {
    event: "config.changed",
    input: () => ({ values: { "spool.worker_count": 8, "listener.max_recipients": 5 } }),
    subject: "spool.worker_count, listener.max_recipients",
    before: { "spool.worker_count": 4, "listener.max_recipients": 1000 },
    after: { "spool.worker_count": 8, "listener.max_recipients": 5 },
    refused: [{ values: { "spool.worker_count": typedSecret } }, "config_invalid"],
  },
  "config.unset": {
    event: "config.changed",
    prepare: ({ context }) => context.config.set({ "spool.worker_count": 8 }),
    input: () => ({ key: "spool.worker_count" }),
    subject: "spool.worker_count",
    before: { "spool.worker_count": 8 },
    after: { "spool.worker_count": 4 },
    refused: [{ key: "spool.workers" }, "config_key_unknown"],
  },
  "cert.upload": {
    event: "certificate.uploaded",
    input: () => ({ files, passphrase: typedSecret }),
    before: inService,
    after: inService,
    refuse({ certificates }) {
      certificates.judge = () => [finding("wrong_passphrase", { what: "the private key" })];
    },
    refused: [{ files, passphrase: typedSecret }, "certificate_refused"],
  },
  "cert.generate": {
    event: "certificate.generated",
    input: noFields,
    before: inService,
    after: inService,
    refused: [{ key: "rot13" }, "input_invalid"],
  },
  "cert.remove": {
    event: "certificate.removed",
    input: noFields,
    before: inService,
    after: inService,
    refused: [{ seen: 5 }, "input_invalid"],
  },
  "cert.restore": {
    event: "certificate.restored",
    input: () => ({ id: "crt_1" }),
    subject: "crt_1",
    before: inService,
    after: inService,
    refused: [{ id: "crt_9" }, "certificate_record_unknown"],
  },
  "cert.export": {
    event: "certificate.exported",
    input: () => ({ format: "pfx", passphrase: typedSecret }),
    before: inService,
    after: inService,
    refused: [{ format: "pfx", passphrase: "hunter2" }, "passphrase_too_short"],
  },
  "relay.add": {
    event: "relay.added",
    input: () => ({ name: "west", provider: "smtp", settings: { host: "a.example", username: "app" }, secrets }),
    subject: "west",
    before: null,
    after: { name: "west", provider: "smtp", enabled: true },
    refused: [{ name: "west", provider: "pigeon", secrets }, "provider_unknown"],
  },
  "relay.set": {
    event: "relay.changed",
    prepare: addRelay(),
    input: () => ({ name: "west", concurrency: 2, secrets: { password: `${typedSecret}!` } }),
    subject: "west",
    before: { name: "west", concurrency: 4 },
    after: { name: "west", concurrency: 2, secretsGiven: ["password"] },
    refused: [{ name: "east", secrets }, "relay_unknown"],
  },
  "relay.set-default": {
    event: "relay.default_changed",
    prepare: async (dispatch) => [await addRelay("east")(dispatch), await addRelay()(dispatch)],
    input: () => ({ name: "west" }),
    subject: "west",
    before: { default: "east" },
    after: { default: "west" },
    refused: [{ name: "north" }, "relay_unknown"],
  },
  "relay.enable": {
    event: "relay.enabled",
    prepare: async (dispatch) => {
      await addRelay("east")(dispatch);
      await addRelay()(dispatch);
      await dispatch.relays.disable("west");
    },
    input: () => ({ name: "west" }),
    subject: "west",
    before: { enabled: false },
    after: { enabled: true },
    refused: [{ name: "north" }, "relay_unknown"],
  },
  "relay.disable": {
    event: "relay.disabled",
    prepare: async (dispatch) => [await addRelay("east")(dispatch), await addRelay()(dispatch)],
    input: () => ({ name: "west" }),
    subject: "west",
    before: { enabled: true },
    after: { enabled: false },
    refused: [{ name: "east" }, "relay_is_default"],
  },
  "relay.remove": {
    event: "relay.removed",
    prepare: async (dispatch) => [await addRelay("east")(dispatch), await addRelay()(dispatch)],
    input: () => ({ name: "west" }),
    subject: "west",
    before: { name: "west" },
    after: null,
    refused: [{ name: "east" }, "relay_is_default"],
  },
  "relay.test": {
    event: "relay.tested",
    prepare: addRelay(),
    input: () => ({ name: "west", from: "me@example.org", to: "you@example.net" }),
    subject: "west",
    before: null,
    after: { from: "me@example.org", to: "you@example.net", ok: false },
    refused: [{ name: "east", from: "me@example.org", to: "you@example.net" }, "relay_unknown"],
  },
  "relay.try": {
    event: "relay.tested",
    input: () => ({
      provider: "smtp",
      settings: { host: "new.example", username: "app" },
      secrets,
      from: "me@example.org",
      to: "you@example.net",
    }),
    before: null,
    after: {
      provider: "smtp",
      settings: { host: "new.example", username: "app" },
      from: "me@example.org",
      to: "you@example.net",
      ok: false,
    },
    refused: [{ provider: "post", from: "me@example.org", to: "you@example.net" }, "provider_unknown"],
  },
  "route.add": {
    event: "route.added",
    prepare: addRelay(),
    input: () => ({ name: "abroad", recipients: "*.example.net", relay: "west" }),
    subject: "abroad",
    before: null,
    after: { name: "abroad", position: 1, recipients: ["*.example.net"], relay: "west" },
    refused: [{ name: "abroad", relay: "east" }, "rule_invalid"],
  },
  "route.set": {
    event: "route.changed",
    prepare: addRule,
    input: () => ({ name: "second", senders: "example.org" }),
    subject: "second",
    before: { name: "second", senders: ["*"] },
    after: { name: "second", senders: ["example.org"] },
    refused: [{ name: "third" }, "rule_unknown"],
  },
  "route.move": {
    event: "route.moved",
    prepare: addRule,
    input: () => ({ name: "second", position: 1 }),
    subject: "second",
    before: { name: "second", position: 2 },
    after: { name: "second", position: 1 },
    refused: [{ name: "second" }, "rule_invalid"],
  },
  "route.remove": {
    event: "route.removed",
    prepare: addRule,
    input: () => ({ name: "first" }),
    subject: "first",
    before: { name: "first" },
    after: null,
    refused: [{ name: "third" }, "rule_unknown"],
  },
  "key.create": {
    event: "key.created",
    input: () => ({ name: "billing", ratePerMinute: 5 }),
    subject: "billing",
    before: null,
    after: { name: "billing", ratePerMinute: 5 },
    refused: [{ name: "" }, "input_invalid"],
  },
  "key.revoke": {
    event: "key.revoked",
    prepare: ({ context }) => context.keys.create("billing", null),
    input: (created) => ({ id: (created as { id: string }).id }),
    subject: /^key_/,
    before: { name: "billing", revokedAt: null },
    after: { name: "billing", revokedAt: "2026-11-22T12:00:00.000Z" },
    refused: [{ id: "key_9" }, "api_key_unknown"],
  },
  "user.add": {
    event: "user.added",
    input: () => ({ name: "printer", password: typedSecret, allowedSenders: ["*@example.org"] }),
    subject: "printer",
    before: null,
    after: { name: "printer", allowedSenders: ["*@example.org"] },
    refused: [{ name: "printer", password: "hunter2" }, "password_too_short"],
  },
  "user.set": {
    event: "user.changed",
    prepare: addUser,
    input: () => ({ name: "printer", allowedAddresses: ["10.0.0.0/8"] }),
    subject: "printer",
    before: { allowedAddresses: [] },
    after: { allowedAddresses: ["10.0.0.0/8"] },
    refused: [{ name: "scanner" }, "user_unknown"],
  },
  "user.password": {
    event: "user.password_changed",
    prepare: addUser,
    input: () => ({ name: "printer", password: `${typedSecret}!` }),
    subject: "printer",
    before: null,
    after: null,
    refused: [{ name: "scanner", password: typedSecret }, "user_unknown"],
  },
  "user.remove": {
    event: "user.removed",
    prepare: addUser,
    input: () => ({ name: "printer" }),
    subject: "printer",
    before: { name: "printer" },
    after: null,
    refused: [{ name: "scanner" }, "user_unknown"],
  },
  "admin.token.create": {
    event: "token.created",
    input: () => ({ name: "ci", scope: "read" }),
    subject: "ci",
    before: null,
    after: { name: "ci", scope: "read" },
    refused: [{ name: "ci", scope: "everything" }, "input_invalid"],
  },
  "admin.token.revoke": {
    event: "token.revoked",
    prepare: ({ context }) => context.tokens.create("ci", "read"),
    input: (created) => ({ id: (created as { id: string }).id }),
    subject: /^tok_/,
    before: { name: "ci", revokedAt: null },
    after: { name: "ci", revokedAt: "2026-11-22T12:00:00.000Z" },
    refused: [{ id: "tok_9" }, "admin_token_unknown"],
  },
  "admin.reset-password": {
    event: "access.password_reset",
    input: () => ({ password: typedSecret }),
    before: null,
    after: null,
    refused: [{ password: "hunter2" }, "password_too_short"],
  },
  "queue.retry": {
    event: "queue.retried",
    prepare: addEntry,
    input: () => ({ ids: ["spl_1"] }),
    subject: "spl_1",
    before: { 0: { id: "spl_1", state: "failed" } },
    after: { 0: { id: "spl_1", state: "queued" } },
    refused: [{ ids: ["spl_1", "spl_9"] }, "queue_entry_unknown"],
  },
  "queue.retry-all": {
    event: "queue.retried",
    prepare: addEntry,
    input: () => ({ state: "failed" }),
    subject: "failed",
    before: null,
    after: { done: 1, skipped: 0 },
    refused: [{ state: "processing" }, "input_invalid"],
  },
  "queue.delete-all": {
    event: "queue.deleted",
    prepare: addEntry,
    input: () => ({ state: "failed" }),
    subject: "failed",
    before: null,
    after: { done: 1, skipped: 0 },
    refused: [{ state: "processing" }, "input_invalid"],
  },
  "queue.delete": {
    event: "queue.deleted",
    prepare: addEntry,
    input: () => ({ ids: ["spl_1"] }),
    subject: "spl_1",
    before: { length: 1, 0: { id: "spl_1", state: "failed" } },
    after: { length: 0 },
    refused: [{ ids: ["spl_9"] }, "queue_entry_unknown"],
  },
  "purge.run": {
    event: "purge.run",
    input: noFields,
    before: null,
    after: { state: "done", removed: { failedMessages: 2, audit: 0 } },
    refuse: ({ purges }) => {
      purges.isRunning = true;
    },
    refused: [{}, "purge_running"],
  },
  "message.send": {
    event: "message.sent",
    input: () => ({ from: "me@example.org", to: ["you@example.net"], subject: typedSecret, text: typedSecret }),
    subject: "me@example.org",
    before: null,
    after: { to: ["you@example.net"] },
    refused: [{ from: "me", to: ["you@example.net"] }, "input_invalid"],
  },
};
