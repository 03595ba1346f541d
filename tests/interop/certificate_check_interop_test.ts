/** Files that OpenSSL makes, as people have them, are judged by every rule; what passes is loaded by this runtime's TLS. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createSecureContext } from "node:tls";
import { checkMaterial, type MaterialCheck } from "../../core/certificate/check_material.ts";
import { tlsPolicy } from "../../core/tls/policy.ts";
import { decryptTripleDes } from "../../runtime-node/triple_des.ts";
import { tryServing } from "../../runtime-node/try_serving.ts";
import { findTool, run } from "../support/e2e_process.ts";

const serverName = "mail.example.org";
const DAY_MS = 86_400_000;
const names = ["-addext", `subjectAltName=DNS:${serverName}`];

let folder: string;

/** Runs OpenSSL in the folder of the test; it has to succeed. */
async function openssl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(["openssl", ...args], { cwd: folder });
  assert.equal(code, 0, `openssl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** `openssl genpkey` into `NAME.key`. */
async function makeKey(name: string, ...options: string[]): Promise<void> {
  await openssl("genpkey", "-out", `${name}.key`, ...options);
}

const curve = (name: string) => ["-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${name}`];
const rsa = (bits: number, algorithm = "RSA") => ["-algorithm", algorithm, "-pkeyopt", `rsa_keygen_bits:${bits}`];

/** `openssl req -x509` with `NAME.key` into `NAME.crt`: self-signed and CA:TRUE, as its defaults are. */
async function selfSign(name: string, ...options: string[]): Promise<void> {
  const subject = ["-subj", `/CN=${serverName}`, "-days", "90"];
  await openssl("req", "-x509", "-new", "-key", `${name}.key`, "-out", `${name}.crt`, ...subject, ...names, ...options);
}

let serials = 1;

/** Has the authority ISSUER sign a certificate for `NAME.key`, into `NAME.crt`. */
async function sign(name: string, issuer: string, extensions: string, ...options: string[]): Promise<void> {
  await writeFile(join(folder, `${name}.ext`), extensions);
  await openssl("req", "-new", "-key", `${name}.key`, "-subj", `/CN=${name}`, "-out", `${name}.csr`);
  const authority = ["-CA", `${issuer}.crt`, "-CAkey", `${issuer}.key`, "-set_serial", String(serials++)];
  const request = ["-req", "-in", `${name}.csr`, "-extfile", `${name}.ext`, "-out", `${name}.crt`, "-days", "90"];
  await openssl("x509", ...request, ...authority, ...options);
}

const forAuthority = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n";
const forServer = `basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:${serverName}\n`;

/** Checks certificate files, and the key in `KEY.key`. */
async function check(key: string | null, ...files: string[]): Promise<MaterialCheck> {
  return await checkAt(Date.now(), key, ...files);
}

async function checkAt(nowMs: number, key: string | null, ...certificates: string[]): Promise<MaterialCheck> {
  const names = key === null ? certificates : [...certificates, `${key}.key`];
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: Uint8Array.from(await readFile(join(folder, name))) })),
  );
  return await checkMaterial({ files, passphrase: null }, { crypto, decryptTripleDes, tryServing, nowMs, serverName });
}

function codesOf({ findings }: MaterialCheck): string[] {
  return findings.map(({ code }) => code);
}

/** What passes has to be loaded by the listeners, or the change would end in an outage. */
function assertServed({ identity }: MaterialCheck): void {
  assert.ok(identity !== null);
  const { certPem, keyPem, ciphers } = tlsPolicy(identity, { minVersion: "TLSv1.2", alpn: [] });
  assert.doesNotThrow(() => createSecureContext({ cert: certPem, key: keyPem, ciphers }));
}

/** One kind of key: how OpenSSL makes it, and what is found. */
interface KeyCase {
  readonly options: readonly string[];
  readonly codes: readonly string[];
  readonly message?: RegExp;
  /** Options of `openssl ec`, which writes the key once more. */
  readonly rewrite?: readonly string[];
}

