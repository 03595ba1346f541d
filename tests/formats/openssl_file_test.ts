/** Files of all other kinds that OpenSSL writes are read, or told from one another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFiles } from "./sample_files.ts";

/** A program that writes `out`, and what is said to have been found in it. */
const others: readonly (readonly [command: string, what: string])[] = [
  ["openssl req -new -key leaf.key -subj /CN=a", "a certificate request (CSR)"],
  ["openssl req -new -key rsa.key -subj / -outform DER", "a certificate request (CSR)"],
  ["openssl pkey -in leaf.key -pubout", "a public key"],
  ["openssl pkey -in rsa.key -pubout -outform DER", "a public key"],
  ["openssl rsa -in rsa.key -RSAPublicKey_out", "a public key"],
  ["openssl rsa -in rsa.key -RSAPublicKey_out -outform DER", "a public key"],
  ["openssl ecparam -name prime256v1", "the parameters of a key"],
  ["openssl ecparam -name prime256v1 -param_enc explicit -outform DER", "the parameters of a key"],
  ["openssl dhparam -dsaparam 512", "the parameters of a key"],
  ["touch index.txt; openssl ca -gencrl -config crl.cnf -crldays 30", "a CRL"],
  ["touch index.txt; openssl ca -gencrl -config crl.cnf -crldays 30 | openssl crl -outform DER", "a CRL"],
];

describeFiles("readMaterial reads the files that OpenSSL writes", [], (folder) => {
  for (const form of ["PEM", "DER"]) {
    test(`a certificate in ${form}`, async () => {
      await folder.run("openssl", "x509", "-in", "leaf.pem", "-out", "a.crt", "-outform", form);
      await folder.opens(["a.crt", "leaf.key"], null, 1);
    });

    test(`a PKCS#7 file in ${form}`, async () => {
      await folder.run("openssl", "crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-out", "a.p7b", "-outform", form);
      await folder.opens(["a.p7b", "leaf.key"], null);
    });

    test(`a PKCS#7 file with a CRL in ${form}`, async () => {
      await folder.shell(
        `${crlConfiguration}; touch index.txt; openssl ca -gencrl -config crl.cnf -crldays 30 -out a.crl`,
      );
      await folder.run(
        "openssl",
        "crl2pkcs7",
        "-in",
        "a.crl",
        "-certfile",
        "chain.pem",
        "-out",
        "a.p7b",
        "-outform",
        form,
      );
      await folder.opens(["a.p7b", "leaf.key"], null);
      assert.deepEqual(
        (await folder.read(["a.p7b"])).others.map(({ what }) => what),
        ["a CRL"],
      );
    });

    test(`a signed message that carries its certificates, in ${form}`, async () => {
      const signer = ["-signer", "leaf.pem", "-inkey", "leaf.key", "-certfile", "middle.pem"];
      await folder.run("openssl", "cms", "-sign", "-in", "leaf.pem", ...signer, "-outform", form, "-out", "a.p7s");
      const { certificates, findings } = await folder.read(["a.p7s"]);
      assert.deepEqual([certificates.length, findings], [2, []]);
    });
  }

  test("a PKCS#7 file with indefinite lengths", async () => {
    const signer = ["-signer", "leaf.pem", "-inkey", "leaf.key", "-certfile", "middle.pem", "-stream", "-nodetach"];
    await folder.run("openssl", "cms", "-sign", "-in", "leaf.pem", ...signer, "-outform", "DER", "-out", "a.p7s");
    const { certificates, findings } = await folder.read(["a.p7s"]);
    assert.deepEqual([certificates.length, findings], [2, []]);
  });

  test("a certificate with trust settings", async () => {
    await folder.run("openssl", "x509", "-in", "leaf.pem", "-trustout", "-addtrust", "serverAuth", "-out", "a.pem");
    await folder.opens(["a.pem", "leaf.key"], null, 1);
  });

  test("a Netscape certificate sequence", async () => {
    await folder.run("openssl", "nseq", "-toseq", "-in", "chain.pem", "-out", "a.pem");
    await folder.opens(["a.pem", "leaf.key"], null);
  });

  test("all that openssl pkcs12 prints, Bag Attributes included", async () => {
    const source = ["-inkey", "leaf.key", "-in", "leaf.pem", "-certfile", "middle.pem", "-name", "leaf"];
    await folder.run("openssl", "pkcs12", "-export", ...source, "-out", "a.pfx", "-passout", "pass:a");
    await folder.run("openssl", "pkcs12", "-in", "a.pfx", "-passin", "pass:a", "-noenc", "-out", "a.pem");
    await folder.opens(["a.pem"], null);
  });

  test("a certificate printed as text before its block", async () => {
    await folder.run("openssl", "x509", "-in", "leaf.pem", "-text", "-out", "a.pem");
    await folder.opens(["a.pem", "leaf.key"], null, 1);
  });

  for (const [command, what] of others) {
    test(`${command} gives ${what}`, async () => {
      await folder.shell(`${crlConfiguration}; (${command}) > out`);
      const { certificates, keys, findings, others: found } = await folder.read(["out"]);
      assert.deepEqual([certificates, keys, findings], [[], [], []]);
      assert.deepEqual(
        found.map((other) => other.what),
        [what],
      );
    });
  }
});

const crlConfiguration =
  "printf '[ca]\\ndefault_ca=a\\n[a]\\ndatabase=index.txt\\ncertificate=leaf.pem\\nprivate_key=leaf.key\\ndefault_md=sha256\\n' > crl.cnf";
