import assert from "node:assert/strict";
import { test } from "node:test";
import { finding } from "../../core/certificate/finding.ts";
import { maxMaterialBytes } from "../../core/certificate/material.ts";
import { DispatchError } from "../../core/error/mod.ts";
import { protectedBy } from "../support/memory_certificates.ts";
import { createMemoryCli } from "../support/memory_cli.ts";
import { sampleCertificate } from "../support/memory_operation_context.ts";

const files = { "chain.pem": "chain", "leaf.pem": "leaf", "key.pem": "key", "all.pfx": "pfx", "pass.txt": "hunter2\n" };
const pair = ["--cert", "leaf.pem", "--key", "key.pem"];
const expired = finding("expired", { notAfter: "2026-01-01T00:00:00.000Z" }, "leaf.pem");
const reordered = finding("chain_reordered", {});

test("cert check reads every file that is named, and asks the Dispatch that is there", async () => {
  const { run, dispatch } = await createMemoryCli();
  const argv = ["cert", "check", "--key", "key.pem", "--cert", "leaf.pem", "--cert", "chain.pem", "--pfx", "all.pfx"];
  const { exitCode, stdout } = await run([...argv, "--json"], { files });
  const { findings, ok, identity } = JSON.parse(stdout);
  assert.deepEqual([exitCode, findings, ok, identity.dnsNames], [0, [], true, ["relay.example.org"]]);
  const read = dispatch.certificates.seen[0]?.files.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]);
  assert.deepEqual(read, [
    ["leaf.pem", "leaf"],
    ["chain.pem", "chain"],
    ["key.pem", "key"],
    ["all.pfx", "pfx"],
  ]);
});

test("cert check ends with exit code 1 when an error is among the findings, and says all of them on standard output", async () => {
  const { run, dispatch } = await createMemoryCli();
  dispatch.certificates.judge = () => [expired, reordered];
  const asJson = await run(["cert", "check", ...pair, "--json"], { files });
  assert.deepEqual(
    [asJson.exitCode, asJson.stderr, JSON.parse(asJson.stdout)],
    [1, "", { ok: false, findings: [expired, reordered], identity: null }],
  );
  assert.deepEqual(await run(["cert", "check", ...pair], { files }), {
    exitCode: 1,
    stdout: `Error in leaf.pem: The certificate expired on 2026-01-01.
  Renew it with the authority that issued it, and give the new one.

Warning: The certificates were not in the order of the chain; they are now.
  Nothing: it was put right.

These files can't be put in service.
`,
    stderr: "",
  });
});

test("cert check shows the certificate, the warnings and the verdict", async () => {
  const { run, dispatch } = await createMemoryCli();
  dispatch.certificates.judge = () => [reordered];
  const { exitCode, stdout } = await run(["cert", "check", ...pair], { files });
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /^subject: +CN=relay\.example\.org\n.*397 days left.*\nWarning: .*put right\.\n\nThese files can be put in service\.\n$/s,
  );
});

test("cert check shows what a file says of itself without what a terminal would obey", async () => {
  const { run, dispatch } = await createMemoryCli();
  dispatch.certificates.judge = () => [
    finding("root_included", { subject: "CN=\u001b]0;owned\u0007\n" }, "\u001b.pem"),
  ];
  const { stdout } = await run(["cert", "check", ...pair], { files });
  assert.ok(stdout.includes("\\u{1b}]0;owned\\u{7}\\u{a}") && stdout.includes("in \\u{1b}.pem"), stdout);
});

test("cert check opens no data directory where there is none, nor when a server name is given", async () => {
  for (const [argv, hasData, name] of [
    [[], false, "no name"],
    [["--server-name", "mail.example.org"], true, "mail.example.org"],
  ] as const) {
    const { run, opened, dispatch } = await createMemoryCli({ hasData: () => hasData });
    const { exitCode, stdout } = await run(["cert", "check", ...pair, ...argv, "--json"], { files });
    assert.deepEqual([exitCode, opened, dispatch.certificates.seen], [0, [], []]);
    assert.match(JSON.parse(stdout).findings[0].message, new RegExp(`^${name}`));
  }
});

