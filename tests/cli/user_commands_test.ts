import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryCli } from "../support/memory_cli.ts";

const password = "correct horse";
const files = { "pw.txt": `${password}\n`, "other.txt": "another horse\n" };

for (const [where, argv, surroundings] of [
  ["a file", ["--password-file", "pw.txt"], { files }],
  ["standard input", ["--password-file", "-"], { stdin: `${password}\n` }],
  ["the terminal, twice", [], { typed: [password, password] }],
] as const) {
  test(`user add takes the password from ${where}, and prints it nowhere`, async () => {
    const { run, dispatch } = await createMemoryCli();
    const { exitCode, stdout, stderr } = await run(["user", "add", "printer", ...argv], surroundings);
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, "printer may sign in from every address that may send, and send as everybody.\n");
    assert.equal((await dispatch.users.store.list())[0]!.passwordHash, `quick:13:${password}`);
    assert.ok(!(stdout + stderr).includes("horse"));
  });
}

for (const [what, argv, surroundings, line] of [
  ["a short one", ["--password-file", "-"], { stdin: "horse" }, /^A password has at least 8 characters\./],
  ["none, with nobody to ask", [], {}, /give --password-file FILE\./],
  ["two that differ", [], { typed: [password, "horse"] }, /The two are not the same\./],
  ["one in an argument", ["--password", "horse"], {}, /^Unknown option --password\. Did you mean --password-file\?/],
] as const) {
  test(`user add and user password refuse ${what}, and repeat nothing of it`, async () => {
    const { run, dispatch } = await createMemoryCli();
    for (const verb of ["add", "password"]) {
      const { exitCode, stdout, stderr } = await run(["user", verb, "printer", ...argv], surroundings);
      assert.deepEqual([exitCode, stdout, dispatch.users.store.rows.size], [2, "", 0]);
      assert.match(stderr, line);
      assert.doesNotMatch(stderr, /horse/);
    }
  });
}

test("user commands carry a user through its life", async () => {
  const { run } = await createMemoryCli();
  const json = async (...argv: string[]) => JSON.parse((await run(["user", ...argv, "--json"], { files })).stdout);
  const limits = ["--allowed-address", "10.0.0.0/8", "--allowed-address", "::1", "--allowed-sender", "example.org"];
  const added = await json("add", "Printer", ...limits, "--password-file", "pw.txt");
  assert.deepEqual(Object.keys(added).toSorted(), [
    "allowedAddresses",
    "allowedSenders",
    "createdAt",
    "lastUsedAt",
    "name",
    "passwordSetAt",
    "useCount",
  ]);
  assert.deepEqual(added.allowedAddresses, ["10.0.0.0/8", "::1/128"]);
  assert.deepEqual(await json("list"), [added]);
  const { allowedAddresses, allowedSenders } = await json("set", "printer", "--any-address");
  assert.deepEqual([allowedAddresses, allowedSenders], [[], ["*@example.org"]]);
  assert.deepEqual((await json("set", "printer", "--any-sender")).allowedSenders, []);
  assert.equal((await json("password", "printer", "--password-file", "other.txt")).name, "printer");
  assert.equal((await json("remove", "printer")).name, "printer");
  assert.deepEqual(await json("list"), []);
});

test("user list and user set say what a user may do", async () => {
  const { run } = await createMemoryCli();
  assert.equal((await run(["user", "list"])).stdout, "There is no SMTP user.\n");
  await run(["user", "add", "printer", "--allowed-sender", "example.org", "--password-file", "pw.txt"], { files });
  assert.match((await run(["user", "list"])).stdout, /^NAME .*\nprinter +any +\*@example\.org +2026-11-22\S+ +- +0\n$/);
  assert.equal(
    (await run(["user", "set", "printer", "--allowed-address", "10.1.2.3/8"])).stdout,
    "printer may sign in from 10.0.0.0/8, and send as *@example.org.\n",
  );
});

for (const [argv, exitCode, line] of [
  ["remove nobody", 1, 'There is no SMTP user "nobody". See: dispatch user list\n'],
  ["set nobody --any-sender", 1, 'There is no SMTP user "nobody". See: dispatch user list\n'],
  [
    "set printer --allowed-sender *",
    2,
    'allowedSenders must be a list of at most 1000 senders, each of which must be an address, or a domain such as example.org or *.example.org; ["*"] was given. Nothing was done.\n',
  ],
] as const) {
  test(`user ${argv} is refused with exit code ${exitCode}`, async () => {
    const { run } = await createMemoryCli();
    assert.deepEqual(await run(["user", ...argv.split(" ")]), { exitCode, stdout: "", stderr: line });
  });
}
