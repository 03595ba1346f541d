/** What must be true of every answer of an API: it is one that its OpenAPI document tells of. */
import assert from "node:assert/strict";
import { isErrorCode } from "../../core/error/mod.ts";
import type { DocumentedOperation, DocumentedResponse, JsonSchema } from "./openapi_document.ts";
import { assertMatches } from "./openapi_schema.ts";

/** Headers of HTTP itself, which say nothing that is this API's own. */
const ordinaryHeaders = new Set(["content-type", "content-length", "cache-control"]);

/** An answer that was judged. */
export interface JudgedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/**
 * Throws an assertion error unless status, headers and body of `response` are as the document has them.
 *
 * @param everywhere Names of headers that all answers have, beside those of HTTP itself
 */
export async function judgeResponse(
  operation: DocumentedOperation,
  response: Response,
  everywhere: readonly string[] = [],
): Promise<JudgedResponse> {
  const { status, headers } = response;
  const text = await readText(response);
  const where = `${operation.operationId} ${status}`;
  const documented = operation.responses[status];
  assert.ok(documented !== undefined, `${where} is not documented: ${text.slice(0, 500)}`);
  judgeHeaders(new Headers([...headers].filter(([name]) => !everywhere.includes(name))), documented, where);
  const body = judgeBody(text, headers, documented, where);
  if (status >= 400) judgeProblem(body, status, documented, where);
  return { status, headers, body };
}

/** A stream without an end is read as far as its first piece. */
async function readText(response: Response): Promise<string> {
  if (response.headers.get("content-type") !== "text/event-stream") return response.text();
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

function judgeHeaders(headers: Headers, documented: DocumentedResponse, where: string): void {
  const expected = new Map(
    Object.entries(documented.headers ?? {}).map(([name, header]) => [name.toLowerCase(), header]),
  );
  for (const [name, value] of headers) {
    assert.doesNotMatch(value, /\p{Cc}/u, `${where}: ${name}`);
    const header = expected.get(name);
    assert.ok(header !== undefined || ordinaryHeaders.has(name), `${where}: the header ${name} is not documented`);
    if (header !== undefined) assertMatches(readHeader(value, header.schema), header.schema, `${where}: ${name}`);
  }
  for (const [name, { required }] of expected) {
    assert.ok(required !== true || headers.has(name), `${where}: the header ${name} is missing`);
  }
}

function readHeader(value: string, schema: JsonSchema): unknown {
  return schema.type === "integer" && /^\d+$/.test(value) ? Number(value) : value;
}

function judgeBody(text: string, headers: Headers, { content }: DocumentedResponse, where: string): unknown {
  const mediaType = headers.get("content-type");
  if (content === undefined) {
    assert.deepEqual([mediaType, text], [null, ""], `${where} has no body`);
    return null;
  }
  const documented = mediaType === null ? undefined : content[mediaType];
  assert.ok(documented !== undefined, `${where}: Content-Type ${JSON.stringify(mediaType)} is not documented`);
  if (documented.schema.format === "binary") return text;
  const body: unknown = JSON.parse(text);
  assertMatches(body, documented.schema, where);
  return body;
}

/** Clients go by the code, so it has to be one that is known, and one that the document names for the status. */
function judgeProblem(body: unknown, status: number, { description }: DocumentedResponse, where: string): void {
  const problem = body as { readonly type: string; readonly status: number; readonly code: string };
  assert.ok(isErrorCode(problem.code), `${where}: the code ${problem.code} is unknown`);
  assert.match(
    description,
    new RegExp(`\\b${problem.code}\\b`),
    `${where}: the code ${problem.code} is not documented`,
  );
  assert.equal(problem.type, `urn:dispatch:problem:${problem.code}`, where);
  assert.equal(problem.status, status, where);
}
