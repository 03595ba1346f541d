/** The OpenAPI 3.1 document of the admin API, made from its routes. */
import { z } from "zod";
import { type ErrorCode, httpStatusOf } from "../../core/error/mod.ts";
import { sessionCookieName } from "../session.ts";
import { problem } from "./answer/problem.ts";
import { inputSchema, type JsonObject, SchemaComponents } from "./json_schema.ts";
import type { Answer, ApiRoute } from "./route.ts";

const path = "/openapi.json";

/** The route that answers with the document of `routes`, and of itself. It is made when it is asked for first. */
export function openapiRoute(routes: readonly ApiRoute[], version: string): ApiRoute {
  let document: JsonObject | undefined;
  const route: ApiRoute = {
    id: "describe",
    method: "GET",
    path,
    summary: "This document",
    carrier: "query",
    takes: null,
    answers: [{ status: 200, schema: z.record(z.string(), z.unknown()) }],
    refuses: [],
    for: "visitors",
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
function securityOf({ for: who, method }: ApiRoute): JsonObject[] {
  if (who === "visitors") return [];
  const session = method === "GET" ? { session: [] } : { session: [], unforged: [] };
  return who === "sessions" ? [session] : [{ token: [] }, session];
}

interface ObjectSchema extends JsonObject {
  readonly properties?: Readonly<Record<string, JsonObject>>;
  readonly required?: readonly string[];
}

const mediaTypes = { json: "application/json", form: "multipart/form-data" } as const;

/** The path's parameters, and what the query or the body carries beside them. */
function describeTaken({ path: template, carrier, takes }: ApiRoute): JsonObject {
  const whole: ObjectSchema = takes === null ? { properties: {} } : inputSchema(takes);
  const named = Array.from(template.matchAll(/\{(\w+)\}/g), ([, name]) => name as string);
  const inPath = named.map((name) => ({ name, in: "path", required: true, schema: whole.properties?.[name] }));
  const properties = Object.entries(whole.properties ?? {}).filter(([name]) => !named.includes(name));
  const required = (whole.required ?? []).filter((name) => !named.includes(name));
  if (carrier === "query") {
    const inQuery = properties.map(([name, schema]) => ({
      name,
      in: "query",
      schema,
      ...(required.includes(name) ? { required: true } : {}),
    }));
    return { parameters: [...inPath, ...inQuery] };
  }
  const isNothing = whole.properties !== undefined && properties.length === 0;
  if (isNothing) return { parameters: inPath };
  const body =
    whole.properties === undefined ? whole : { ...whole, properties: Object.fromEntries(properties), required };
  const isRequired = whole.properties === undefined || required.length > 0;
  const content = { [mediaTypes[carrier]]: { schema: body } };
  return { parameters: inPath, requestBody: { required: isRequired, content } };
}

function describeAnswer(
  { schema, mediaTypes: types = ["application/json"], ...rest }: Answer,
  schemas: SchemaComponents,
) {
  const described = schema === null ? { type: "string", format: "binary" } : schemas.describe(schema);
  const headers = [...(rest.isLocated === true ? ["Location"] : []), ...(rest.headers ?? [])];
  return {
    description: types.length === 0 ? "Done, and nothing is left to show" : "Done",
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers.map((name) => [name, textHeader])) }),
    ...(types.length === 0 ? {} : { content: Object.fromEntries(types.map((type) => [type, { schema: described }])) }),
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
  const headers = refusalHeaders[status];
  return {
    description: codes.join(", "),
    ...(headers === undefined ? {} : { headers }),
    content: { "application/problem+json": { schema: schemas.describe(problem) } },
  };
}

/** What a listener answers by itself, to what never becomes a request that a route could see. */
const listenerRefusals = ["request_malformed", "request_timeout", "request_headers_too_large"] as const;

const bodyRefusals = ["body_malformed", "body_incomplete", "media_type_unsupported"] as const;

/** All codes that a route can answer. */
function refusalsOf({ for: who, method, path, carrier, takes, refuses }: ApiRoute): readonly ErrorCode[] {
  const isChange = method !== "GET";
  const codes: ErrorCode[] = [
    ...listenerRefusals,
    "address_not_allowed",
    "client_address_unclear",
    "internal_error",
    ...refuses,
  ];
  if (who === "visitors" || isChange) codes.push("request_forged");
  if (who !== "visitors") codes.push("not_signed_in");
  if (who === "sessions") codes.push("session_needed");
  if (who === "administrators") codes.push("token_invalid", "scope_insufficient", "database_unusable");
  if (carrier === "json" && takes !== null) codes.push("body_too_deep", "body_too_large", ...bodyRefusals);
  if (carrier === "form") codes.push(...bodyRefusals);
  // What a JSON body holds is judged by the operation, but for what the path says already.
  const isJudged = carrier !== "json" || who !== "administrators" || path.includes("{");
  if (takes !== null && isJudged) codes.push("request_invalid");
  if (who === "administrators") codes.push("input_invalid");
  return [...new Set(codes)];
}
