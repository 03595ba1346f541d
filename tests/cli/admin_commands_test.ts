import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryCli } from "../support/memory_cli.ts";

const password = "correct horse battery";

for (const [where, argv, surroundings] of [
  ["a file", ["--password-file", "pw.txt"], { files: { "pw.txt": `${password}\n` } }],
  ["standard input", ["--password-file", "-"], { stdin: `${password}\n` }],
  ["the terminal, twice", [], { typed: [password, password] }],
] as const) {
  test(`admin reset-password takes the password from ${where}, and prints it nowhere`, async () => {
    const { run, dispatch } = await createMemoryCli();
    const { exitCode, stdout, stderr } = await run(["admin", "reset-password", ...argv], surroundings);
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(dispatch.passwords, [password]);
    assert.ok(!(stdout + stderr).includes("horse"));
  });
}

for (const [what, argv, surroundings, line] of [
  ["two that differ", [], { typed: [password, `${password}!`] }, /The two are not the same\. Nothing was changed\./],
  ["a short one", ["--password-file", "-"], { stdin: "horse" }, /^A password has at least 12 characters\./],
  ["nothing at all", ["--password-file", "-"], { stdin: "" }, /^A password has at least 12 characters\./],
  ["none, with nobody to ask", [], {}, /give --password-file FILE\./],
  ["Ctrl-C at the prompt", [], { typed: [password] }, /Nothing was given for New password\./],
  ["one in an argument", ["--password", "horse"], {}, /^Unknown option --password\. Did you mean --password-file\?/],
  ["one in an argument, with =", ["--password=horse"], {}, /^Unknown option --password\. Did you mean/],
] as const) {
  test(`admin reset-password refuses ${what}, and repeats nothing of it`, async () => {
    const { run, dispatch } = await createMemoryCli();
    const { exitCode, stdout, stderr } = await run(["admin", "reset-password", ...argv], surroundings);
    assert.deepEqual([exitCode, stdout, dispatch.passwords], [2, "", []]);
    assert.match(stderr, line);
    assert.doesNotMatch(stderr, /horse/);
  });
}
