/** Certificate chains as an authority issues them, made by OpenSSL. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./e2e_process.ts";

/** What there is of a chain: the leaf, the authorities that issued it one after the other, and the root. */
export interface IssuedChain {
  /** PEM of the leaf, then that of each intermediate; without the root. */
  readonly certificates: readonly string[];
  readonly rootPem: string;
  readonly keyPem: string;
}

/** OpenSSL's words for a new key. */
const keyOptions = {
  ec: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  rsa: ["-newkey", "rsa:2048"],
} as const;

const authorityExtensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
const leafExtensions = [
  "basicConstraints=critical,CA:FALSE",
  "keyUsage=critical,digitalSignature",
  "extendedKeyUsage=serverAuth",
  "subjectAltName=DNS:mail.example.org,DNS:localhost,IP:127.0.0.1",
];

/** Has OpenSSL issue a certificate for `mail.example.org`, with `length - 1` intermediates above it. */
export async function issueChain(folder: string, key: keyof typeof keyOptions, length: number): Promise<IssuedChain> {
  // No configuration file: that of the system adds extensions of its own.
  const config = join(folder, "empty.cnf");
  await writeFile(config, "[req]\ndistinguished_name=dn\n[dn]\n");
  const paths = Array.from({ length: length + 1 }, (_, depth) => ({
    cert: join(folder, `${key}-${depth}.pem`),
    key: join(folder, `${key}-${depth}.key`),
  }));
  for (const [depth, { cert, key: keyPath }] of paths.entries()) {
    const issuer = paths[depth - 1];
    const extensions = depth === length ? leafExtensions : authorityExtensions;
    const subject = depth === length ? "/CN=mail.example.org" : `/CN=Authority ${depth}`;
    const options = ["-subj", subject, ...extensions.flatMap((extension) => ["-addext", extension])];
    const signing = issuer === undefined ? [] : ["-CA", issuer.cert, "-CAkey", issuer.key];
    const files = ["-config", config, "-keyout", keyPath, "-out", cert];
    const command = ["openssl", "req", "-x509", "-noenc", "-days", "30", ...keyOptions[key], ...options, ...signing];
    const { code, stderr } = await run([...command, ...files]);
    assert.equal(code, 0, stderr);
  }
  const [root, ...issued] = await Promise.all(paths.map(({ cert }) => readFile(cert, "utf8")));
  return { certificates: issued.reverse(), rootPem: root!, keyPem: await readFile(paths[length]!.key, "utf8") };
}
