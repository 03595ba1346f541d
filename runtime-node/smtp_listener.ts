/** An SMTP listener on one port. */
import type { Socket } from "node:net";
import type { Logger } from "../core/capabilities.ts";
import type { ConnectionLimits } from "../core/ingest/connection_limits.ts";
import type { SmtpDoor } from "../core/ingest/smtp_door.ts";
import { smtpReplyTo } from "../core/ingest/smtp_replies.ts";
import type { TlsPolicy } from "../core/tls/policy.ts";
import { listen } from "./listen.ts";
import { smtpHandlers } from "./smtp_handlers.ts";
import { type Admission, RelayServer } from "./smtp_server.ts";
import { secureContextOptions } from "./tls_context.ts";

/** Settings of SMTP listeners, read anew whenever they are needed. */
export interface SmtpListenerSettings {
  readonly serverName: string;
  readonly maxMessageBytes: number;
  readonly maxRecipients: number;
  /** Time that a client may be silent. */
  readonly idleTimeoutMs: number;
}

/** What an SMTP listener needs from its surroundings. */
export interface SmtpListenerOptions {
  readonly port: number;
  /** `true`: TLS from the first byte (SMTPS); else STARTTLS is offered. */
  readonly isImplicitTls: boolean;
  readonly tls: TlsPolicy;
  readonly door: SmtpDoor;
  readonly limits: ConnectionLimits;
  /** Whether a connection is the service's own, which counts for nothing. Default: none is. */
  readonly isOwn?: (socket: Socket) => boolean;
  readonly settings: () => SmtpListenerSettings;
  readonly logger: Logger;
}

/** A bound SMTP listener. */
export class SmtpListener {
  readonly #server: RelayServer;
  readonly #options: SmtpListenerOptions;
  readonly #reported = new WeakSet<Error>();

  private constructor(options: SmtpListenerOptions) {
    this.#options = options;
    this.#server = new RelayServer(serverOptions(options), (socket) => this.#admit(socket));
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

  #admit(socket: Socket): Admission {
    if (this.#options.isOwn?.(socket)) return { refusal: null, leave: () => {} };
    const address = (socket.remoteAddress ?? "").replace(/^::ffff:/i, "");
    const { refusal, leave } = this.#options.limits.enter(address);
    if (refusal === null) return { refusal, leave };
    this.#options.logger.warn("smtp.connection_refused", refusal.message, { address });
    return { refusal: smtpReplyTo(refusal), leave };
  }

  #report(error: Error & { remoteAddress?: string; code?: string }): void {
    // A handshake that fails is told twice, as the error of the TLS socket and as that of its server.
    if (this.#reported.has(error)) return;
    this.#reported.add(error);
    const { port, logger } = this.#options;
    const address = error.remoteAddress ?? "an unknown address";
    const isTls = /ssl|tls/i.test(`${error.code ?? ""} ${error.message}`);
    if (isTls) logger.warn("smtp.tls_failed", `TLS with ${address} failed: ${error.message}`, { address, port });
    else logger.debug("smtp.connection_error", `${address}: ${error.message}`, { address, port });
  }
}

function serverOptions(options: SmtpListenerOptions) {
  const { settings } = options;
  return {
    ...secureContextOptions(options.tls),
    ...smtpHandlers(options.door, options.logger),
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
    get socketTimeout() {
      return settings().idleTimeoutMs;
    },
  };
}
