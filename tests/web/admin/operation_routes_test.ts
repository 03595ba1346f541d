/** What operators can ask for, they can ask for over the admin API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { feeds, operations } from "../../../core/operations/operation_table.ts";
import { commands } from "../../../runtime-node/cli/command_table.ts";
import { feedRoutes, operationRoutes } from "../../../web/admin/operation_routes.ts";

/** Operations without a route, with the reason. */
const withoutRoute: readonly string[] = [
  // It is for whoever has a shell on the host: over the network a new password takes the old one, /api/auth/password.
  "admin.reset-password",
];

const routed = new Set<string>([
  ...operationRoutes.map(({ operation }) => operation),
  ...feedRoutes.map(({ feed }) => feed),
]);

test("every operation and feed has a route", () => {
  const lacking = [...operations, ...feeds].map(({ name }) => name).filter((name) => !routed.has(name));
  assert.deepEqual(lacking, withoutRoute);
});

test("every route has an operation or feed", () => {
  const known = new Set<string>([...operations, ...feeds].map(({ name }) => name));
  assert.deepEqual(
    [...routed].filter((name) => !known.has(name)),
    [],
  );
});

test("every command that performs an operation has a route", () => {
  const named = commands.flatMap(({ summary }) => (typeof summary === "string" ? [] : [summary.of as string]));
  assert.ok(named.length > 30);
  assert.deepEqual(
    named.filter((name) => !routed.has(name)),
    withoutRoute,
  );
});

test("no path has a method twice", () => {
  const paths = [...operationRoutes, ...feedRoutes].map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(
    paths.filter((path, index) => paths.indexOf(path) !== index),
    [],
  );
});
