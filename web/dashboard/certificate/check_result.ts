/** What the check of files found, beside the files: a part of the page, and what the script asks for. */
import { html } from "hono/html";
import type { Finding } from "../../../core/certificate/finding.ts";
import type { CertificateCheck } from "../../../core/operations/certificate_check.ts";
import { badge } from "../form_parts.ts";
import type { Markup } from "../markup.ts";
import { keyName, lifetime, nameList } from "./facts.ts";

/** Files that were checked, by name, and what came of it. */
export interface CheckedFiles {
  readonly fileNames: readonly string[];
  readonly check: CertificateCheck;
}

const passphraseCodes: ReadonlySet<string> = new Set(["key_encrypted", "wrong_passphrase"]);

/** Whether a passphrase would help. */
export function needsPassphrase({ findings }: Pick<CertificateCheck, "findings">): boolean {
  return findings.some(({ code }) => passphraseCodes.has(code));
}

/** The files with their findings, then what they hold together. The script reads `data-ok` and `data-passphrase`. */
export function checkResult({ fileNames, check }: CheckedFiles): Markup {
  const general = check.findings.filter(({ file }) => file === null || !fileNames.includes(file));
  return html`<div class="check" data-ok="${String(check.ok)}" data-passphrase="${String(needsPassphrase(check))}">
    <p class="headline">${verdict(check)}</p>
    <ul class="files">
      ${fileNames.map((name) => checkedFile(name, findingsOf(check, name)))}
    </ul>
    ${general.length === 0 ? null : findingList(general)} ${identitySummary(check)}
  </div>`;
}

function verdict({ ok, findings }: CertificateCheck): Markup {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (!ok)
    return html`${badge("bad", "Not yet")} ${errors === 1 ? "One thing is" : `${errors} things are`} in the way.`;
  if (findings.length === 0) return html`${badge("good", "Ready")} The files are complete and can be put in service.`;
  return html`${badge("good", "Ready")} The files can be put in service. Look at what was noticed first.`;
}

function findingsOf({ findings }: CertificateCheck, name: string): readonly Finding[] {
  return findings.filter(({ file }) => file === name);
}

function checkedFile(name: string, findings: readonly Finding[]): Markup {
  return html`<li data-file="${name}">
    <span class="file-name">${name}</span>
    ${findings.length === 0 ? html`<span class="quiet">read</span>` : findingList(findings)}
  </li>`;
}

function findingList(findings: readonly Finding[]): Markup {
  return html`<ul class="findings">
    ${findings.map(
      ({ severity, code, message, remedy }) => html`<li class="${severity}" data-code="${code}">
        ${severity === "error" ? badge("bad", "Error") : badge("warning", "Note")} <strong>${message}</strong>
        <span>${remedy}</span>
      </li>`,
    )}
  </ul>`;
}

function identitySummary({ identity }: CertificateCheck): Markup | null {
  if (identity === null) return null;
  return html`<dl class="facts">
    <dt>Names</dt>
    <dd>${nameList(identity)}</dd>
    <dt>Issuer</dt>
    <dd>${identity.isSelfSigned ? "signed by itself" : identity.issuer}</dd>
    <dt>Lasts</dt>
    <dd>${lifetime(identity)}</dd>
    <dt>Key</dt>
    <dd>${keyName(identity.key)}</dd>
    <dt>Chain</dt>
    <dd>${identity.chain.length === 1 ? "this certificate alone" : `${identity.chain.length} certificates`}</dd>
  </dl>`;
}
