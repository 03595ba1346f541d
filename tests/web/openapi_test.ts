import assert from "node:assert/strict";
import { test } from "node:test";
import { openapiDocument } from "../../web/ingestion/openapi.ts";
import { IngestionHarness } from "./ingestion_harness.ts";

interface JsonObject {
  readonly [name: string]: unknown;
}

const document = openapiDocument("1.2.3") as {
  readonly openapi: string;
  readonly info: JsonObject;
  readonly paths: Record<string, Record<string, JsonObject>>;
  readonly components: Record<string, Record<string, JsonObject>>;
};

function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => (name === "$ref" ? [String(child)] : references(child)));
}

test("the OpenAPI document is served to who has no key", async () => {
  const api = new IngestionHarness();
  const response = await api.fetch("/api/v1/openapi.json", { headers: { authorization: "" } });
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.deepEqual(await response.json(), JSON.parse(JSON.stringify(document)));
});

test("the OpenAPI document is of version 3.1 and names Dispatch's version", () => {
  assert.equal(document.openapi, "3.1.0");
  assert.equal(document.info.version, "1.2.3");
});

test("the OpenAPI document refers only to what it holds", () => {
  for (const reference of references(document)) {
    const [, , kind = "", name = ""] = reference.split("/");
    assert.ok(document.components[kind]?.[name] !== undefined, reference);
  }
});

test("the OpenAPI document shows the fields of the JSON body, and that there are no others", () => {
  const message = document.components.schemas?.Message as JsonObject;
  const names = "attachments bcc cc from headers html replyTo subject tags text to".split(" ");
  assert.deepEqual(Object.keys(message.properties as object).sort(), names);
  assert.deepEqual(message.required, ["from"]);
  assert.equal(message.additionalProperties, false);
});

test("the OpenAPI document describes every status that a submission can have", () => {
  const { responses } = document.paths["/api/v1/messages"]!.post as { responses: object };
  const statuses = "202 400 401 403 408 409 413 415 422 429 431 500 503".split(" ");
  assert.deepEqual(Object.keys(responses).sort(), statuses);
});

test("the OpenAPI document describes every parameter of the list", () => {
  const { parameters } = document.paths["/api/v1/messages"]!.get as { parameters: JsonObject[] };
  assert.deepEqual(
    parameters.map(({ name, in: place, description }) => [name, place, typeof description]),
    ["limit", "status", "cursor"].map((name) => [name, "query", "string"]),
  );
});
