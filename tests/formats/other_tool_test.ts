/** Files by GnuTLS, NSS and Java in every mode that they offer are opened, or refused by name. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeFiles, passphrase, type SampleFolder } from "./sample_files.ts";

/** Without the compiler that makes long runs faster, a short one takes half the time. */
const keytool = ["keytool", "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"];

/** Puts the sample into an NSS database. */
async function importByNss(folder: SampleFolder): Promise<void> {
  const source = ["-inkey", "leaf.key", "-in", "leaf.pem", "-certfile", "middle.pem", "-name", "leaf"];
  await folder.run("openssl", "pkcs12", "-export", ...source, "-out", "nss-in.pfx", "-passout", `pass:${passphrase}`);
  await folder.shell("rm -rf nss && mkdir nss && certutil -N -d sql:nss --empty-password");
  await folder.run("pk12util", "-i", "nss-in.pfx", "-d", "sql:nss", "-W", passphrase);
}

async function exportByNss(folder: SampleFolder, ...options: string[]): Promise<void> {
  await folder.run("pk12util", "-o", "a.pfx", "-n", "leaf", "-d", "sql:nss", "-W", passphrase, ...options);
}

describeFiles("readMaterial opens what GnuTLS's certtool writes", ["certtool"], (folder) => {
  const makePfx = (certificate: string, ...options: string[]) =>
    folder.run(
      ...[
        "certtool",
        "--to-p12",
        "--load-privkey",
        "leaf.key",
        "--load-certificate",
        certificate,
        "--p12-name",
        "leaf",
      ],
      ...["--outder", "--outfile", "a.pfx", ...options],
    );

  // Each certificate is encrypted apart, under 600,000 iterations: one cipher is enough to be tried on a chain.
  for (const cipher of ["3des", "aes-128", "aes-192"]) {
    test(`a PFX under ${cipher}`, async () => {
      await makePfx("leaf.pem", "--pkcs-cipher", cipher, "--password", passphrase);
      await folder.opens(["a.pfx"], passphrase, 1);
    });
  }

  test("a PFX under aes-256, with a chain", async () => {
    await makePfx("chain.pem", "--pkcs-cipher", "aes-256", "--password", passphrase);
    await folder.opens(["a.pfx"]);
  });

  test("a PFX under 3des-pkcs12", async () => {
    await makePfx("leaf.pem", "--pkcs-cipher", "3des-pkcs12", "--password", passphrase);
    await folder.opens(["a.pfx"], passphrase, 1);
  });

  for (const [cipher, name] of [
    ["rc2-40", /RC2 with a key of 40 bits/],
    ["arcfour", /RC4 with a key of 128 bits/],
  ] as const) {
    test(`a PFX under ${cipher} is refused by name`, async () => {
      await makePfx("leaf.pem", "--pkcs-cipher", cipher, "--password", passphrase);
      await folder.isRefused("a.pfx", name, 1);
    });
  }

  for (const option of ["--empty-password", "--null-password"]) {
    test(`a PFX with ${option}`, async () => {
      await makePfx("leaf.pem", option);
      await folder.opens(["a.pfx"], null, 1);
    });
  }

  for (const cipher of ["3des", "3des-pkcs12", "aes-128", "aes-192", "aes-256"]) {
    test(`a PKCS#8 key under ${cipher}`, async () => {
      const source = ["--to-p8", "--load-privkey", "leaf.key", "--outfile", "a.key"];
      await folder.run("certtool", ...source, "--pkcs-cipher", cipher, "--password", passphrase);
      await folder.opens(["a.key", "chain.pem"]);
    });
  }

  test("a password outside ASCII", async () => {
    await makePfx("leaf.pem", "--password", "Grüße, Żółw");
    await folder.opens(["a.pfx"], "Grüße, Żółw", 1);
  });
});

describeFiles("readMaterial opens what NSS's pk12util writes", ["pk12util", "certutil"], (folder) => {
  before(() => importByNss(folder));

  // DES-EDE3-CBC and DES-CBC are other names of the two with SHA-1: pk12util writes the same algorithms for them.
  const opened = [
    "AES-128-CBC",
    "AES-192-CBC",
    "AES-256-CBC",
    "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC",
    "PKCS #5 Password Based Encryption with MD5 and DES-CBC",
    "PKCS #5 Password Based Encryption with SHA-1 and DES-CBC",
  ];
  const refused = {
    "RC2-CBC": /RC2 with a key of 128 bits/,
    RC4: /RC4 with a key of 128 bits/,
    "CAMELLIA-128-CBC": /Camellia with a key of 128 bits/,
    "CAMELLIA-192-CBC": /Camellia with a key of 192 bits/,
    "CAMELLIA-256-CBC": /Camellia with a key of 256 bits/,
    "SEED-CBC": /SEED/,
    "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC4": /RC4 with a key of 40 bits/,
    "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC": /RC2 with a key of 40 bits/,
  };

  for (const cipher of opened) {
    test(`a PFX under ${cipher}`, async () => {
      await exportByNss(folder, "-c", cipher, "-C", cipher);
      await folder.opens(["a.pfx"]);
    });
  }

  for (const [cipher, name] of Object.entries(refused)) {
    test(`a PFX under ${cipher} is refused by name`, async () => {
      await exportByNss(folder, "-c", cipher, "-C", "NONE");
      await folder.isRefused("a.pfx", name);
    });
  }

  for (const digest of ["MD5", "SHA-1", "SHA-224", "SHA-384", "SHA-512"]) {
    test(`a PFX under a MAC of ${digest}, its certificates not encrypted`, async () => {
      await exportByNss(folder, "-M", digest, "-C", "NONE");
      await folder.opens(["a.pfx"]);
    });
  }
});

