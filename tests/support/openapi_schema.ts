/** Checks values against the schemas of the OpenAPI document's answers, strictly: what a schema does not name is refused. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { JsonSchema } from "./openapi_document.ts";

/** The keywords that are checked, or say nothing about values; zod passes over those that it does not know. */
const knownKeywords = new Set(
  (
    "type enum const anyOf pattern format minimum maximum properties propertyNames required items " +
    "additionalProperties title description"
  ).split(" "),
);
const knownFormats = new Set<unknown>([undefined, "date-time"]);

const compiled = new WeakMap<JsonSchema, z.ZodType>();

/** Throws an assertion error that starts with `where` unless `schema` allows `value`. */
export function assertMatches(value: unknown, schema: JsonSchema, where: string): void {
  const result = compile(schema).safeParse(value);
  assert.ok(result.success, `${where}: ${result.error?.message}\n${JSON.stringify(value)}`);
}

function compile(schema: JsonSchema): z.ZodType {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const made = z.fromJSONSchema(closed(schema));
  compiled.set(schema, made);
  return made;
}

/** The schema with no room for fields that it does not name. @throws {TypeError} when it has a keyword that is not checked */
function closed(schema: JsonSchema): JsonSchema {
  const unknown = Object.keys(schema).filter((keyword) => !knownKeywords.has(keyword));
  if (unknown.length > 0 || !knownFormats.has(schema.format)) {
    throw new TypeError(`Cannot check a schema: current value is ${JSON.stringify(schema)}`);
  }
  const { properties, items, anyOf, additionalProperties } = schema as NestedSchema;
  return {
    ...schema,
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(closed) }),
    ...(typeof additionalProperties === "object" ? { additionalProperties: closed(additionalProperties) } : {}),
    ...(properties === undefined ? {} : { properties: closedAll(properties), additionalProperties: false }),
  };
}

interface NestedSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
}

function closedAll(properties: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, closed(schema)]));
}
