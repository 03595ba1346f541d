/** The users of SMTP: add, list, set, password, remove. */
import { z } from "zod";
import { canonicalSenderPattern, senderPatternRule } from "../access/sender_pattern.ts";
import { normalizeUserName, userNameRule } from "../access/smtp_user_name.ts";
import type { SmtpUserView } from "../access/smtp_user_service.ts";
import { cidrListCodec } from "../config/codec/cidr_list.ts";
import { secret } from "./input.ts";
import { defineOperation } from "./operation.ts";
import type { OperationContext } from "./operation_context.ts";

const ranges = cidrListCodec();
const patternsRule = `must be a list of at most 1000 senders, each of which ${senderPatternRule}`;

const name = z.string({ error: userNameRule }).transform((value, refinement) => {
  const normalized = normalizeUserName(value);
  if (normalized !== null) return normalized;
  refinement.addIssue({ code: "custom", message: userNameRule });
  return z.NEVER;
});

const password = secret(65_536);

const allowedAddresses = z.array(z.string(), { error: ranges.rule }).transform((values, refinement) => {
  const read = ranges.fromJson(values);
  if ("value" in read) return read.value;
  refinement.addIssue({ code: "custom", message: read.rule });
  return z.NEVER;
});

const allowedSenders = z
  .array(z.string(), { error: patternsRule })
  .max(1000, { error: patternsRule })
  .transform((values, refinement) => {
    const patterns = new Set(values.map(canonicalSenderPattern));
    if (!patterns.has(null)) return [...patterns] as string[];
    refinement.addIssue({ code: "custom", message: patternsRule });
    return z.NEVER;
  });

const limits = { allowedAddresses: allowedAddresses.exactOptional(), allowedSenders: allowedSenders.exactOptional() };

const userAdd = defineOperation({
  name: "user.add",
  summary: "Add a user that may sign in over SMTP",
  input: z.strictObject({ name, password, ...limits }),
  run: async ({ users }, input) =>
    users.add(input.name, input.password, {
      allowedAddresses: input.allowedAddresses ?? [],
      allowedSenders: input.allowedSenders ?? [],
    }),
  audit: { event: "user.added", subject: (input) => input.name, after: (_context, _input, user) => user },
});

const userList = defineOperation({
  name: "user.list",
  summary: "List the users that may sign in over SMTP",
  input: z.strictObject({}),
  run: async ({ users }) => users.list(),
  audit: null,
});

const userSet = defineOperation({
  name: "user.set",
  summary: "Change from where a user may sign in, and as whom it may send; takes effect at once",
  input: z.strictObject({ name, ...limits }),
  run: async ({ users }, { name: named, ...change }) => users.set(named, change),
  audit: {
    event: "user.changed",
    subject: (input) => input.name,
    before: findUser,
    after: (_context, _input, user) => user,
  },
});

const userPassword = defineOperation({
  name: "user.password",
  summary: "Change the password of a user; takes effect at once",
  input: z.strictObject({ name, password }),
  run: async ({ users }, input) => users.setPassword(input.name, input.password),
  audit: { event: "user.password_changed", subject: (input) => input.name },
});

const userRemove = defineOperation({
  name: "user.remove",
  summary: "Remove a user; takes effect at once",
  input: z.strictObject({ name }),
  run: async ({ users }, input) => users.remove(input.name),
  audit: { event: "user.removed", subject: (input) => input.name, before: findUser },
});

/** The operations on the users of SMTP. */
export const userOperations = [userAdd, userList, userSet, userPassword, userRemove] as const;

async function findUser(
  { users }: OperationContext,
  input: { readonly name: string },
): Promise<SmtpUserView | undefined> {
  return (await users.list()).find((user) => user.name === input.name);
}
