/** Settings → Connections → TLS certificate. */
import { html } from "hono/html";
import type { Session } from "../../../core/access/admin_access.ts";
import type { CertificateSource } from "../../../core/certificate/certificate_service.ts";
import type { CertificateShow, EarlierCertificateShow } from "../../../core/operations/certificate_show.ts";
import { notice } from "../form_parts.ts";
import type { Markup } from "../markup.ts";
import { framedPage } from "../page_frame.ts";
import type { CheckedFiles } from "./check_result.ts";
import { dashboardCertificate } from "./dashboard_certificate.ts";
import { downloadCard } from "./download.ts";
import type { FormState } from "./form_state.ts";
import { defaultGenerateValues, type GenerateValues, generateForm } from "./generate_form.ts";
import { historyList } from "./history_list.ts";
import { removeForm } from "./remove_form.ts";
import { certificateState } from "./state.ts";
import { uploadForm } from "./upload_form.ts";
import { judgeCertificate } from "./verdict.ts";

/** The forms of the page. */
export type CertificateForm = "upload" | "generate" | "restore" | "remove" | "download";

/** What became of a form that was sent, when it was not done. */
export interface Answer {
  readonly form: CertificateForm;
  readonly notice: Markup | null;
  readonly checked?: CheckedFiles;
  readonly values?: GenerateValues;
}

/** What the page shows. */
export interface CertificatePage {
  readonly session: Session;
  readonly show: CertificateShow;
  readonly earlier: readonly EarlierCertificateShow[];
  readonly answer: Answer | null;
  /** What was done just now: a key of {@link doneMessages}. */
  readonly done: string | null;
}

/** What is said when a change is done, as long as it is still so. */
const doneMessages: Readonly<
  Record<string, { readonly sources: readonly CertificateSource[]; readonly text: string }>
> = {
  upload: { sources: ["uploaded"], text: "The uploaded certificate is in service." },
  generate: { sources: ["generated"], text: "The new certificate is in service." },
  restore: { sources: ["uploaded", "generated"], text: "The earlier certificate is back in service." },
  remove: { sources: ["automatic"], text: "The automatic certificate is in service." },
};

/** The page. */
export function certificatePage(page: CertificatePage): Markup {
  const { session, show, earlier, answer, done } = page;
  const { identity, source } = show;
  const state = (form: CertificateForm): FormState => ({
    session,
    seen: identity.fingerprintSha256,
    notice: answer?.form === form ? answer.notice : null,
  });
  const values = answer?.values ?? defaultGenerateValues([...identity.dnsNames, ...identity.ipAddresses]);
  const main = html`<nav aria-label="Where this is" class="crumbs">
      <ol>
        <li>Settings</li>
        <li>Connections</li>
        <li aria-current="page">TLS certificate</li>
      </ol>
    </nav>
    <h1>TLS certificate</h1>
    <p class="lead">One certificate secures SMTP and the HTTPS API. Changes are served from the next connection on; open ones go on.</p>
    ${doneNotice(done, show)}
    <nav aria-label="On this page" class="jump">
      <a href="#upload">Upload</a> <a href="#generate">Generate</a> <a href="#download">Download for clients</a>
      <a href="#history">History</a> ${source === "automatic" ? null : html`<a href="#remove">Remove</a>`}
    </nav>
    ${certificateState(show)} ${uploadForm(state("upload"), answer?.checked ?? null)}
    ${generateForm(state("generate"), values)} ${downloadCard(state("download"), show)}
    ${historyList(state("restore"), earlier)} ${removeForm(state("remove"), source)}
    ${dashboardCertificate(show.dashboard)}`;
  return framedPage({ title: "TLS certificate", section: "settings", session, main });
}

function doneNotice(done: string | null, show: CertificateShow): Markup | null {
  if (done === null || !Object.hasOwn(doneMessages, done)) return null;
  const { sources, text } = doneMessages[done]!;
  if (!sources.includes(show.source)) return null;
  const { tone, sentence } = judgeCertificate(show);
  return notice(tone === "bad" ? "bad" : "good", text, proof(show) ?? sentence);
}

/** Which listeners were seen to serve it; `null` when not all were. */
function proof({ served }: CertificateShow): string | null {
  if (served.length === 0 || !served.every(({ current }) => current)) return null;
  const ports = served.map(({ listener, port }) => `${listener} on port ${port}`).join(", ");
  return `Proven by connecting: ${ports}.`;
}
