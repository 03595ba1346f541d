import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryCli } from "../support/memory_cli.ts";

const files = { "pass.txt": "correct horse\n" };

test("cert export prints the chain as PEM, byte for byte and nothing else", async () => {
  const { run, dispatch } = await createMemoryCli();
  const { certPem } = dispatch.certificates.keeper.current;
  for (const argv of [[], ["--format", "pem"]]) {
    assert.deepEqual(await run(["cert", "export", ...argv]), { exitCode: 0, stdout: certPem, stderr: "" });
  }
});

test("cert export --out writes a file that others may read, and names it", async () => {
  const { run, dispatch, written } = await createMemoryCli();
  const { stdout } = await run(["cert", "export", "--out", "ca.pem"]);
  assert.equal(stdout, "The file ca.pem is written.\n");
  assert.deepEqual(written.get("ca.pem"), { content: dispatch.certificates.keeper.current.certPem, mode: 0o644 });
  const asJson = await run(["cert", "export", "--format", "der", "--out", "ca.cer", "--json"]);
  assert.equal(asJson.stdout, '{"path":"ca.cer"}\n');
});

for (const [where, argv, surroundings] of [
  ["a file", ["--passphrase-file", "pass.txt"], { files }],
  ["standard input", ["--passphrase-file", "-"], { stdin: "correct horse\n" }],
  ["the terminal", [], { typed: ["correct horse", "correct horse"] }],
  ["the terminal on request", ["--passphrase-file", "-"], { typed: ["correct horse", "correct horse"] }],
] as const) {
  test(`cert export --pfx writes a file for its owner alone, under a passphrase from ${where}`, async () => {
    const { run, written } = await createMemoryCli();
    const { exitCode, stderr } = await run(["cert", "export", "--pfx", "--out", "a.pfx", ...argv], surroundings);
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(written.get("a.pfx"), { content: "a PFX under correct horse", mode: 0o600 });
  });
}

for (const [what, argv, surroundings, line] of [
  ["a PFX on standard output", ["--pfx"], { files }, /^--pfx needs --out FILE/],
  ["a PFX by its format", ["--format", "pfx", "--out", "a"], { files }, /^A PFX is asked for by --pfx\./],
  ["two formats", ["--pfx", "--format", "pem", "--out", "a"], { files }, /^--pfx and --format exclude each other\./],
  ["an unknown format", ["--format", "jks"], {}, /^format must be one of pem, der, pfx; "jks" was given\./],
  [
    "a passphrase for a public file",
    ["--passphrase-file", "pass.txt"],
    { files },
    /^--passphrase-file goes with --pfx/,
  ],
  ["bytes among JSON", ["--json"], {}, /--json needs --out FILE/],
  ["bytes on a terminal", ["--format", "der"], { printsToTerminal: true }, /^DER is no text for a terminal/],
  [
    "a short passphrase",
    ["--pfx", "--out", "a", "--passphrase-file", "-"],
    { stdin: "short" },
    /at least 8 characters/,
  ],
  [
    "two passphrases",
    ["--pfx", "--out", "a"],
    { typed: ["correct horse", "correct house"] },
    /The two are not the same/,
  ],
  ["no passphrase", ["--pfx", "--out", "a"], {}, /no terminal to ask on: give --passphrase-file FILE/],
] as const) {
  test(`cert export refuses ${what} as wrong usage, and writes nothing`, async () => {
    const { run, written } = await createMemoryCli();
    const { exitCode, stdout, stderr } = await run(["cert", "export", ...argv], surroundings);
    assert.deepEqual([exitCode, stdout, written.size], [2, "", 0]);
    assert.match(stderr, line);
    assert.doesNotMatch(stderr, /horse|house/);
  });
}

test("cert export names a file that it can't write, and why, with exit code 1", async () => {
  const { run } = await createMemoryCli();
  const { exitCode, stderr } = await run(["cert", "export", "--out", "certs/"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^The file "certs\/" can't be written: it is there already, and is no plain file\./);
});
