/** What a token of the admin API has to be good for, by what each operation says of itself. */
import { type AdminScope, type AdminTokenRecord, adminScopes } from "../access/admin_token.ts";
import { DispatchError } from "../error/mod.ts";
import { type FeedName, findFeed, findOperation, type OperationName } from "./operation_table.ts";

/** Whoever may look at everything need not be shown the mail of others. */
const privateNames: ReadonlySet<string> = new Set<OperationName | FeedName>([
  "queue.content",
  "queue.read",
  "queue.attachment",
]);

/**
 * Throws unless a token may perform an operation, or open a feed, with what was given for it.
 *
 * `read` is for what the audit log has no need to be told of: it changes nothing, sends nothing and gives no secret
 * away. `certificate` is for all that is done with the shared certificate, and nothing else.
 *
 * @throws {DispatchError} `scope_insufficient`
 */
export function requireScope(token: AdminTokenRecord, name: OperationName | FeedName, given: unknown): void {
  const { scope } = token;
  const enough = scopesFor(name, given);
  if (enough.includes(scope)) return;
  throw new DispatchError("scope_insufficient", { name: token.name, operation: name, scope, needed: enough[0]! });
}

/** The scopes each of which is enough for what was given, the narrowest first. */
export function scopesFor(name: OperationName | FeedName, given: unknown): readonly AdminScope[] {
  const isEnough: Readonly<Record<AdminScope, boolean>> = {
    read: isHarmless(name, given),
    certificate: name.startsWith("cert."),
    all: true,
  };
  return adminScopes.filter((scope) => isEnough[scope]);
}

function isHarmless(name: string, given: unknown): boolean {
  if (privateNames.has(name)) return false;
  if (findFeed(name) !== undefined) return true;
  const operation = findOperation(name);
  if (operation === undefined || operation.audit === null) return operation !== undefined;
  if (operation.audit.appliesTo === undefined) return false;
  const input = operation.input.safeParse(given);
  return input.success && !operation.audit.appliesTo(input.data);
}
