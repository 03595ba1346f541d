/** What a person reads when the service is up: where it listens, the setup code, how to send a first message. */
import type { ListenerSpec } from "./listener_plan.ts";
import type { UnboundListener } from "./listener_set.ts";

/** What is announced. */
export interface AnnouncementFacts {
  readonly version: string;
  readonly bound: readonly ListenerSpec[];
  readonly unbound: readonly UnboundListener[];
  readonly dataDirectory: string;
  readonly setupCode: string | null;
  /** Words that start the command line, with what it needs to find this service: `npm run -s dispatch --`. */
  readonly command: string;
  /** Name of a key that does not exist yet, for the line that sends over HTTP. */
  readonly keyName: string;
}

/** What each kind of listener is called. */
export const listenerTitles: Readonly<Record<ListenerSpec["kind"], string>> = {
  smtp: "SMTP with STARTTLS",
  smtps: "SMTP over TLS",
  http: "HTTP API",
  https: "HTTPS API",
  dashboard: "Dashboard, health",
};

const schemes: Readonly<Record<ListenerSpec["kind"], string>> = {
  smtp: "smtp",
  smtps: "smtps",
  http: "http",
  https: "https",
  dashboard: "https",
};

const widestTitle = Math.max(...Object.values(listenerTitles).map((title) => title.length));

/** Lines of the announcement; those that can be pasted into a shell are indented by four spaces. */
export function announce(facts: AnnouncementFacts): string {
  return [
    `Dispatch ${facts.version} is up. Its data is in ${facts.dataDirectory}`,
    "",
    ...facts.bound.map((spec) => line(spec, `${schemes[spec.kind]}://localhost:${spec.port}`)),
    ...facts.unbound.map((spec) => line(spec, `port ${spec.port} is not open: ${spec.reason}`)),
    "",
    ...(facts.setupCode === null ? [] : [`Setup code for the first visit to the dashboard: ${facts.setupCode}`, ""]),
    ...firstMessage(facts),
    "",
  ].join("\n");
}

function line({ kind }: ListenerSpec, text: string): string {
  return `  ${listenerTitles[kind].padEnd(widestTitle)}  ${text}`;
}

/** How to send a message each way, and to see it; only ways that are open. */
function firstMessage({ bound, command, keyName }: AnnouncementFacts): string[] {
  const smtp = bound.find(({ kind }) => kind === "smtp");
  const http = bound.find(({ kind }) => kind === "http");
  const envelope = "--from app@example.org --to you@example.org --subject";
  return [
    "Send a first message by SMTP, one by HTTP, and see them (paste into another terminal):",
    "",
    ...(smtp === undefined ? [] : [`    ${command} send --smtp localhost:${smtp.port} ${envelope} "Hello by SMTP"`]),
    ...(http === undefined
      ? []
      : [
          `    ${command} key create ${keyName} | ${command} send --http http://localhost:${http.port} --key-file - ${envelope} "Hello by HTTP"`,
        ]),
    `    ${command} log search --event queued`,
  ];
}
