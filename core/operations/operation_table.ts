/** All operations and feeds, and the one way to perform them. */
import type { z } from "zod";
import { DispatchError } from "../error/mod.ts";
import { adminOperations } from "./admin_operations.ts";
import { adminTokenOperations } from "./admin_token_operations.ts";
import { apiKeyOperations } from "./api_key_operations.ts";
import { auditOperations } from "./audit_operations.ts";
import { certificateOperations } from "./certificate_operations.ts";
import { configOperations } from "./config_operations.ts";
import { readInput } from "./input_reader.ts";
import { messageLogFeeds, messageLogOperations } from "./message_log_operations.ts";
import { messageOperations } from "./message_operations.ts";
import type { Feed, Operation } from "./operation.ts";
import { performAudited } from "./operation_audit.ts";
import type { OperationContext } from "./operation_context.ts";
import { providerOperations } from "./provider_operations.ts";
import { purgeOperations } from "./purge_operations.ts";
import { queueBulkOperations } from "./queue_bulk.ts";
import { queueFeeds, queueOperations } from "./queue_operations.ts";
import { queueReadingOperations } from "./queue_reading.ts";
import { relayOperations } from "./relay_operations.ts";
import { relayTrialOperations } from "./relay_trial_operations.ts";
import { reportOperations } from "./report_operations.ts";
import { routeOperations } from "./route_operations.ts";
import { serviceOperations } from "./service_operations.ts";
import { userOperations } from "./user_operations.ts";

/** All operations. */
export const operations = [
  ...configOperations,
  ...certificateOperations,
  ...relayOperations,
  ...relayTrialOperations,
  ...providerOperations,
  ...routeOperations,
  ...apiKeyOperations,
  ...userOperations,
  ...queueOperations,
  ...queueReadingOperations,
  ...queueBulkOperations,
  ...messageLogOperations,
  ...auditOperations,
  ...reportOperations,
  ...purgeOperations,
  ...messageOperations,
  ...serviceOperations,
  ...adminOperations,
  ...adminTokenOperations,
] as const;

/** All feeds. */
export const feeds = [...queueFeeds, ...messageLogFeeds] as const;

type AnyOperation = (typeof operations)[number];
type AnyFeed = (typeof feeds)[number];

/** Name of an operation. */
export type OperationName = AnyOperation["name"];
/** Name of a feed. */
export type FeedName = AnyFeed["name"];
/** What the operation or feed `Name` takes; fields that may be absent may be `undefined` too. */
export type InputOf<Name extends OperationName | FeedName> = Lenient<
  z.input<Extract<AnyOperation | AnyFeed, { name: Name }>["input"]>
>;
/** What the operation `Name` answers. */
export type OutputOf<Name extends OperationName> = Awaited<ReturnType<Extract<AnyOperation, { name: Name }>["run"]>>;

type Lenient<Input> = {
  [Key in keyof Input]: Record<never, never> extends Pick<Input, Key> ? Input[Key] | undefined : Input[Key];
};

const operationsByName = new Map<string, Operation>(
  operations.map((operation) => [operation.name, operation as never]),
);
const feedsByName = new Map<string, Feed>(feeds.map((feed) => [feed.name, feed as never]));

/** The operation of that name, or `undefined`. */
export function findOperation(name: string): Operation | undefined {
  return operationsByName.get(name);
}

/** The feed of that name, or `undefined`. */
export function findFeed(name: string): Feed | undefined {
  return feedsByName.get(name);
}

/** What the operation or feed of that name says of itself in one line; `""` where there is none. */
export function summaryOf(name: string): string {
  return (findOperation(name) ?? findFeed(name))?.summary ?? "";
}

/**
 * Performs the operation `name` and returns what it answers.
 *
 * @throws {DispatchError} `operation_unknown`, `input_invalid` with all violations, or what the operation refuses with
 */
export async function performOperation(context: OperationContext, name: string, input: unknown): Promise<unknown> {
  const operation = findOperation(name);
  if (operation === undefined) throw new DispatchError("operation_unknown", { name });
  const { audit } = operation;
  if (audit !== null) return await performAudited({ ...operation, audit }, context, input);
  return await operation.run(context, readInput(operation, input));
}

/** Opens the feed `name`. @throws {DispatchError} as {@link performOperation} */
export async function openFeed(
  context: OperationContext,
  name: string,
  input: unknown,
): Promise<ReadableStream<Uint8Array>> {
  const feed = findFeed(name);
  if (feed === undefined) throw new DispatchError("operation_unknown", { name });
  return await feed.open(context, readInput(feed, input));
}