const exponent = (value: string) => ["-pkeyopt", `rsa_keygen_pubexp:${value}`];

const keyCases: Readonly<Record<string, KeyCase>> = {
  "P-256": { options: curve("P-256"), codes: [] },
  "P-384": { options: curve("P-384"), codes: [] },
  "P-521": { options: curve("P-521"), codes: [] },
  "RSA 2048": { options: rsa(2048), codes: [] },
  "RSA 3072": { options: rsa(3072), codes: [] },
  "RSA 2048 with an exponent of 3": { options: [...rsa(2048), ...exponent("3")], codes: [] },
  "RSA 1024": { options: rsa(1024), codes: ["weak_key"], message: /has 1024 bits/ },
  "RSA 2047": { options: rsa(2047), codes: ["weak_key"], message: /has 2047 bits/ },
  "RSA with a long exponent": {
    options: [...rsa(2048), ...exponent("1099511627791")],
    codes: ["unsupported_key"],
    message: /exponent of 41/,
  },
  "RSA-PSS": { options: rsa(2048, "RSA-PSS"), codes: ["unsupported_key"], message: /RSA-PSS with 2048 bits/ },
  Ed25519: { options: ["-algorithm", "ED25519"], codes: ["unsupported_key"], message: /is Ed25519,/ },
  Ed448: { options: ["-algorithm", "ED448"], codes: ["unsupported_key"], message: /is Ed448,/ },
  secp256k1: { options: curve("secp256k1"), codes: ["unsupported_key"], message: /is secp256k1,/ },
  brainpoolP256r1: { options: curve("brainpoolP256r1"), codes: ["unsupported_key"], message: /is brainpoolP256r1,/ },
  "P-224": { options: curve("P-224"), codes: ["unsupported_key"], message: /is P-224,/ },
  "a curve that is not listed": { options: curve("secp112r1"), codes: ["unsupported_key"], message: /1\.3\.132\.0\.6/ },
  "a curve that is spelt out": {
    options: [...curve("P-256"), "-pkeyopt", "ec_param_enc:explicit"],
    codes: ["unsupported_key"],
    message: /parameters of its own/,
  },
  "a compressed point": {
    options: curve("P-256"),
    rewrite: ["-conv_form", "compressed"],
    codes: ["unsupported_key"],
    message: /P-256 with a compressed point/,
  },
  "a key without its public half": { options: curve("P-256"), rewrite: ["-no_public"], codes: [] },
};

const extensionCases: Readonly<
  Record<string, { readonly options: readonly string[]; readonly codes: readonly string[] }>
