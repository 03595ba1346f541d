/** Private keys in every form that OpenSSL writes are read, or refused by name with a command that converts them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFiles, passphrase } from "./sample_files.ts";

const legacy = ["-provider", "legacy", "-provider", "default"];
const password = ["-passout", `pass:${passphrase}`];

const pkcs8Ciphers = ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3", "des"];
const pseudoRandom = ["MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA512-224", "SHA512-256"];
const pbes1 = ["PBE-MD5-DES", "PBE-SHA1-DES", "PBE-SHA1-3DES", "PBE-SHA1-2DES"];
const refusedPbes1 = {
  "PBE-MD5-RC2-64": /RC2 under an MD5 digest/,
  "PBE-SHA1-RC2-64": /RC2 under a SHA-1 digest/,
  "PBE-SHA1-RC2-40": /RC2 with a key of 40 bits/,
  "PBE-SHA1-RC2-128": /RC2 with a key of 128 bits/,
  "PBE-SHA1-RC4-40": /RC4 with a key of 40 bits/,
  "PBE-SHA1-RC4-128": /RC4 with a key of 128 bits/,
};
const traditional = ["-aes128", "-aes192", "-aes256", "-des3", "-des"];
const refusedTraditional = { "-camellia256": /CAMELLIA-256-CBC/, "-aria256": /ARIA-256-CBC/, "-seed": /SEED-CBC/ };

describeFiles("readMaterial reads the keys that OpenSSL writes", [], (folder) => {
  /** Both forms of the file, and each of them with a passphrase that is wrong, and with none. */
  async function checkEncrypted(name: string): Promise<void> {
    await folder.opens([name, "chain.pem"]);
    for (const [typed, code] of [
      ["wrong", "wrong_passphrase"],
      [null, "key_encrypted"],
    ] as const) {
      const { findings } = await folder.read([name], typed);
      assert.deepEqual(
        findings.map((found) => found.code),
        [code],
      );
    }
  }

  for (const cipher of pkcs8Ciphers) {
    for (const form of ["PEM", "DER"]) {
      test(`PKCS#8 in ${form} under ${cipher}`, async () => {
        const source = ["-topk8", "-in", "leaf.key", "-out", "a.key", "-outform", form];
        await folder.run("openssl", "pkcs8", ...source, "-v2", cipher, ...password, ...legacy);
        await checkEncrypted("a.key");
      });
    }
  }

  for (const prf of pseudoRandom) {
    test(`PKCS#8 under AES with hmacWith${prf}`, async () => {
      const cipher = ["-v2", "aes-256-cbc", "-v2prf", `hmacWith${prf}`];
      await folder.run("openssl", "pkcs8", "-topk8", "-in", "leaf.key", "-out", "a.key", ...cipher, ...password);
      await checkEncrypted("a.key");
    });
  }

  test("PKCS#8 under scrypt", async () => {
    await folder.run("openssl", "pkcs8", "-topk8", "-in", "leaf.key", "-out", "a.key", "-scrypt", ...password);
    await checkEncrypted("a.key");
  });

  for (const algorithm of pbes1) {
    test(`PKCS#8 under ${algorithm}`, async () => {
      const source = ["-topk8", "-in", "leaf.key", "-out", "a.key", "-v1", algorithm];
      await folder.run("openssl", "pkcs8", ...source, ...password, ...legacy);
      await checkEncrypted("a.key");
    });
  }

  for (const [algorithm, name] of Object.entries(refusedPbes1)) {
    test(`PKCS#8 under ${algorithm} is refused by name`, async () => {
      const source = ["-topk8", "-in", "leaf.key", "-out", "a.key", "-v1", algorithm];
      await folder.run("openssl", "pkcs8", ...source, ...password, ...legacy);
      await folder.isRefused("a.key", name, 0);
    });
  }

  for (const cipher of traditional) {
    test(`PEM with Proc-Type under ${cipher}`, async () => {
      await folder.run("openssl", "ec", "-in", "leaf.key", cipher, "-out", "a.key", ...password, ...legacy);
      await checkEncrypted("a.key");
      const rsa = ["openssl", "rsa", "-traditional", "-in", "rsa.key", cipher, "-out", "b.key", ...password, ...legacy];
      await folder.run(...rsa);
      await folder.opens(["b.key", "rsa.pem"], passphrase, 1);
    });
  }

  for (const [cipher, name] of Object.entries(refusedTraditional)) {
    test(`PEM with Proc-Type under ${cipher} is refused by name`, async () => {
      await folder.run("openssl", "ec", "-in", "leaf.key", cipher, "-out", "a.key", ...password, ...legacy);
      await folder.isRefused("a.key", name, 0);
    });
  }

  for (const form of ["PEM", "DER"]) {
    test(`keys without a passphrase, in ${form}`, async () => {
      const ec = ["openssl", "ec", "-in", "leaf.key", "-out", "sec1.key", "-outform", form];
      await folder.run(...ec);
      await folder.opens(["sec1.key", "chain.pem"], null);
      await folder.run(...ec, "-no_public");
      await folder.opens(["sec1.key", "chain.pem"], null);
      await folder.run("openssl", "rsa", "-traditional", "-in", "rsa.key", "-out", "pkcs1.key", "-outform", form);
      await folder.opens(["pkcs1.key", "rsa.pem"], null, 1);
      await folder.run(
        "openssl",
        "pkcs8",
        "-topk8",
        "-nocrypt",
        "-in",
        "rsa.key",
        "-out",
        "pkcs8.key",
        "-outform",
        form,
      );
      await folder.opens(["pkcs8.key", "rsa.pem"], null, 1);
    });
  }

  test("an EC key behind its EC PARAMETERS block", async () => {
    await folder.run("openssl", "ecparam", "-name", "prime256v1", "-out", "params.pem");
    await folder.run("openssl", "ec", "-in", "leaf.key", "-out", "sec1.key");
    await folder.shell("cat params.pem sec1.key > a.key");
    await folder.opens(["a.key", "chain.pem"], null);
  });

  test("a DSA key is named", async () => {
    await folder.run("openssl", "dsaparam", "-genkey", "-out", "dsa.pem", "1024");
    await folder.run("openssl", "dsa", "-in", "dsa.pem", "-out", "dsa.key");
    const { findings } = await folder.read(["dsa.key"]);
    assert.deepEqual(
      findings.map(({ code }) => code),
      ["unsupported_key"],
    );
  });
});
