import assert from "node:assert/strict";
import { test } from "node:test";
import { type FindingCode, finding, findingSeverities } from "../../../core/certificate/finding.ts";

type FactsOf<C extends FindingCode> = Parameters<typeof finding<C>>[1];

/** Facts that each kind of finding could carry. */
const samples: { readonly [C in FindingCode]: readonly FactsOf<C>[] } = {
  no_certificate: [{ found: [] }, { found: ["a certificate request (CSR) in a.csr", "a public key in b.pub"] }],
  no_private_key: [{ found: [] }, { found: ["a public key"] }],
  not_pem: [{ what: "a ZIP archive" }, { what: "an OpenSSH key", command: "ssh-keygen -p -m PEM -f KEY" }],
  key_mismatch: [{ keys: 1 }, { keys: 3 }],
  key_encrypted: [{ what: "the private key" }],
  wrong_passphrase: [{ what: "the private key" }],
  expired: [{ notAfter: "2026-01-01T00:00:00.000Z" }],
  weak_key: [
    { bits: 1024, subject: null },
    { bits: 1024, subject: "CN=Example CA" },
  ],
  weak_signature: [{ algorithm: "SHA-1" }],
  unsupported_key: [
    { key: "Ed25519", subject: null },
    { key: "Ed25519", subject: "CN=Example CA" },
  ],
  not_for_servers: [
    { extension: "extended key usage", usages: ["clientAuth", "emailProtection"] },
    { extension: "extended key usage", usages: [] },
    { extension: "key usage", usages: ["keyEncipherment"] },
  ],
  not_servable: [{ reason: "its key is too short" }],
  too_large: [{ bytes: 2_000_000, limitBytes: 1_048_576 }],
  too_many: [{ what: "certificates", limit: 100 }],
  broken_certificate: [
    { block: 1, line: 1, reason: "its base64 is cut off" },
    { block: 3, line: null, reason: "its length is wrong" },
    { block: null, line: null, reason: "it ends in the middle" },
  ],
  broken_key: [{ block: 12, line: 40, reason: "its base64 is cut off" }],
  broken_file: [{ what: "a PFX file", reason: "it ends in the middle" }],
  unsupported_protection: [{ protection: "RC2-40", command: "openssl pkcs12 -legacy -in old.pfx -out new.pem" }],
  name_not_covered: [{ serverName: "mail.example.org" }],
  chain_incomplete: [{ issuer: "CN=Example CA" }],
  chain_expired: [{ subject: "CN=Example CA", notAfter: "2026-01-01T00:00:00.000Z" }],
  chain_weak_signature: [{ subject: "CN=Example CA", algorithm: "SHA-1" }],
  chain_reordered: [{}],
  root_included: [{ subject: "CN=Example Root" }],
  unrelated_certificate: [{ subject: "CN=other.example.org", notAfter: "2026-12-01T00:00:00.000Z" }],
  unrelated_key: [{}],
  expires_soon: [
    { notAfter: "2026-12-01T00:00:00.000Z", days: 0 },
    { notAfter: "2026-12-01T00:00:00.000Z", days: 1 },
    { notAfter: "2026-12-01T00:00:00.000Z", days: 20 },
  ],
  not_yet_valid: [{ notBefore: "2027-01-01T00:00:00.000Z" }],
  no_subject_alt_name: [{}],
  long_lived: [{ days: 825, limitDays: 398 }],
};

/** Names, dates and abbreviations have dots within; only one at the end of a word ends a sentence. */
const oneSentence = /^[^.]+(?:\.\S[^.]*)*\.$/;

for (const code of Object.keys(samples) as FindingCode[]) {
  test(`finding says ${code} in one sentence, and what to do in another`, () => {
    for (const facts of samples[code]) {
      const { message, remedy } = finding(code, facts as never);
      assert.match(message, /^[\p{Lu}\d]|^mail\./u, message);
      assert.match(message, oneSentence, message);
      // A command to paste ends as it stands.
      assert.match(remedy.replace(/^Convert it: .*$/, "Convert it."), oneSentence, remedy);
      // Codes are for programs, with the exception of a setting that is to be changed.
      const texts = `${message} ${remedy}`.replace("listener.server_name", "");
      assert.doesNotMatch(texts, /[a-z]_[a-z]|undefined|null|\[object|\b[01] days/, texts);
    }
  });
}

test("finding carries the severity of its code, and the file that it is about", () => {
  const { severity, file } = finding("expired", { notAfter: "2026-01-01T00:00:00.000Z" }, "a.pem");
  assert.deepEqual([severity, file], [findingSeverities.expired, "a.pem"]);
  assert.equal(finding("chain_reordered", {}).file, null);
});

/** What a certificate is served in spite of. */
const warnings = [
  "name_not_covered",
  "chain_incomplete",
  "chain_expired",
  "chain_weak_signature",
  "chain_reordered",
  "root_included",
  "unrelated_certificate",
  "unrelated_key",
  "expires_soon",
  "not_yet_valid",
  "no_subject_alt_name",
  "long_lived",
];

test("findingSeverities lets warnings pass and nothing else", () => {
  const found = Object.entries(findingSeverities).flatMap(([code, severity]) => (severity === "warning" ? [code] : []));
  assert.deepEqual(found.toSorted(), warnings.toSorted());
});
