/** OpenAPI documents as a test reads them: operations in a list, references followed. */
import { openapiDocument } from "../../web/ingestion/openapi.ts";

/** A JSON schema, without references. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** A parameter of an operation. */
export interface DocumentedParameter {
  readonly name: string;
  readonly in: "query" | "header" | "path";
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

/** A body of one media type. */
export interface DocumentedContent {
  readonly schema: JsonSchema;
  readonly example?: string;
}

/** An answer with one status. */
export interface DocumentedResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: JsonSchema }>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

/** One operation. */
export interface DocumentedOperation {
  readonly operationId: string;
  /** Upper case. */
  readonly method: string;
  /** With `{name}` where a parameter stands. */
  readonly path: string;
  readonly parameters: readonly DocumentedParameter[];
  /** By media type; empty when it takes no body. */
  readonly requests: Readonly<Record<string, DocumentedContent>>;
  /** By status. */
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

interface WrittenOperation {
  readonly operationId: string;
  readonly parameters?: readonly DocumentedParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, DocumentedContent>> };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

type Paths = Readonly<Record<string, Readonly<Record<string, WrittenOperation>>>>;

/** All operations of the ingestion API, in the document's order. */
// What is read is what clients get: JSON.
export const documentedOperations = readOperations(JSON.parse(JSON.stringify(openapiDocument("1.2.3"))));

/** The operation of the ingestion API of this name. @throws {RangeError} when the document has none */
export function operationNamed(operationId: string): DocumentedOperation {
  return findOperation(documentedOperations, operationId);
}

/** The operation of this name among `operations`. @throws {RangeError} when there is none */
export function findOperation(operations: readonly DocumentedOperation[], operationId: string): DocumentedOperation {
  const operation = operations.find((documented) => documented.operationId === operationId);
  if (operation === undefined) throw new RangeError(`Cannot find an operation: current value is ${operationId}`);
  return operation;
}

/** All operations of `document`, in its order. */
export function readOperations(document: { readonly paths: unknown }): readonly DocumentedOperation[] {
  const paths = followReferences(document.paths, document) as Paths;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody, responses }]) => ({
      operationId,
      method: method.toUpperCase(),
      path,
      parameters,
      requests: requestBody?.content ?? {},
      responses,
    })),
  );
}

/** Puts what each `$ref` refers to in its place; no part of the document refers to itself. */
function followReferences(value: unknown, document: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => followReferences(item, document));
  const { $ref: reference } = value as { $ref?: string };
  if (reference !== undefined) return followReferences(lookUp(reference, document), document);
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, followReferences(child, document)]));
}

function lookUp(reference: string, document: unknown): unknown {
  const names = reference.replace(/^#\//, "").split("/");
  return names.reduce((value, name) => (value as Record<string, unknown>)[name], document);
}
