/** PFX files in every mode that `openssl pkcs12` has are opened, or refused by name with a command that converts them. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { describeFiles, passphrase, type SampleFolder } from "./sample_files.ts";

const legacy = ["-provider", "legacy", "-provider", "default"];

async function exportPfx(folder: SampleFolder, name: string, ...options: string[]): Promise<void> {
  const source = ["-inkey", "leaf.key", "-in", "leaf.pem", "-certfile", "middle.pem"];
  await folder.run("openssl", "pkcs12", "-export", ...source, "-out", name, ...options);
}

const opened = [
  "NONE",
  "PBE-SHA1-3DES",
  "PBE-SHA1-2DES",
  "AES-128-CBC",
  "AES-192-CBC",
  "AES-256-CBC",
  "DES-EDE3-CBC",
  "DES-CBC",
];
const refused = {
  "PBE-SHA1-RC2-40": /RC2 with a key of 40 bits/,
  "PBE-SHA1-RC2-128": /RC2 with a key of 128 bits/,
  "PBE-SHA1-RC4-40": /RC4 with a key of 40 bits/,
  "PBE-SHA1-RC4-128": /RC4 with a key of 128 bits/,
  "PBE-MD5-RC2-64": /RC2 under an MD5 digest/,
  "PBE-SHA1-RC2-64": /RC2 under a SHA-1 digest/,
  "RC2-CBC": /RC2/,
  "BF-CBC": /Blowfish/,
  "CAST5-CBC": /CAST-128/,
  "CAMELLIA-128-CBC": /Camellia with a key of 128 bits/,
  "CAMELLIA-192-CBC": /Camellia with a key of 192 bits/,
  "CAMELLIA-256-CBC": /Camellia with a key of 256 bits/,
  "ARIA-256-CBC": /ARIA with a key of 256 bits/,
  "SEED-CBC": /SEED/,
  "SM4-CBC": /SM4/,
};
const digests = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-224", "sha512-256"];

describeFiles("readMaterial opens what openssl pkcs12 writes", [], (folder) => {
  const password = ["-passout", `pass:${passphrase}`];

  for (const algorithm of [...opened, "PBE-MD5-DES", "PBE-SHA1-DES"]) {
    test(`-keypbe ${algorithm} -certpbe ${algorithm}`, async () => {
      await exportPfx(folder, "a.pfx", "-keypbe", algorithm, "-certpbe", algorithm, ...password, ...legacy);
      await folder.opens(["a.pfx"]);
      const { findings } = await folder.read(["a.pfx"], "wrong");
      assert.deepEqual(
        findings.map(({ code }) => code),
        ["wrong_passphrase"],
      );
    });
  }

  for (const [algorithm, name] of Object.entries(refused)) {
    test(`-keypbe ${algorithm} is refused by name`, async () => {
      await exportPfx(folder, "a.pfx", "-keypbe", algorithm, ...password, ...legacy);
      await folder.isRefused("a.pfx", name);
    });
    test(`-certpbe ${algorithm} is refused by name`, async () => {
      await exportPfx(folder, "a.pfx", "-certpbe", algorithm, ...password, ...legacy);
      await folder.isRefused("a.pfx", name);
    });
  }

  for (const digest of digests) {
    test(`-macalg ${digest}`, async () => {
      await exportPfx(folder, "a.pfx", "-macalg", digest, ...password);
      await folder.opens(["a.pfx"]);
    });
  }

  test("-macalg sha3-256 is refused by name", async () => {
    await exportPfx(folder, "a.pfx", "-macalg", "sha3-256", ...password);
    await folder.isRefused("a.pfx", /a MAC that is not known here \(2\.16\.840\.1\.101\.3\.4\.2\.8\)/);
  });

  test("-legacy is refused by name, its certificates being under RC2", async () => {
    await exportPfx(folder, "a.pfx", "-legacy", ...password);
    await folder.isRefused("a.pfx", /RC2 with a key of 40 bits/);
  });

  test("-legacy -descert, as Windows Server and older tools write it", async () => {
    await exportPfx(folder, "a.pfx", "-legacy", "-descert", "-macalg", "sha1", ...password);
    await folder.opens(["a.pfx"]);
  });

  for (const options of [
    ["-nomac"],
    ["-nomac", "-keypbe", "NONE", "-certpbe", "NONE"],
    ["-noiter", "-nomaciter"],
    ["-iter", "100000"],
  ]) {
    test(options.join(" "), async () => {
      await exportPfx(folder, "a.pfx", ...options, ...password);
      await folder.opens(["a.pfx"]);
    });
  }

  test("without a MAC, what takes long to be told from a wrong passphrase is refused", async () => {
    const ciphers = ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"];
    for (const [iterations, codes] of [
      ["90000", []],
      ["110000", ["unsupported_protection"]],
    ] as const) {
      // OpenSSL takes an iteration count for a wish for a MAC, unless that is taken back after it.
      await exportPfx(folder, "a.pfx", "-iter", iterations, "-nomac", ...ciphers, ...password);
      const { findings } = await folder.read(["a.pfx"]);
      assert.deepEqual(
        findings.map(({ code }) => code),
        codes,
        iterations,
      );
    }
  });

  for (const options of [
    [],
    ["-nomac"],
    ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
  ]) {
    test(`an empty password${options.map((option) => ` ${option}`).join("")}, typed or not`, async () => {
      await exportPfx(folder, "a.pfx", ...options, "-passout", "pass:");
      await folder.opens(["a.pfx"], "");
      await folder.opens(["a.pfx"], null);
    });
  }

  test("a password is asked for when none was typed", async () => {
    for (const options of [[], ["-nomac"], ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"]]) {
      await exportPfx(folder, "a.pfx", ...options, ...password);
      const { findings } = await folder.read(["a.pfx"], null);
      assert.deepEqual(
        findings.map(({ code }) => code),
        ["key_encrypted"],
      );
    }
  });

  for (const typed of ["Grüße, Żółw", "naïve café", "пароль", "пин🔑"]) {
    for (const options of [[], ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"]]) {
      test(`a password outside ASCII: ${typed}${options.length > 0 ? " under 3DES" : ""}`, async () => {
        await exportPfx(folder, "a.pfx", ...options, "-passout", `pass:${typed}`);
        await folder.opens(["a.pfx"], typed);
      });
    }
  }

  for (const options of [[], ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"]]) {
    test(`a password in Latin-1${options.length > 0 ? " under 3DES" : ""}`, async () => {
      await writeFile(join(folder.path, "latin1"), Buffer.from("naïve café", "latin1"));
      await exportPfx(folder, "a.pfx", ...options, "-passout", "file:latin1");
      await folder.opens(["a.pfx"], "naïve café");
    });
  }
});
