/** Relays: add, list, show, set, set-default, enable, disable, remove, test. */
import { z } from "zod";
import { concurrencyRange, fallbackAfterSecondsRange, maxMessageBytesRange } from "../relay/relay_limits.ts";
import { mailbox, text, wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

const name = text(200);
/** What can be set about a relay of any provider; `null` is no limit, and no fallback. */
const limits = {
  concurrency: wholeNumber(concurrencyRange.min, concurrencyRange.max).exactOptional(),
  maxMessageBytes: wholeNumber(maxMessageBytesRange.min, maxMessageBytesRange.max).nullable().exactOptional(),
  fallback: text(200).nullable().exactOptional(),
  fallbackAfterSeconds: wholeNumber(fallbackAfterSecondsRange.min, fallbackAfterSecondsRange.max).exactOptional(),
};

/** Settings that may be seen. A secret one is refused here: it belongs under `secrets`. `null` unsets. */
export const settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).exactOptional();
/** Settings that came from a prompt, a file or standard input; any setting is taken here. */
export const secrets = z.record(z.string(), z.string()).exactOptional();

const relayAdd = defineOperation({
  name: "relay.add",
  summary: "Add a relay",
  input: z.strictObject({
    name,
    provider: text(64),
    settings,
    secrets,
    ...limits,
    default: z.boolean().exactOptional(),
  }),
  run: async ({ relays }, input) => relays.add(input),
  audit: {
    event: "relay.added",
    subject: (input) => input.name,
    after: (_context, _input, relay) => relay,
  },
});

const relayList = defineOperation({
  name: "relay.list",
  summary: "List all relays, secrets masked",
  input: z.strictObject({}),
  run: async ({ relays }) => relays.list(),
  audit: null,
});

const relayShow = defineOperation({
  name: "relay.show",
  summary: "Show one relay, secrets masked",
  input: z.strictObject({ name }),
  run: async ({ relays }, input) => relays.show(input.name),
  audit: null,
});

const relaySet = defineOperation({
  name: "relay.set",
  summary: "Change settings of a relay; an empty value unsets one",
  input: z.strictObject({ name, settings, secrets, ...limits }),
  run: async ({ relays }, input) => relays.set(input),
  audit: {
    event: "relay.changed",
    subject: (input) => input.name,
    before: relayNamed,
    after: (_context, { secrets: given = {} }, relay) => ({ ...relay, ...secretsGiven(given) }),
  },
});

const relaySetDefault = defineOperation({
  name: "relay.set-default",
  summary: "Make a relay the default",
  input: z.strictObject({ name }),
  run: async ({ relays }, input) => relays.setDefault(input.name),
  audit: {
    event: "relay.default_changed",
    subject: (input) => input.name,
    before: defaultRelay,
    after: defaultRelay,
  },
});

const relayEnable = defineOperation({
  name: "relay.enable",
  summary: "Let a relay be used again",
  input: z.strictObject({ name }),
  run: async ({ relays }, input) => relays.enable(input.name),
  audit: {
    event: "relay.enabled",
    subject: (input) => input.name,
    before: relayNamed,
    after: relayNamed,
  },
});

const relayDisable = defineOperation({
  name: "relay.disable",
  summary: "Keep a relay from being used; routing rules that name it are skipped",
  input: z.strictObject({ name }),
  run: async ({ relays }, input) => relays.disable(input.name),
  audit: {
    event: "relay.disabled",
    subject: (input) => input.name,
    before: relayNamed,
    after: relayNamed,
  },
});

const relayRemove = defineOperation({
  name: "relay.remove",
  summary: "Remove a relay; routing rules that name it are skipped",
  input: z.strictObject({ name }),
  run: async ({ relays }, input) => relays.remove(input.name),
  audit: {
    event: "relay.removed",
    subject: (input) => input.name,
    before: relayNamed,
  },
});

const relayTest = defineOperation({
  name: "relay.test",
  summary: "Send a real test message through a relay and show the conversation",
  input: z.strictObject({ name, from: mailbox, to: mailbox }),
  run: async (context, { name: relay, from, to }) => context.testRelay(context.relays.find(relay), { from, to }),
  audit: {
    event: "relay.tested",
    subject: (input) => input.name,
    after: (_context, { from, to }, { ok }) => ({ from, to, ok }),
  },
});

/** The operations on relays. */
export const relayOperations = [
  relayAdd,
  relayList,
  relayShow,
  relaySet,
  relaySetDefault,
  relayEnable,
  relayDisable,
  relayRemove,
  relayTest,
] as const;

/** The relay as operators see it; nothing where there is none. */
function relayNamed({ relays }: OperationContext, { name }: { readonly name: string }) {
  return relays.list().find((relay) => relay.name === name);
}

/** The names of the secrets that were given: masked, one that was replaced looks as before. */
function secretsGiven(given: Readonly<Record<string, string>>): { readonly secretsGiven?: readonly string[] } {
  const names = Object.keys(given);
  return names.length === 0 ? {} : { secretsGiven: names };
}

function defaultRelay({ relays }: OperationContext) {
  return { default: relays.list().find((relay) => relay.default)?.name ?? null };
}
