/** Relays: add, list, show, set, set-default, enable, disable, remove, test. */
import { z } from "zod";
import { parsePath } from "../mail/address.ts";
import { concurrencyRange } from "../relay/concurrency.ts";
import { text, wholeNumber } from "./input.ts";
import { defineOperation } from "./operation.ts";

const name = text(200);
const concurrency = wholeNumber(concurrencyRange.min, concurrencyRange.max).exactOptional();

/** Settings that may be seen. A secret one is refused here: it belongs under `secrets`. `null` unsets. */
const settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).exactOptional();
/** Settings that came from a prompt, a file or standard input; any setting is taken here. */
const secrets = z.record(z.string(), z.string()).exactOptional();

const mailbox = z.string().transform((value, refinement) => {
  const address = parsePath(value);
  if (address !== null) return address;
  refinement.addIssue({ code: "custom", message: "must be an address such as you@example.org" });
  return z.NEVER;
});

const relayAdd = defineOperation({
  name: "relay.add",
  summary: "Add a relay",
  input: z.strictObject({
    name,
    provider: text(64),
    settings,
    secrets,
    concurrency,
    default: z.boolean().exactOptional(),
  }),
  changes: true,
  run: async ({ relays }, input) => relays.add(input),
});

const relayList = defineOperation({
  name: "relay.list",
  summary: "List all relays, secrets masked",
  input: z.strictObject({}),
  changes: false,
  run: async ({ relays }) => relays.list(),
});

const relayShow = defineOperation({
  name: "relay.show",
  summary: "Show one relay, secrets masked",
  input: z.strictObject({ name }),
  changes: false,
  run: async ({ relays }, input) => relays.show(input.name),
});

const relaySet = defineOperation({
  name: "relay.set",
  summary: "Change settings of a relay; an empty value unsets one",
  input: z.strictObject({ name, settings, secrets, concurrency }),
  changes: true,
  run: async ({ relays }, input) => relays.set(input),
});

const relaySetDefault = defineOperation({
  name: "relay.set-default",
  summary: "Make a relay the default",
  input: z.strictObject({ name }),
  changes: true,
  run: async ({ relays }, input) => relays.setDefault(input.name),
});

const relayEnable = defineOperation({
  name: "relay.enable",
  summary: "Let a relay be used again",
  input: z.strictObject({ name }),
  changes: true,
  run: async ({ relays }, input) => relays.enable(input.name),
});

const relayDisable = defineOperation({
  name: "relay.disable",
  summary: "Keep a relay from being used",
  input: z.strictObject({ name }),
  changes: true,
  run: async ({ relays }, input) => relays.disable(input.name),
});

const relayRemove = defineOperation({
  name: "relay.remove",
  summary: "Remove a relay",
  input: z.strictObject({ name }),
  changes: true,
  run: async ({ relays }, input) => relays.remove(input.name),
});

const relayTest = defineOperation({
  name: "relay.test",
  summary: "Send a real test message through a relay and show the conversation",
  input: z.strictObject({ name, from: mailbox, to: mailbox }),
  changes: false,
  run: async (context, { name: relay, from, to }) => context.testRelay(context.relays.find(relay), { from, to }),
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
