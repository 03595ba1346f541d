/** Every event of the audit log happens somewhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { auditEventNames } from "../../core/history/audit_events.ts";
import { listProjectFiles } from "../support/e2e_project_files.ts";

/** Those whose name is put together of parts: what came of a self-signed certificate. */
const composed: ReadonlySet<string> = new Set(["certificate.created", "certificate.renewed", "certificate.replaced"]);

test("every event of the audit log is told somewhere", async () => {
  const folders = ["core", "web", "runtime-node"];
  const files = (await Promise.all(folders.map((folder) => listProjectFiles(folder, /\.ts$/)))).flat();
  // The operational log has events of the same names.
  const code = files
    .filter(({ path }) => !path.endsWith("audit_events.ts"))
    .map(({ text }) => text.replaceAll(/logger\.\w+\(\s*"[^"]+"/g, ""));
  const silent = auditEventNames.filter(
    (name) => !composed.has(name) && !code.some((text) => text.includes(`"${name}"`)),
  );
  assert.deepEqual(silent, []);
});
