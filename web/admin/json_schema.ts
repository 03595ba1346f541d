/** JSON schemas of what the admin API takes and answers, made from those that it is checked with. */
import { z } from "zod";

/** A JSON schema, or any other part of an OpenAPI document. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The schemas that a document refers to, by their titles. */
export class SchemaComponents {
  readonly all: Record<string, JsonObject> = {};

  /** The schema of an answer: one with a title is referred to, and so are the items of a list. */
  describe(schema: z.ZodType): JsonObject {
    if (schema instanceof z.ZodReadonly) return this.describe(schema.unwrap() as z.ZodType);
    if (schema instanceof z.ZodArray) return { type: "array", items: this.describe(schema.element as z.ZodType) };
    const title = schema.meta()?.title;
    if (title === undefined) return inputSchema(schema);
    this.all[title] ??= inputSchema(schema);
    return { $ref: `#/components/schemas/${title}` };
  }
}

/** The schema of what is given, before anything is made of it. */
export function inputSchema(schema: z.ZodType): JsonObject {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    // What zod knows no schema for is a secret: a text.
    unrepresentable: ({ zodSchema }) => (zodSchema._zod.def.type === "custom" ? { type: "string" } : "throw"),
    override: ({ zodSchema, jsonSchema }) => {
      delete jsonSchema.readOnly;
      const number = numberOf(zodSchema);
      if (number === null) return;
      delete jsonSchema.anyOf;
      Object.assign(jsonSchema, number);
    },
  });
  return rest;
}

/** Its text is taken for a number, too: the document tells of the number. */
function numberOf(schema: z.core.$ZodType): JsonObject | null {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== "pipe" || (def.out as z.core.$ZodTypes)._zod.def.type !== "number") return null;
  const { $schema, ...number } = z.toJSONSchema(def.out);
  return number;
}
