/** The OpenAPI 3.1 document of the admin API, made from its routes. */
import { z } from "zod";
import { type ErrorCode, httpStatusOf } from "../../core/error/mod.ts";
import { sessionCookieName } from "../session.ts";
import { problem } from "./answer/problem.ts";
import { inputSchema, type JsonObject, SchemaComponents } from "./json_schema.ts";
import type { Answer, ApiRoute } from "./route.ts";
import { refusalsOf } from "./route_refusals.ts";

/** The route that answers with the document of `routes`, and of itself. It is made when it is asked for first. */
export function openapiRoute(routes: readonly ApiRoute[], version: string): ApiRoute {
  let document: JsonObject | undefined;
  const route: ApiRoute = {
    id: "describe",
    method: "GET",
    path: "/openapi.json",
    summary: "This document",
    carrier: "query",
    takes: null,
    answers: [{ status: 200, schema: z.record(z.string(), z.unknown()) }],
    refuses: [],
    for: "visitors",
    scopes: [],
    handler: (context) => {
      document ??= openapiDocument([...routes, route], version);
      return context.json(document);
    },
  };
  return route;
}

function openapiDocument(routes: readonly ApiRoute[], version: string): JsonObject {
  const schemas = new SchemaComponents();
  const paths = [...Map.groupBy(routes, ({ path }) => `/api${path}`)].map(([path, methods]) => [
    path,
    Object.fromEntries(methods.map((route) => [route.method.toLowerCase(), describeRoute(route, schemas)])),
  ]);
  return {
    openapi: "3.1.0",
    info: { title: "Dispatch admin API", version },
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An admin token, dsp_admin_…" },
        session: { type: "apiKey", in: "cookie", name: sessionCookieName, description: "Set by signing in" },
        unforged: { type: "apiKey", in: "header", name: "X-CSRF-Token", description: "The csrfToken of the session" },
      },
      schemas: schemas.all,
    },
  };
}

function describeRoute(route: ApiRoute, schemas: SchemaComponents): JsonObject {
  const { id, summary, answers } = route;
  const answered = answers.map((answer) => [answer.status, describeAnswer(answer, schemas)]);
  const refused = [...Map.groupBy(refusalsOf(route), httpStatusOf)].map(([status, codes]) => [
    status,
    describeRefusal(status, codes, schemas),
  ]);
  return {
    operationId: id,
    summary,
    ...describeTaken(route),
    security: securityOf(route),
    responses: Object.fromEntries([...answered, ...refused]),
  };
}

/** Changes by a session need its token, too; a program's token is enough by itself. */
function securityOf({ for: who, method, scopes }: ApiRoute): JsonObject[] {
  if (who === "visitors") return [];
  const session = method === "GET" ? { session: [] } : { session: [], unforged: [] };
  return [session, ...scopes.map((scope) => ({ token: [scope] }))];
}

interface ObjectSchema extends JsonObject {
  /** Absent where the names of the fields are not known beforehand, or there are several shapes. */
  readonly properties?: Readonly<Record<string, JsonObject>>;
  readonly required?: readonly string[];
}

/** The path's parameters, and what the query or the body carries beside them. */
function describeTaken({ path, carrier, takes }: ApiRoute): JsonObject {
  const whole: ObjectSchema = takes === null ? { properties: {} } : inputSchema(takes);
  const named = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name as string);
  const inPath = named.map((name) => ({ name, in: "path", required: true, schema: whole.properties?.[name] }));
  const rest = without(whole, named);
  if (carrier === "query") return { parameters: [...inPath, ...queryParameters(rest)] };
  return { parameters: inPath, ...describeBody(rest, carrier) };
}

function without(schema: ObjectSchema, named: readonly string[]): ObjectSchema {
  const { properties, required = [] } = schema;
  if (properties === undefined) return schema;
  const left = Object.entries(properties).filter(([name]) => !named.includes(name));
  return {
    ...schema,
    properties: Object.fromEntries(left),
    required: required.filter((name) => !named.includes(name)),
  };
}

function queryParameters({ properties = {}, required = [] }: ObjectSchema): JsonObject[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

const bodyTypes = { json: "application/json", form: "multipart/form-data" } as const;

function describeBody(schema: ObjectSchema, carrier: keyof typeof bodyTypes): JsonObject {
  const { properties, required = [] } = schema;
  if (properties !== undefined && Object.keys(properties).length === 0) return {};
  const isRequired = properties === undefined || required.length > 0;
  return { requestBody: { required: isRequired, content: { [bodyTypes[carrier]]: { schema } } } };
}

function describeAnswer(
  { schema, mediaTypes = ["application/json"], headers = [] }: Answer,
  schemas: SchemaComponents,
) {
  if (mediaTypes.length === 0) return { description: "Done, and nothing is left to show" };
  const described = schema === null ? { type: "string", format: "binary" } : schemas.describe(schema);
  return {
    description: "Done",
    headers: Object.fromEntries(headers.map((name) => [name, textHeader])),
    content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: described }])),
  };
}

const textHeader = { required: true, schema: { type: "string" } };
const seconds = { type: "integer", minimum: 1 };

/** The headers that tell more about a refusal, by its status. */
const refusalHeaders: Readonly<Record<number, JsonObject>> = {
  401: { "WWW-Authenticate": textHeader },
  403: { "WWW-Authenticate": { description: "For a token whose scope is too narrow", schema: { type: "string" } } },
  405: { Allow: textHeader },
  415: { Accept: textHeader },
  429: { "Retry-After": { required: true, schema: seconds } },
  503: { "Retry-After": { schema: seconds } },
};

function describeRefusal(status: number, codes: readonly ErrorCode[], schemas: SchemaComponents): JsonObject {
  return {
    description: codes.join(", "),
    headers: refusalHeaders[status] ?? {},
    content: { "application/problem+json": { schema: schemas.describe(problem) } },
  };
}
