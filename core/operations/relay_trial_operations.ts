/** Tries a relay before it is saved. */
import { z } from "zod";
import { draftRelay } from "../relay/draft_relay.ts";
import { mailbox, text } from "./input.ts";
import { defineOperation } from "./operation.ts";
import { secrets, settings } from "./relay_operations.ts";

const relayTry = defineOperation({
  name: "relay.try",
  summary: "Send a real test message through a relay that is not saved, and show the conversation",
  input: z.strictObject({ provider: text(64), settings, secrets, from: mailbox, to: mailbox }),
  run: async (context, { from, to, ...draft }) => context.testRelay(draftRelay(draft), { from, to }),
  audit: {
    event: "relay.tested",
    // Secrets are not among the settings: there they are refused.
    after: (_context, { provider, settings: given = {}, from, to }, { ok }) => ({
      provider,
      settings: given,
      from,
      to,
      ok,
    }),
  },
});

/** The operations on relays that are not saved. */
export const relayTrialOperations = [relayTry] as const;
