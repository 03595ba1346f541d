/** Opens each kind of listener, and swaps their certificates. */
import type { Logger } from "../core/capabilities.ts";
import type { Settings, SettingsHolder } from "../core/config/mod.ts";
import type { RefusalLines } from "../core/history/refusal_lines.ts";
import type { ClientPlaces } from "../core/ingest/client_places.ts";
import type { HandshakeFailure, HttpListenerOptions, OpenHttpsListener } from "../core/ingest/http_listener.ts";
import type { SmtpDoor } from "../core/ingest/smtp_door.ts";
import type { SmtpSignIn } from "../core/ingest/smtp_sign_in.ts";
import type { ListenerKind, ListenerSpec } from "../core/lifecycle/listener_plan.ts";
import { type BoundListener, type Listener, ListenerSet } from "../core/lifecycle/listener_set.ts";
import { type TlsPolicy, tlsPolicy } from "../core/tls/policy.ts";
import type { Certificates } from "./certificates.ts";
import { openHttpListener } from "./http_listener.ts";
import type { OwnProbes } from "./own_probes.ts";
import { SmtpListener } from "./smtp_listener.ts";

/** Time that open connections have when a listener is closed. */
export const listenerGraceMs = 30_000;

/** A listener of the service. */
export interface ServiceListener extends Listener {
  /** Absent where there is no TLS. */
  swap?(policy: TlsPolicy): void;
  /** Open connections, where the listener counts them itself. */
  connections?(): number;
}

/** What answers on a port, and whom it lets connect. */
export type HttpApp = Pick<HttpListenerOptions, "handler" | "admit">;

/** What listeners are opened with. */
export interface ListenerParts {
  readonly holder: SettingsHolder;
  readonly certificates: Certificates;
  readonly door: SmtpDoor;
  readonly signIn: SmtpSignIn;
  /** For SMTP. */
  readonly places: ClientPlaces;
  /** Whether `listener.trusted_proxies` holds the address. */
  readonly isTrustedProxy: (address: string) => boolean;
  readonly probes: OwnProbes;
  readonly api: HttpApp;
  readonly operator: HttpApp;
  readonly openHttps: OpenHttpsListener;
  readonly logger: Logger;
  readonly lines: RefusalLines;
}

/** The set of listeners, none of them open yet; a new certificate reaches those that are. */
export function createListeners(parts: ListenerParts): ListenerSet<ServiceListener> {
  const { holder, certificates, logger } = parts;
  const open = (spec: ListenerSpec) => openListener(spec, parts);
  const set = new ListenerSet<ServiceListener>({ open, catchUp: follow, logger, graceMs: listenerGraceMs });

  /** One that fails keeps no other from its certificate. */
  function follow({ kind, port, listener }: BoundListener<ServiceListener>): void {
    try {
      listener.swap?.(policyFor(kind, parts));
    } catch (error) {
      const message = "A listener did not take the new certificate.";
      logger.error("certificate.listener_failed", message, { listener: kind, port, error });
    }
  }
  function swap(isWanted: (kind: ListenerKind) => boolean): void {
    for (const bound of set.bound) if (isWanted(bound.kind)) follow(bound);
  }
  certificates.shared.keeper.subscribe(() => swap((kind) => kind !== "dashboard"));
  certificates.dashboard.keeper.subscribe(() => swap((kind) => kind === "dashboard"));
  holder.subscribe(["tls.min_version"], () => swap(() => true));
  return set;
}

function openListener(spec: ListenerSpec, parts: ListenerParts): Promise<ServiceListener> {
  const { kind, port } = spec;
  if (kind === "smtp" || kind === "smtps") return openSmtp(spec, parts);
  if (kind === "http") return openHttpListener({ name: "HTTP API", port, ...parts.api });
  return parts.openHttps({
    name: kind === "https" ? "HTTPS API" : "dashboard",
    port,
    ...(kind === "https" ? parts.api : parts.operator),
    policy: policyFor(kind, parts),
    onHandshakeFailure: (failure) => reportHandshake(failure, parts.lines),
  });
}

function openSmtp({ kind, port }: ListenerSpec, parts: ListenerParts): Promise<SmtpListener> {
  const settings = (): Settings => parts.holder.current;
  return SmtpListener.open({
    port,
    isImplicitTls: kind === "smtps",
    tls: policyFor(kind, parts),
    door: parts.door,
    signIn: parts.signIn,
    places: parts.places,
    isOwn: (socket) => parts.probes.includes(socket),
    isTrustedProxy: parts.isTrustedProxy,
    settings: () => ({
      serverName: settings()["listener.server_name"],
      maxMessageBytes: settings()["listener.max_message_bytes"],
      maxRecipients: settings()["listener.max_recipients"],
      idleTimeoutMs: settings()["listener.connection_timeout_seconds"] * 1000,
      allowUnsecureAuth: settings()["listener.allow_unsecure_auth"],
    }),
    lines: parts.lines,
    logger: parts.logger,
  });
}

/** The certificate that a kind of listener with TLS serves. */
export function certificateOf(kind: ListenerKind, { shared, dashboard }: Certificates) {
  return kind === "dashboard" ? dashboard : shared;
}

/** Each kind of listener has its certificate and its protocols. */
function policyFor(kind: ListenerKind, { certificates, holder }: ListenerParts): TlsPolicy {
  const identity = certificateOf(kind, certificates).keeper.current;
  const alpn = kind === "https" || kind === "dashboard" ? ["http/1.1"] : [];
  return tlsPolicy(identity, { minVersion: holder.current["tls.min_version"], alpn });
}

function reportHandshake({ clientAddress, port, reason }: HandshakeFailure, lines: RefusalLines): void {
  const facts = { address: clientAddress, port, reason };
  lines.warn("https.tls_failed", `TLS with ${clientAddress} failed: ${reason}`, facts);
}
