/** Requests as the OpenAPI document allows them, made from its schemas by fast-check. */
import fc from "fast-check";
import type { DocumentedContent, DocumentedOperation, DocumentedParameter, JsonSchema } from "./openapi_document.ts";
import { type DraftContent, type DraftPart, type DraftRequest, formBoundary } from "./openapi_request.ts";

/** Text without control characters: what the schemas have no word for, and every line of a header asks for. */
const textUnit = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.constantFrom("ü", "é", "€", "漢", "😀", "\u202e", "\u2028", "=", "<", '"', "\\") },
);
const maxLength = 40;

interface ChoiceSchema extends JsonSchema {
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** A value that `schema` allows; `format: binary` is bytes. @throws {TypeError} when the schema has an unknown type */
export function arbitraryValue(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { examples, anyOf, oneOf = anyOf } = schema as ChoiceSchema;
  // An example stands for a form that no keyword describes, such as an address.
  if (examples !== undefined) return fc.constantFrom(...examples);
  if (oneOf !== undefined) return fc.oneof(...oneOf.map(arbitraryValue));
  if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as readonly unknown[]));
  if ("const" in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => arbitraryValue({ ...schema, type })));
  switch (schema.type) {
    case "string":
      return arbitraryText(schema as StringSchema);
    case "integer":
      return fc.integer({ min: schema.minimum as number, max: schema.maximum as number });
    case "number":
      return fc.double();
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(arbitraryValue(schema.items as JsonSchema), { maxLength: 2 });
    case "object":
      return arbitraryObject(schema as ObjectSchema);
    case undefined:
      return fc.jsonValue({ maxDepth: 2 });
    default:
      throw new TypeError(`Cannot make a value: current value is ${JSON.stringify(schema)}`);
  }
}

interface StringSchema extends JsonSchema {
  readonly pattern?: string;
  readonly minLength?: number;
}

interface ObjectSchema extends JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
}

function arbitraryText({ pattern, format, contentEncoding, minLength = 0 }: StringSchema): fc.Arbitrary<unknown> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  if (format === "binary") return arbitraryBytes;
  if (contentEncoding === "base64") return arbitraryBytes.map((bytes) => btoa(String.fromCharCode(...bytes)));
  return fc.string({ unit: textUnit, minLength, maxLength });
}

const arbitraryBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Uint8Array.from(bytes));

function arbitraryObject(schema: ObjectSchema): fc.Arbitrary<object> {
  const { properties = {}, patternProperties = {}, required = [], propertyNames, additionalProperties } = schema;
  const fields = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, arbitraryValue(schema)]));
  const named = fc.record(fields, { requiredKeys: [...required] });
  const further = Object.entries(patternProperties).map(([pattern, schema]) =>
    fc.dictionary(fc.stringMatching(new RegExp(pattern)), arbitraryValue(schema), { maxKeys: 2 }),
  );
  if (propertyNames !== undefined && typeof additionalProperties === "object") {
    const names = arbitraryValue(propertyNames) as fc.Arbitrary<string>;
    further.push(fc.dictionary(names, arbitraryValue(additionalProperties), { maxKeys: 2 }));
  }
  return fc.tuple(named, ...further).map((parts) => Object.assign({}, ...parts) as object);
}

/** A request of `operation` as the document allows it. */
export function arbitraryRequest(operation: DocumentedOperation): fc.Arbitrary<DraftRequest> {
  const { operationId, method, path } = operation;
  const contents = Object.entries(operation.requests).map(([type, content]) => arbitraryContent(type, content));
  const content = contents.length === 0 ? fc.constant(noContent) : fc.oneof(...contents);
  return fc.tuple(content, ...operation.parameters.map(arbitraryParameter)).map(([written, ...parameters]) => {
    const given = parameters.flat();
    const inPlace = (place: DocumentedParameter["in"]) => given.filter((parameter) => parameter.in === place);
    return {
      operationId,
      method,
      path,
      inPath: Object.fromEntries(inPlace("path").map(({ name, value }) => [name, encodeURIComponent(value)])),
      query: inPlace("query").map(({ name, value }) => [name, value] as const),
      headers: {
        ...(written.contentType === undefined ? {} : { "content-type": written.contentType }),
        ...Object.fromEntries(inPlace("header").map(({ name, value }) => [name.toLowerCase(), value])),
      },
      content: written.content,
    };
  });
}

interface GivenParameter {
  readonly name: string;
  readonly in: DocumentedParameter["in"];
  readonly value: string;
}

/** A list is given by repeating the parameter. */
function arbitraryParameter(parameter: DocumentedParameter): fc.Arbitrary<GivenParameter[]> {
  const { name, in: place, required = false, schema } = parameter;
  // A part of a path is not empty, and dots alone would lead elsewhere.
  const values = arbitraryValue(schema).filter((value) => place !== "path" || !/^\.{0,2}$/.test(`${value}`));
  const given = values.map((value) => [value].flat().map((text) => ({ name, in: place, value: `${text}` })));
  return required ? given : fc.oneof(given, fc.constant<GivenParameter[]>([]));
}

interface TypedContent {
  readonly contentType?: string;
  readonly content: DraftContent;
}

const noContent: TypedContent = { content: { kind: "none" } };

function arbitraryContent(mediaType: string, { schema, example }: DocumentedContent): fc.Arbitrary<TypedContent> {
  if (example !== undefined) {
    return fc.constant({
      contentType: mediaType,
      content: { kind: "bytes", bytes: new TextEncoder().encode(example) },
    });
  }
  if (mediaType === "multipart/form-data")
    return arbitraryValue(schema).chain((fields) => arbitraryForm(fields as object));
  return arbitraryValue(schema).map((value) => ({ contentType: mediaType, content: { kind: "json", value } }));
}

/** A form may have its parts in any order. */
function arbitraryForm(fields: object): fc.Arbitrary<TypedContent> {
  const parts = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => asPart(name, one)));
  const contentType = `multipart/form-data; boundary=${formBoundary}`;
  return fc
    .shuffledSubarray(parts, { minLength: parts.length })
    .map((shuffled) => ({ contentType, content: { kind: "form", parts: shuffled } }));
}

function asPart(name: string, value: unknown): DraftPart {
  if (typeof value === "string") return { name, content: new TextEncoder().encode(value) };
  return { name, filename: "file.txt", contentType: "text/plain", content: value as Uint8Array<ArrayBuffer> };
}
