import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryCli } from "../support/memory_cli.ts";

test("admin token create prints the token alone on standard output, and how to revoke it", async () => {
  const { run } = await createMemoryCli();
  const { stdout, stderr } = await run(["admin", "token", "create", "ci", "--scope", "certificate"]);
  assert.match(stdout, /^dsp_admin_[\w-]{43}\n$/);
  assert.match(
    stderr,
    /^This is the only time the token is shown\. To revoke it: dispatch admin token revoke tok_\w+$/m,
  );
});

test("admin token commands create, list and revoke", async () => {
  const { run } = await createMemoryCli();
  const json = async (...argv: string[]) => JSON.parse((await run(["admin", "token", ...argv, "--json"])).stdout);
  const created = await json("create", "ci", "--scope", "read");
  assert.deepEqual(Object.keys(created).toSorted(), ["id", "name", "scope", "token"]);
  assert.match((await run(["admin", "token", "list"])).stdout, /^tok_\w+ +ci +read +2026-11-22T12:00:00\.000Z/m);
  assert.notEqual((await json("revoke", created.id)).revokedAt, null);
  assert.deepEqual(
    (await json("list")).map(({ name }: { name: string }) => name),
    ["ci"],
  );
});

for (const [what, argv, exitCode, line] of [
  ["no scope", ["create", "ci"], 2, /--scope/],
  ["an unknown scope", ["create", "ci", "--scope", "write"], 2, /scope must be one of read, certificate, all/],
  ["no name", ["create", "", "--scope", "read"], 2, /name must be a name of 1 to 64 characters/],
  ["a name that is too long", ["create", "x".repeat(65), "--scope", "read"], 2, /name must be a name/],
  ["a name with an escape", ["create", "a\u001b[31m", "--scope", "read"], 2, /name must be a name/],
  ["an unknown token", ["revoke", "tok_none"], 1, /There is no admin token "tok_none"/],
] as const) {
  test(`admin token refuses ${what}`, async () => {
    const { run } = await createMemoryCli();
    const result = await run(["admin", "token", ...argv]);
    assert.deepEqual([result.exitCode, result.stdout], [exitCode, ""]);
    assert.match(result.stderr, line);
    assert.doesNotMatch(result.stderr, /\u001b/);
  });
}
