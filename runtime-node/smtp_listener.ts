/** An SMTP listener on one port. */
import type { Socket } from "node:net";
import type { Logger } from "../core/capabilities.ts";
import type { RefusalLines } from "../core/history/refusal_lines.ts";
import type { ClientPlaces } from "../core/ingest/client_places.ts";
import { fixedTimes, type SessionTimes } from "../core/ingest/session_clock.ts";
import type { SmtpDoor } from "../core/ingest/smtp_door.ts";
import type { SmtpSignIn } from "../core/ingest/smtp_sign_in.ts";
import type { TlsPolicy } from "../core/tls/policy.ts";
import { listen } from "./listen.ts";
import { smtpHandlers } from "./smtp_handlers.ts";
import { RelayServer } from "./smtp_server.ts";
import { secureContextOptions } from "./tls_context.ts";

/** Settings of SMTP listeners, read anew whenever they are needed. */
export interface SmtpListenerSettings {
  readonly serverName: string;
  readonly maxMessageBytes: number;
  readonly maxRecipients: number;
  /** Time that a client has for a command. */
  readonly idleTimeoutMs: number;
  /** Whether a client may sign in without TLS. */
  readonly allowUnsecureAuth: boolean;
}

/** What an SMTP listener needs from its surroundings. */
export interface SmtpListenerOptions {
  readonly port: number;
  /** `true`: TLS from the first byte (SMTPS); else STARTTLS is offered. */
  readonly isImplicitTls: boolean;
  readonly tls: TlsPolicy;
  readonly door: SmtpDoor;
  readonly signIn: SmtpSignIn;
  readonly places: ClientPlaces;
  /** Whether a connection is the service's own, which counts for nothing. Default: none is. */
  readonly isOwn?: (socket: Socket) => boolean;
  /** Whether an address speaks for others, by the PROXY protocol. Default: none does. */
  readonly isTrustedProxy?: (address: string) => boolean;
  readonly settings: () => SmtpListenerSettings;
  /** Default: {@link fixedTimes}. */
  readonly times?: Partial<typeof fixedTimes>;
  /** Told of connections that were refused or have failed. */
  readonly lines: RefusalLines;
  readonly logger: Logger;
}

/** A bound SMTP listener. */
export class SmtpListener {
  readonly #server: RelayServer;
  readonly #options: SmtpListenerOptions;
  readonly #reported = new WeakSet<Error>();

  private constructor(options: SmtpListenerOptions) {
    this.#options = options;
    const { places, lines, isOwn = () => false, isTrustedProxy = () => false } = options;
    const times = () => timesOf(options);
    this.#server = new RelayServer(serverOptions(options), { places, lines, isOwn, isTrustedProxy, times });
    this.#server.on("error", (error) => this.#report(error));
  }

  /** Binds the port, on IPv6 and IPv4. @throws {DispatchError} `listener_unbindable` */
  static async open(options: SmtpListenerOptions): Promise<SmtpListener> {
    const listener = new SmtpListener(options);
    await listen(listener.#server.server, options.port, options.isImplicitTls ? "smtps" : "smtp");
    return listener;
  }

  get port(): number {
    return this.#options.port;
  }

  /** Serves another certificate from the next handshake on; open sessions go on. */
  swap(tls: TlsPolicy): void {
    this.#server.updateSecureContext(secureContextOptions(tls));
  }

  /** Takes no new connections, lets messages that are arriving finish for `graceMs`, then closes what is left. */
  close(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      // The library takes 0 for its default, half a minute.
      this.#server.options.closeTimeout = Math.max(1, graceMs);
      this.#server.close(resolve);
      this.#server.dismiss();
    });
  }

  #report(error: Error & { remoteAddress?: string; code?: string }): void {
    // A handshake that fails is told twice, as the error of the TLS socket and as that of its server.
    if (this.#reported.has(error)) return;
    this.#reported.add(error);
    const { port, logger, lines } = this.#options;
    const address = error.remoteAddress ?? "an unknown address";
    const isTls = /ssl|tls/i.test(`${error.code ?? ""} ${error.message}`);
    if (isTls) lines.warn("smtp.tls_failed", `TLS with ${address} failed: ${error.message}`, { address, port });
    else logger.debug("smtp.connection_error", `${address}: ${error.message}`, { address, port });
  }
}

function serverOptions(options: SmtpListenerOptions) {
  const { settings } = options;
  return {
    ...secureContextOptions(options.tls),
    ...smtpHandlers(options.door, options.signIn, options.logger),
    secure: options.isImplicitTls,
    get name() {
      return settings().serverName;
    },
    get size() {
      return settings().maxMessageBytes;
    },
    get maxRecipients() {
      return settings().maxRecipients;
    },
    get allowInsecureAuth() {
      return settings().allowUnsecureAuth;
    },
  };
}

function timesOf({ settings, times }: SmtpListenerOptions): SessionTimes {
  const { idleTimeoutMs, maxMessageBytes } = settings();
  return { ...fixedTimes, ...times, idleMs: idleTimeoutMs, maxMessageBytes };
}
