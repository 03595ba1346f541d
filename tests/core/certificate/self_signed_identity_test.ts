import assert from "node:assert/strict";
import { test } from "node:test";
import { openSelfSigned } from "../../../core/certificate/self_signed_identity.ts";
import type { AuditEntry } from "../../../core/history/audit_event.ts";
import { SecretBox } from "../../../core/secret/mod.ts";
import { MemoryFiles } from "./memory_files.ts";

test("openSelfSigned tells both logs of a certificate that was made, and of one that takes an unreadable one's place", async () => {
  const files = new MemoryFiles();
  const lines: string[] = [];
  const audited: AuditEntry[] = [];
  const note = (event: string) => void lines.push(event);
  const store = {
    crypto,
    files,
    box: await SecretBox.fromKey(crypto, new Uint8Array(32).fill(7)),
    logger: { debug: note, info: note, warn: note, error: note },
    audit: (entry: AuditEntry) => void audited.push(entry),
  };
  const request = {
    slot: "automatic",
    names: { dnsNames: ["a.example"], ipAddresses: [] },
    nowMs: Date.now(),
  } as const;
  const open = () => openSelfSigned(store, request);
  await open();
  await open();
  files.put("tls/automatic.pfx", "damaged");
  const { facts } = await open();
  assert.deepEqual(lines, ["certificate.created", "certificate.replaced"]);
  assert.deepEqual(
    audited.map(({ event, subject }) => [event, subject]),
    [
      ["certificate.created", "automatic"],
      ["certificate.replaced", "automatic"],
    ],
  );
  const { before, after, reason } = audited[1]!;
  assert.equal(before, null);
  assert.match(JSON.stringify(after), new RegExp(facts.fingerprintSha256));
  assert.match(reason ?? "", /it is damaged/);
});
