/** Certificates as smart hosts have them, good ones and bad ones, made by OpenSSL. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./e2e_process.ts";

/** What a server shows, and its key. */
export interface ShownCertificate {
  /** The leaf, and what was asked to come with it. */
  readonly cert: string;
  readonly key: string;
}

/** An authority of one folder. */
export class TestAuthority {
  readonly #folder: string;
  readonly #name: string;
  readonly pem: string;

  private constructor(folder: string, name: string, pem: string) {
    this.#folder = folder;
    this.#name = name;
    this.pem = pem;
  }

  /** Makes a root; with `issuer` an authority that another one vouches for. */
  static async create(folder: string, name: string, issuer?: TestAuthority): Promise<TestAuthority> {
    const extensions = [
      "-addext",
      "basicConstraints=critical,CA:TRUE",
      "-addext",
      "keyUsage=critical,keyCertSign,cRLSign",
    ];
    const signing = issuer === undefined ? [] : ["-CA", issuer.#path("pem"), "-CAkey", issuer.#path("key")];
    await openssl(folder, [
      ...request(folder, name),
      "-x509",
      "-days",
      "30",
      ...extensions,
      ...signing,
      "-out",
      pathOf(folder, name, "pem"),
    ]);
    return new TestAuthority(folder, name, await readFile(pathOf(folder, name, "pem"), "utf8"));
  }

  /** Issues a leaf for `names`, as subjectAltName has them. @param years in which its validity begins and ends */
  async issue(name: string, names: string, [from, to] = [2020, 2099]): Promise<ShownCertificate> {
    const path = (suffix: string) => pathOf(this.#folder, name, suffix);
    await openssl(this.#folder, [...request(this.#folder, name), "-new", "-out", path("csr")]);
    const extensions = ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth", `subjectAltName=${names}`];
    await writeFile(path("ext"), extensions.join("\n"));
    await writeFile(join(this.#folder, "index.txt"), "");
    await openssl(this.#folder, [
      ...["ca", "-batch", "-notext", "-config", configOf(this.#folder), "-md", "sha256"],
      ...["-cert", this.#path("pem"), "-keyfile", this.#path("key"), "-startdate", `${from}0101000000Z`],
      ...["-enddate", `${to}0101000000Z`, "-extfile", path("ext"), "-in", path("csr"), "-out", path("pem")],
    ]);
    return { cert: await readFile(path("pem"), "utf8"), key: await readFile(path("key"), "utf8") };
  }

  #path(suffix: string): string {
    return pathOf(this.#folder, this.#name, suffix);
  }
}

function pathOf(folder: string, name: string, suffix: string): string {
  return join(folder, `${name.replaceAll(" ", "_")}.${suffix}`);
}

/** OpenSSL's words for a new key, and a request of that name. */
function request(folder: string, name: string): string[] {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", pathOf(folder, name, "key")];
  return ["req", "-noenc", "-config", configOf(folder), "-subj", `/CN=${name}`, ...key];
}

/** The configuration of the system adds extensions of its own. */
function configOf(folder: string): string {
  return join(folder, "openssl.cnf");
}

async function openssl(folder: string, words: readonly string[]): Promise<void> {
  await writeFile(
    configOf(folder),
    `[req]\ndistinguished_name=dn\n[dn]\n[ca]\ndefault_ca=own\n[own]\ndatabase=${join(folder, "index.txt")}\nnew_certs_dir=${folder}\npolicy=any\nrand_serial=yes\nunique_subject=no\n[any]\ncommonName=supplied\n`,
  );
  const { code, stderr } = await run(["openssl", ...words]);
  assert.equal(code, 0, stderr);
}