for (const [verb, exitCode] of [
  ["check", 1],
  ["upload", 1],
] as const) {
  test(`cert ${verb} finds a file too large that it has not read`, async () => {
    const { run, dispatch } = await createMemoryCli();
    const large = { ...files, "leaf.pem": "x".repeat(maxMaterialBytes + 1) };
    const found = await run(["cert", verb, ...pair, "--json"], { files: large });
    assert.equal(found.exitCode, exitCode);
    const { findings } = JSON.parse(found.stdout || JSON.stringify(JSON.parse(found.stderr).error));
    const facts = { bytes: maxMaterialBytes + 1, limitBytes: maxMaterialBytes };
    assert.deepEqual(findings, [finding("too_large", facts, "leaf.pem")]);
    assert.deepEqual(dispatch.certificates.seen, []);
  });

  test(`cert ${verb} names a file that it can't read, and why`, async () => {
    const { run } = await createMemoryCli();
    const { stderr, ...rest } = await run(["cert", verb, "--cert", "none.pem"], { files });
    assert.deepEqual(rest, { exitCode: 2, stdout: "" });
    assert.equal(stderr, 'The file "none.pem" can\'t be read: there is no such file or directory.\n');
  });

  test(`cert ${verb} needs a file`, async () => {
    const { run } = await createMemoryCli();
    const { exitCode, stderr } = await run(["cert", verb]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /^No file was named: give --cert FILE and --key FILE, or --pfx FILE\./);
  });

  test(`cert ${verb} asks once for a passphrase that turns out to be needed`, async () => {
    const { run, dispatch } = await createMemoryCli();
    dispatch.certificates.judge = protectedBy("hunter2");
    const right = await run(["cert", verb, ...pair], { files, typed: ["hunter2"] });
    assert.deepEqual([right.exitCode, right.stderr], [0, "Passphrase: "]);
    const wrong = await run(["cert", verb, ...pair], { files, typed: ["hunter", "hunter2"] });
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stdout + wrong.stderr, /The passphrase does not open the private key\./);
    assert.equal(wrong.stderr.split("Passphrase: ").length, 2);
  });

  test(`cert ${verb} says that a passphrase is needed where nobody can be asked`, async () => {
    const { run, dispatch } = await createMemoryCli();
    dispatch.certificates.judge = protectedBy("hunter2");
    const { exitCode, stdout, stderr } = await run(["cert", verb, ...pair], { files });
    assert.equal(exitCode, 1);
    assert.match(stdout + stderr, /Error in leaf\.pem: The private key is protected by a passphrase\./);
  });

  for (const [where, file, stdin] of [
    ["a file", "pass.txt", ""],
    ["standard input", "-", "hunter2\r\n"],
  ] as const) {
    test(`cert ${verb} takes the passphrase from ${where}, and prints it nowhere`, async () => {
      const { run, dispatch } = await createMemoryCli();
      dispatch.certificates.judge = protectedBy("hunter2");
      const { exitCode, stdout, stderr } = await run(["cert", verb, ...pair, "--passphrase-file", file], {
        files,
        stdin,
      });
      assert.equal(exitCode, 0, stderr);
      assert.equal(dispatch.certificates.seen[0]?.passphrase, "hunter2");
      assert.ok(!(stdout + stderr).includes("hunter2"));
    });
  }

  test(`cert ${verb} does not repeat a passphrase that was typed as an argument`, async () => {
    for (const typed of [
      ["--passphrase", "hunter2"],
      ["--passphrase=hunter2"],
      ["--pasphrase-file=hunter2"],
      ["hunter2"],
    ]) {
      const { run } = await createMemoryCli();
      const { exitCode, stdout, stderr } = await run(["cert", verb, ...pair, ...typed], { files });
      assert.deepEqual([exitCode, stdout], [2, ""]);
      assert.ok(!stderr.includes("hunter2"), stderr);
    }
  });

  test(`cert ${verb} tells a secret that is too long from one that can't be read`, async () => {
    const { run } = await createMemoryCli();
    const given = { ...files, "pass.txt": "x".repeat(65_537) };
    const { exitCode, stderr } = await run(["cert", verb, ...pair, "--passphrase-file", "pass.txt"], { files: given });
    assert.equal(exitCode, 2);
    assert.match(stderr, /^The file "pass\.txt" can't be read: it is too long for a secret \(65537 bytes\)\./);
  });
}