describeFiles("readMaterial opens what Java's keytool writes", ["keytool"], (folder) => {
  const generate = async (...options: string[]) => {
    await folder.shell("rm -f a.pfx");
    const subject = ["-genkeypair", "-alias", "a", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=a"];
    await folder.run(...keytool, ...subject, "-keystore", "a.pfx", "-storepass", passphrase, ...options);
  };

  for (const algorithm of [
    "PBEWithHmacSHA1AndAES_128",
    "PBEWithHmacSHA224AndAES_256",
    "PBEWithHmacSHA256AndAES_256",
    "PBEWithHmacSHA384AndAES_256",
    "PBEWithHmacSHA512AndAES_256",
    "PBEWithSHA1AndDESede",
  ]) {
    test(`a keystore under ${algorithm}`, async () => {
      const key = `-J-Dkeystore.pkcs12.keyProtectionAlgorithm=${algorithm}`;
      await generate(key, `-J-Dkeystore.pkcs12.certProtectionAlgorithm=${algorithm}`);
      await folder.opens(["a.pfx"], passphrase, 1);
    });
  }

  for (const [algorithm, name] of [
    ["PBEWithSHA1AndRC2_40", /RC2 with a key of 40 bits/],
    ["PBEWithSHA1AndRC2_128", /RC2 with a key of 128 bits/],
    ["PBEWithSHA1AndRC4_40", /RC4 with a key of 40 bits/],
    ["PBEWithSHA1AndRC4_128", /RC4 with a key of 128 bits/],
  ] as const) {
    test(`a keystore under ${algorithm} is refused by name`, async () => {
      await generate(`-J-Dkeystore.pkcs12.certProtectionAlgorithm=${algorithm}`);
      await folder.isRefused("a.pfx", name, 1);
    });
  }

  for (const mac of [
    "HmacPBESHA1",
    "HmacPBESHA224",
    "HmacPBESHA256",
    "HmacPBESHA384",
    "HmacPBESHA512",
    "HmacPBESHA512/256",
  ]) {
    test(`a keystore under a MAC of ${mac}`, async () => {
      await generate(`-J-Dkeystore.pkcs12.macAlgorithm=${mac}`);
      await folder.opens(["a.pfx"], passphrase, 1);
    });
  }

  test("a keystore without a MAC and with open certificates", async () => {
    await generate("-J-Dkeystore.pkcs12.macAlgorithm=NONE", "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE");
    await folder.opens(["a.pfx"], passphrase, 1);
  });

  test("a keystore in the form of earlier versions is refused by name", async () => {
    await generate("-J-Dkeystore.pkcs12.legacy");
    await folder.isRefused("a.pfx", /RC2 with a key of 40 bits/, 1);
  });

  test("a keystore that was imported from a PFX", async () => {
    const source = ["-inkey", "leaf.key", "-in", "leaf.pem", "-certfile", "middle.pem", "-name", "leaf"];
    await folder.run("openssl", "pkcs12", "-export", ...source, "-out", "b.pfx", "-passout", `pass:${passphrase}`);
    await folder.shell("rm -f a.pfx");
    const target = ["-destkeystore", "a.pfx", "-deststorepass", passphrase, "-deststoretype", "PKCS12"];
    await folder.run(...keytool, "-importkeystore", "-srckeystore", "b.pfx", "-srcstorepass", passphrase, ...target);
    await folder.opens(["a.pfx"]);
  });

  test("a keystore of the kind JKS is named, with the command that converts it", async () => {
    await generate("-storetype", "JKS", "-keypass", passphrase);
    const { findings } = await folder.read(["a.pfx"]);
    assert.match(findings[0]!.message, /This file is a Java keystore \(JKS\)/);
    const command = findings[0]!.remedy.replace(/^Convert it: /, "");
    await folder.shell(`rm -f converted.p12; ${command} -srcstorepass '${passphrase}' -deststorepass '${passphrase}'`);
    await folder.opens(["converted.p12"], passphrase, 1);
  });
});