> = {
  serverAuth: { options: ["-addext", "extendedKeyUsage=serverAuth,clientAuth"], codes: [] },
  "any usage": { options: ["-addext", "extendedKeyUsage=anyExtendedKeyUsage"], codes: [] },
  "clientAuth alone": { options: ["-addext", "extendedKeyUsage=clientAuth"], codes: ["not_for_servers"] },
  "codeSigning and mail": {
    options: ["-addext", "extendedKeyUsage=codeSigning,emailProtection"],
    codes: ["not_for_servers"],
  },
  "an authority's key usage": { options: ["-addext", "keyUsage=critical,keyCertSign"], codes: ["not_for_servers"] },
  "keyEncipherment alone": { options: ["-addext", "keyUsage=keyEncipherment"], codes: ["not_for_servers"] },
  digitalSignature: { options: ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"], codes: [] },
  "SHA-384": { options: ["-sha384"], codes: [] },
  "RSA-PSS": { options: ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"], codes: [] },
  "SHA-1": { options: ["-sha1"], codes: ["weak_signature"] },
  MD5: { options: ["-md5"], codes: ["weak_signature"] },
  "RSA-PSS with SHA-1": { options: ["-sha1", "-sigopt", "rsa_padding_mode:pss"], codes: ["weak_signature"] },
  "1000 days": { options: ["-days", "1000"], codes: ["long_lived"] },
};

const missing = findTool("openssl") === null;
if (missing) console.log("left out: certificates that OpenSSL makes are judged (not installed: openssl)");

describe("checkMaterial", { skip: missing }, () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dispatch-check-"));
    for (const name of ["root", "middle", "low", "server"]) await makeKey(name, ...curve("P-256"));
    await makeKey("rsa", ...rsa(2048));
    const years = ["-days", "3650"];
    await openssl(
      "req",
      "-x509",
      "-new",
      "-key",
      "root.key",
      "-subj",
      "/O=Example/CN=root",
      "-out",
      "root.crt",
      ...years,
    );
    await sign("middle", "root", forAuthority, ...years);
    await sign("low", "middle", forAuthority, ...years);
    await sign("server", "low", forServer);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Puts certificates into one file, in this order. */
  async function bundle(file: string, ...certificates: string[]): Promise<string> {
    const texts = await Promise.all(certificates.map((name) => readFile(join(folder, `${name}.crt`), "utf8")));
    await writeFile(join(folder, file), texts.join(""));
    return file;
  }

  for (const [label, { options, codes, message, rewrite }] of Object.entries(keyCases)) {
    test(`judges a key: ${label}`, async () => {
      const name = label.replace(/\W+/g, "_");
      await makeKey(name, ...options);
      if (rewrite !== undefined) {
        await openssl("ec", ...rewrite, "-in", `${name}.key`, "-out", "rewritten.key");
        await rename(join(folder, "rewritten.key"), join(folder, `${name}.key`));
      }
      await selfSign(name);
      const found = await check(name, `${name}.crt`);
      assert.deepEqual(codesOf(found), codes);
      if (message !== undefined) assert.match(found.findings[0]!.message, message);
      assert.notEqual(found.facts, null);
      if (codes.length === 0) assertServed(found);
    });
  }

  for (const [label, { options, codes }] of Object.entries(extensionCases)) {
    test(`judges what a certificate says and how it is signed: ${label}`, async () => {
      await selfSign("rsa", ...options);
      const found = await check("rsa", "rsa.crt");
      assert.deepEqual(codesOf(found), codes);
      if (found.identity !== null) assertServed(found);
    });
  }

  test("a public authority's two files with the chain in the wrong order are ready, with chain_reordered alone", async () => {
    const found = await check("server", "server.crt", await bundle("bundle.crt", "middle", "low"));
    assert.deepEqual(codesOf(found), ["chain_reordered"]);
    assert.equal(found.findings[0]?.file, "bundle.crt");
    assertServed(found);
    const [leaf, ...chain] = found.identity!.certPem.split(/(?<=-----END CERTIFICATE-----\n)/);
    await writeFile(join(folder, "leaf.pem"), leaf!);
    await writeFile(join(folder, "chain.pem"), chain.join(""));
    await openssl("verify", "-CAfile", "root.crt", "-untrusted", "chain.pem", "leaf.pem");
  });

  test("the whole chain in one file, root first, is put in order without the root", async () => {
    const found = await check("server", await bundle("all.pem", "root", "middle", "server", "low"));
    assert.deepEqual(codesOf(found), ["chain_reordered", "root_included"]);
    assert.deepEqual(
      found.identity?.facts.chain.map(({ subject }) => subject),
      ["CN=server", "CN=low", "CN=middle"],
    );
  });

  test("a certificate that openssl checks as ended is refused, and one that ends soon is told", async () => {
    const certificates = ["server.crt", await bundle("low.pem", "low")];
    assert.deepEqual(codesOf(await checkAt(Date.now() + 80 * DAY_MS, "server", ...certificates)), ["expires_soon"]);
    assert.deepEqual(codesOf(await checkAt(Date.now() + 91 * DAY_MS, "server", ...certificates)), ["expired"]);
    assert.deepEqual(codesOf(await checkAt(Date.now() - DAY_MS, "server", ...certificates)), ["not_yet_valid"]);
    const ended = await run(["openssl", "x509", "-checkend", String(91 * 86_400), "-in", "server.crt"], {
      cwd: folder,
    });
    assert.equal(ended.code, 1);
  });

  test("an issuer that is signed with MD5 is found by its name, and told", async () => {
    await makeKey("old", ...rsa(2048));
    await makeKey("old_root", ...rsa(2048));
    await openssl("req", "-x509", "-new", "-key", "old_root.key", "-subj", "/CN=old root", "-out", "old_root.crt");
    await sign("old", "old_root", forAuthority, "-md5");
    await makeKey("below", ...curve("P-256"));
    await sign("below", "old", forServer);
    const found = await check("below", "below.crt", "old.crt", "old_root.crt");
    assert.deepEqual(codesOf(found), ["chain_weak_signature", "root_included"]);
    assertServed(found);
  });

  test("an issuer with a key that WebCrypto does not know is found by its name", async () => {
    for (const options of [["-algorithm", "ED25519"], curve("brainpoolP256r1")]) {
      await makeKey("rare", ...options);
      await sign("rare", "root", forAuthority);
      await makeKey("below", ...curve("P-256"));
      await sign("below", "rare", forServer);
      const found = await check("below", "below.crt", "rare.crt");
      assert.deepEqual(codesOf(found), []);
      assert.equal(found.identity?.facts.chain.length, 2);
      assertServed(found);
    }
  });

  test("an issuer's key that Node does not load in a chain is refused", async () => {
    for (const [options, codes] of [
      [rsa(1024), ["weak_key"]],
      [curve("P-192"), ["unsupported_key"]],
    ] as const) {
      await makeKey("short", ...options);
      await sign("short", "root", forAuthority);
      await makeKey("below", ...curve("P-256"));
      await sign("below", "short", forServer);
      assert.deepEqual(codesOf(await check("below", "below.crt", "short.crt")), codes);
    }
  });

  test("a cross-signed issuer is served, and the root that it stands for left out", async () => {
    await makeKey("new_root", ...rsa(2048));
    const days = ["-days", "3650"];
    await openssl(
      "req",
      "-x509",
      "-new",
      "-key",
      "new_root.key",
      "-subj",
      "/CN=new_root",
      "-out",
      "new_root.crt",
      ...days,
    );
    await openssl("req", "-x509", "-new", "-key", "new_root.key", "-subj", "/CN=new_root", "-out", "self.crt", ...days);
    await makeKey("below", ...curve("P-256"));
    await sign("below", "new_root", forServer);
    await sign("new_root", "root", forAuthority, ...days);
    const found = await check("below", "below.crt", "self.crt", "new_root.crt");
    assert.deepEqual(codesOf(found), ["root_included"]);
    assert.deepEqual(
      found.identity?.facts.chain.map(({ issuer }) => issuer),
      ["CN=new_root", "O=Example, CN=root"],
    );
  });

  test("a key of the same kind that belongs to another certificate is a mismatch", async () => {
    assert.deepEqual(codesOf(await check("root", "server.crt", "low.crt")), ["key_mismatch"]);
    assert.deepEqual(codesOf(await check("rsa", "server.crt", "low.crt")), ["key_mismatch"]);
    assert.deepEqual(codesOf(await check(null, "server.crt", "low.crt")), ["no_private_key"]);
  });

  test("a certificate that is far too old-fashioned to have alternative names is told so", async () => {
    await makeKey("plain", ...curve("P-256"));
    await sign("plain", "low", "basicConstraints=CA:FALSE\n");
    const found = await check("plain", "plain.crt", "low.crt");
    assert.deepEqual(codesOf(found), ["name_not_covered", "no_subject_alt_name"]);
  });
});
