/** Routes that perform one operation each, or open one feed: from a short record to all that a route is. */
import type { Context } from "hono";
import type { z } from "zod";
import type { ErrorCode } from "../../core/error/mod.ts";
import { scopesFor } from "../../core/operations/operation_scope.ts";
import {
  type FeedName,
  findFeed,
  findOperation,
  type OperationName,
  type OutputOf,
} from "../../core/operations/operation_table.ts";
import type { OperatorDependencies } from "../operator/dependencies.ts";
import type { AdminEnv } from "../session.ts";
import { actorFor } from "./administrator.ts";
import { answers } from "./answers.ts";
import { type Fields, readGiven } from "./given_fields.ts";
import type { Answer, ApiRoute, Carrier, Method } from "./route.ts";

/** What the records of operations and feeds have in common. */
interface RouteRecord {
  readonly method: Method;
  /** Below `/api`; a parameter is named after the field that it is. */
  readonly path: string;
  /** Default: the query for `GET` and `DELETE`, a JSON body for others. */
  readonly carrier?: Carrier;
  /** What is given, where that is not what the operation takes. */
  readonly takes?: z.ZodType;
  /** Makes of what is given what the operation takes. Default: it is taken as it is. */
  readonly input?: (given: Fields) => unknown;
  readonly refuses?: readonly ErrorCode[];
}

/** A route that performs the operation `Name`. */
export interface OperationRoute<Name extends OperationName> extends RouteRecord {
  readonly operation: Name;
  /** Name of the route in the document. Default: the operation's. */
  readonly id?: string;
  /** Default: 200. */
  readonly status?: 200 | 201 | 202;
  /** Where to look for what was made. */
  location?(output: OutputOf<Name>): string;
  /** Where the operation answers with a list, of which the route tells the one: whether it may be empty, which is 204. */
  readonly one?: "always" | "perhaps";
  /** How a file is answered with, and the kinds that it may be of. */
  readonly file?: { readonly mediaTypes: readonly string[]; respond(output: OutputOf<Name>): Response };
  /** What is answered in place of an error. @throws that very error, or another one */
  insteadOf?(error: unknown): OutputOf<Name>;
}

/** A route that performs any one operation. */
export type AnyOperationRoute = { [Name in OperationName]: OperationRoute<Name> }[OperationName];

/** A route that opens a feed. */
export interface FeedRoute extends RouteRecord {
  readonly feed: FeedName;
  readonly mediaType: string;
  readonly headers?: readonly string[];
  /** The answer. @throws {DispatchError} when there can be none now, and then the feed is cancelled */
  respond(opened: ReadableStream<Uint8Array>, request: FeedRequest): Response;
}

/** The request for a feed. */
export interface FeedRequest {
  readonly context: Context<AdminEnv>;
  readonly given: Fields;
  readonly dependencies: Feeding;
}

type Performing = Pick<OperatorDependencies, "perform">;
type Feeding = Pick<OperatorDependencies, "open" | "streams" | "access" | "tokens">;

/** The whole route of an operation. */
export function operationRoute(route: AnyOperationRoute, { perform }: Performing): ApiRoute {
  // Which operation it is matters to whoever writes a record: what is done with them is the same for all.
  const record = route as OperationRoute<OperationName>;
  const { operation: name, id = name, insteadOf } = record;
  const { summary, input: taken } = findOperation(name)!;
  const handle = async (context: Context<AdminEnv>) => {
    const given = await readGiven(context, carrierOf(record));
    const input = record.input?.(given as Fields) ?? given;
    const output = await perform(actorFor(context, name, input), name, input as never);
    return respond(context, record, output);
  };
  return {
    ...describe(record, name, taken),
    id,
    summary,
    answers: answersOf(record),
    handler:
      insteadOf === undefined
        ? handle
        : (context) => handle(context).catch((error) => context.json(insteadOf(error) as object)),
  };
}

/** The whole route of a feed. */
export function feedRoute(record: FeedRoute, dependencies: Feeding): ApiRoute {
  const { feed: name, mediaType, headers = [] } = record;
  const { summary, input: taken } = findFeed(name)!;
  return {
    ...describe(record, name, taken),
    id: name,
    summary,
    answers: [{ status: 200, schema: null, mediaTypes: [mediaType], headers }],
    async handler(context) {
      const given = (await readGiven(context, carrierOf(record))) as Fields;
      const actor = actorFor(context, name, given);
      const opened = await dependencies.open(actor, name, given as never);
      const response = record.respond(opened, { context, given, dependencies });
      // Nobody reads the body of an answer to HEAD, and what was opened for it would stay open.
      if (context.req.method === "HEAD") await response.body?.cancel();
      return response;
    },
  };
}

function carrierOf({ method, carrier }: RouteRecord): Carrier {
  return carrier ?? (method === "GET" || method === "DELETE" ? "query" : "json");
}

function describe(record: RouteRecord, name: OperationName | FeedName, taken: z.ZodType) {
  const { method, path, takes = taken, input = (given) => given, refuses = [] } = record;
  const scopes = scopesFor(name, input({}));
  return { method, path, carrier: carrierOf(record), takes, refuses, for: "administrators", scopes } as const;
}

function answersOf({ operation, status = 200, location, one, file }: OperationRoute<OperationName>): Answer[] {
  const schema: z.ZodType = answers[operation];
  if (file !== undefined) {
    return [{ status, schema: null, mediaTypes: file.mediaTypes, headers: ["Content-Disposition"] }];
  }
  if (one === undefined) return [{ status, schema, headers: location === undefined ? [] : ["Location"] }];
  const element = (schema as z.ZodReadonly<z.ZodArray<z.ZodType>>).unwrap().element;
  const found = { status, schema: element };
  return one === "perhaps" ? [found, { status: 204, schema: null, mediaTypes: [] }] : [found];
}

function respond(
  context: Context<AdminEnv>,
  { status = 200, location, one, file }: OperationRoute<OperationName>,
  output: OutputOf<OperationName>,
): Response {
  if (file !== undefined) return file.respond(output);
  if (location !== undefined) context.header("location", `/api${location(output)}`);
  const answer: unknown = one === undefined ? output : (output as readonly unknown[])[0];
  return answer === undefined ? context.body(null, 204) : context.json(answer as object, status);
}