test("cert upload prints the certificate in service, and what was put right", async () => {
  const { run, dispatch } = await createMemoryCli();
  dispatch.certificates.judge = () => [reordered];
  const asJson = await run(["cert", "upload", ...pair, "--json"], { files });
  assert.deepEqual(JSON.parse(asJson.stdout), { ...sampleCertificate, findings: [reordered] });
  const { stdout } = await run(["cert", "upload", ...pair], { files });
  assert.match(stdout, /^Warning: The certificates were not in the order.*\nsource: +automatic\n/s);
});

test("cert upload lists on standard error why files are refused, with exit code 1", async () => {
  const { run, dispatch } = await createMemoryCli();
  dispatch.certificates.judge = () => [expired, reordered];
  const { exitCode, stdout, stderr } = await run(["cert", "upload", ...pair], { files });
  assert.deepEqual([exitCode, stdout], [1, ""]);
  assert.match(stderr, /^Error in leaf\.pem: .*\n {2}Renew it .*\nWarning: .*\nNothing was changed\.\n$/s);
  const asJson = await run(["cert", "upload", ...pair, "--json"], { files });
  const { code, findings } = JSON.parse(asJson.stderr).error;
  assert.deepEqual([asJson.stdout, code, findings], ["", "certificate_refused", [expired, reordered]]);
});

test("cert generate passes on all that was typed", async () => {
  const { run, dispatch } = await createMemoryCli();
  const argv = "--name a.example.org --name *.b.example.org --ip 192.0.2.1 --ip ::1 --key rsa3072 --days 90";
  const { stdout } = await run(["cert", "generate", ...argv.split(" "), "--json"]);
  assert.deepEqual(JSON.parse(stdout), sampleCertificate);
  await run(["cert", "generate"]);
  assert.deepEqual(
    dispatch.certificates.changes.map(({ what }) => what),
    [
      {
        names: ["a.example.org", "*.b.example.org"],
        addresses: ["192.0.2.1", "::1"],
        key: "rsa3072",
        days: 90,
      },
      {},
    ],
  );
});

test("cert history, restore and remove list the earlier certificates and put them back", async () => {
  const { run, dispatch } = await createMemoryCli();
  const [earlier] = JSON.parse((await run(["cert", "history", "--json"])).stdout);
  assert.equal(earlier.replacedAt, "2026-11-01T00:00:00.000Z");
  assert.match((await run(["cert", "history"])).stdout, /crt_1 +uploaded +old\.example\.org .*the command line\n/);
  assert.deepEqual(JSON.parse((await run(["cert", "restore", earlier.id, "--json"])).stdout), sampleCertificate);
  assert.deepEqual(JSON.parse((await run(["cert", "remove", "--json"])).stdout), sampleCertificate);
  assert.deepEqual(
    dispatch.certificates.changes.map(({ act }) => act),
    ["restore", "remove"],
  );
  const unknown = await run(["cert", "restore", "crt_9"]);
  assert.deepEqual([unknown.exitCode, unknown.stdout], [1, ""]);
});

test("cert upload says that another was faster, with exit code 1", async () => {
  const { run, dispatch } = await createMemoryCli();
  dispatch.certificates.upload = async () => {
    throw new DispatchError("certificate_changed", { by: "the dashboard from 10.0.0.5", fingerprintSha256: "AA:BB" });
  };
  const { exitCode, stderr } = await run(["cert", "upload", ...pair], { files });
  assert.equal(exitCode, 1);
  assert.match(
    stderr,
    /^Another certificate was put in service meanwhile, by the dashboard from 10\.0\.0\.5\. Nothing/,
  );
});
