/** The overview: how the service is doing, and how to send a first message. */
import { html } from "hono/html";
import type { Session } from "../../core/access/admin_access.ts";
import type { CertificateShow } from "../../core/operations/certificate_show.ts";
import type { HealthDocument, HealthStatus, ListenerHealth } from "../../core/operations/health.ts";
import { authority, clientTarget } from "./certificate/client_target.ts";
import { lifetime } from "./certificate/facts.ts";
import { certificatePaths } from "./certificate/paths.ts";
import { judgeCertificate, sourceNames } from "./certificate/verdict.ts";
import { badge, commands, type Tone } from "./form_parts.ts";
import { listenerTitle } from "./listener_title.ts";
import type { Markup } from "./markup.ts";
import { framedPage } from "./page_frame.ts";
import { inWords } from "./time.ts";

const statuses: Readonly<Record<HealthStatus, { readonly tone: Tone; readonly word: string; readonly text: string }>> =
  {
    healthy: { tone: "good", word: "Healthy", text: "Mail is accepted and passed on." },
    degraded: { tone: "warning", word: "Attention", text: "Mail flows, but something wants to be looked at." },
    critical: { tone: "bad", word: "Problem", text: "Mail is not accepted." },
  };

/** The page. */
export function overviewPage(options: {
  readonly session: Session;
  readonly health: HealthDocument;
  readonly show: CertificateShow;
}): Markup {
  const { session, health, show } = options;
  const main = html`<h1>Overview</h1>
    ${statusCard(health)}
    <div class="cards">${listenerCard(health.listeners)} ${queueCard(health)} ${certificateCard(show)}</div>
    ${firstMessageCard(health.listeners, show)}`;
  return framedPage({ title: "Overview", section: "overview", session, main });
}

function statusCard({ status, problems, version, uptimeSeconds }: HealthDocument): Markup {
  const { tone, word, text } = statuses[status];
  return html`<section class="card status ${tone}" aria-labelledby="status-title">
    <h2 id="status-title">${badge(tone, word)} ${text}</h2>
    ${
      problems.length === 0
        ? null
        : html`<ul class="problems">
            ${problems.map(({ message }) => html`<li>${message}</li>`)}
          </ul>`
    }
    <p class="quiet">Dispatch ${version}, up for ${inWords(uptimeSeconds)}.</p>
  </section>`;
}

function listenerCard(listeners: readonly ListenerHealth[]): Markup {
  return html`<section class="card" aria-labelledby="listeners-title">
    <h2 id="listeners-title">Listeners</h2>
    <ul class="rows">
      ${listeners.map(
        ({ listener, port, bound, error }) => html`<li>
          ${bound ? badge("good", "Open") : badge("bad", "Not open")}
          <span><strong>${listenerTitle(listener)}</strong> on port ${port}</span>
          ${bound ? null : html`<small>${error}</small>`}
        </li>`,
      )}
    </ul>
  </section>`;
}

function queueCard({ spool }: HealthDocument): Markup {
  const counts: readonly (readonly [string, number])[] =
    spool === null
      ? []
      : [
          ["Queued", spool.queued],
          ["Being delivered", spool.processing],
          ["Tried again later", spool.retrying],
          ["Failed", spool.failed],
          ["In the local inbox", spool.captured],
        ];
  return html`<section class="card" aria-labelledby="queue-title">
    <h2 id="queue-title">Queue</h2>
    ${
      spool === null
        ? html`<p>${badge("bad", "Problem")} The spool does not answer.</p>`
        : html`<dl class="counts">${counts.map(([name, count]) => html`<dt>${name}</dt><dd>${count}</dd>`)}</dl>`
    }
  </section>`;
}

function certificateCard(show: CertificateShow): Markup {
  const { tone, word, sentence } = judgeCertificate(show);
  return html`<section class="card" aria-labelledby="certificate-title">
    <h2 id="certificate-title">TLS certificate</h2>
    <p class="headline">${badge(tone, word)} ${sentence}</p>
    <dl class="facts">
      <dt>Name</dt>
      <dd><code>${show.identity.dnsNames[0] ?? show.identity.subject}</code></dd>
      <dt>Source</dt>
      <dd>${sourceNames[show.source]}</dd>
      <dt>Lasts</dt>
      <dd>${lifetime(show.identity)}</dd>
    </dl>
    <p class="actions">
      ${
        show.source === "uploaded"
          ? html`<a class="button" href="${certificatePaths.page}">Look at it or renew it</a>`
          : html`<a class="button primary" href="${certificatePaths.page}#upload">Upload your own certificate</a>
              <a class="button" href="${certificatePaths.page}">Look at it</a>`
      }
    </p>
  </section>`;
}

function firstMessageCard(listeners: readonly ListenerHealth[], show: CertificateShow): Markup {
  const portOf = (kind: string) => listeners.find(({ listener, bound }) => listener === kind && bound)?.port;
  const host = authority(clientTarget(show).host);
  const [smtp, https] = [portOf("smtp"), portOf("https")];
  const trust = show.identity.isSelfSigned ? " --cacert dispatch.pem" : "";
  return html`<section class="card" aria-labelledby="first-title">
    <h2 id="first-title">Send a first message</h2>
    ${
      trust === ""
        ? null
        : html`<p>
            The certificate is signed by itself, so clients are given it first:
            <a href="${certificatePaths.pem}" download>dispatch.pem</a>.
          </p>`
    }
    ${smtp === undefined ? null : bySmtp(`smtp://${host}:${smtp}`, trust)}
    ${https === undefined ? null : byHttps(`https://${host}:${https}`, trust)}
    <p>See what became of it, on the host of Dispatch:</p>
    ${commands("dispatch log search --limit 20", "the command that shows what became of it")}
  </section>`;
}

function bySmtp(url: string, trust: string): Markup {
  const message = "printf 'From: app@example.org\\nTo: you@example.org\\nSubject: Hello\\n\\nHello by SMTP\\n'";
  const send = `curl${trust} --ssl-reqd --mail-from app@example.org --mail-rcpt you@example.org -T - ${url}`;
  return html`<p>By SMTP, from any machine of your network:</p>
    ${commands(`${message} | ${send}`, "the command that sends by SMTP")}`;
}

function byHttps(url: string, trust: string): Markup {
  const fields = "-F from=app@example.org -F to=you@example.org -F subject=Hello -F text='Hello by HTTPS'";
  return html`<p>By HTTPS, with a key that <code>dispatch key create my-app</code> prints:</p>
    ${commands(`curl${trust} -H 'Authorization: Bearer dsp_live_…' ${fields} ${url}/api/v1/messages`, "the command that sends by HTTPS")}`;
}
