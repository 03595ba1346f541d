/** The way of an SMTP connection from the system to its session: whose it is, and whether there is room for it. */
import type { Socket } from "node:net";
import { canonicalAddress } from "../core/access/cidr_list.ts";
import type { RefusalLines } from "../core/history/refusal_lines.ts";
import type { ClientPlaces } from "../core/ingest/client_places.ts";
import { shuttingDown } from "../core/ingest/farewells.ts";
import { type SmtpReply, smtpReplyTo } from "../core/ingest/smtp_replies.ts";
import type { ConnectionSweep } from "./connection_sweep.ts";
import { type ProxyFailure, receiveProxyHeader } from "./proxy_socket.ts";

/** The most refused connections whose answer is still on its way; beyond that there is none. */
const maxRefused = 100;

const settingOf = {
  too_many_connections: "listener.max_connections",
  too_many_connections_from_client: "listener.max_connections_per_client",
} as const;

/** A connection that has come in. */
export interface Arrival {
  /** Of the client, in canonical form. */
  readonly address: string;
  /** To be called once, when the connection is gone. */
  readonly leave: () => void;
}

/** What a {@link SmtpGate} needs from its surroundings. */
export interface SmtpGateOptions {
  /** Refused connections are told so, unless TLS is to come first. */
  readonly isImplicitTls: boolean;
  readonly places: ClientPlaces;
  /** Whether a connection is the service's own, which counts for nothing. */
  readonly isOwn: (socket: Socket) => boolean;
  /** Whether `listener.trusted_proxies` holds the address. */
  readonly isTrustedProxy: (address: string) => boolean;
  /** Time that a proxy has for its header. */
  readonly headerMs: () => number;
  readonly lines: RefusalLines;
  readonly sweep: ConnectionSweep;
}

/** What is done with a connection that there is room for. */
export type Admit = (socket: Socket, arrival: Arrival) => void;

/** See the file's first line. A connection counts from here on, whatever it does or leaves undone. */
export class SmtpGate {
  readonly #options: SmtpGateOptions;
  readonly #refused = new Set<Socket>();
  readonly #waiting = new Set<Socket>();
  #isClosed = false;

  constructor(options: SmtpGateOptions) {
    this.#options = options;
  }

  /** Takes a connection that the system has accepted. */
  take(socket: Socket, admit: Admit): void {
    // What becomes of it is told by its end; between two owners it has no other listener.
    socket.on("error", () => {});
    const peer = canonicalAddress(socket.remoteAddress ?? "");
    // Gone already.
    if (peer === null) socket.destroy();
    else if (this.#isClosed) this.#turnAway(socket, shuttingDown);
    else if (this.#options.isOwn(socket)) admit(socket, { address: peer, leave: () => {} });
    else if (this.#options.isTrustedProxy(peer)) this.#awaitHeader(socket, peer, admit);
    else this.#enter(socket, peer, false, admit);
  }

  /** Turns away all that come from now on, and who has not said yet whose connection it is. */
  close(): void {
    this.#isClosed = true;
    for (const socket of this.#waiting) socket.destroy();
  }

  #enter(socket: Socket, address: string, isProxy: boolean, admit: Admit): void {
    const leave = this.#place(socket, address, isProxy);
    if (leave !== null) admit(socket, { address, leave });
  }

  #awaitHeader(socket: Socket, proxy: string, admit: Admit): void {
    const { sweep, headerMs } = this.#options;
    const leave = this.#place(socket, proxy, true);
    if (leave === null) return;
    this.#waiting.add(socket);
    receiveProxyHeader(socket, { sweep, timeoutMs: headerMs() }, (result) => {
      this.#waiting.delete(socket);
      leave();
      if ("failure" in result) this.#drop(socket, proxy, result);
      else if (result.clientAddress === null) this.#enter(socket, proxy, true, admit);
      else this.#enter(socket, result.clientAddress, false, admit);
    });
  }

  #drop(socket: Socket, proxy: string, { failure, isSilent }: ProxyFailure): void {
    socket.destroy();
    // To connect and hang up is how many a proxy finds out whether there is somebody.
    if (isSilent) return;
    const message = `A connection of ${proxy}, which is in listener.trusted_proxies, has no PROXY header: ${failure}.`;
    this.#options.lines.warn("smtp.proxy_header_missing", message, { address: proxy });
  }

  /** What gives its place back; `null` for one too many, which is turned away. */
  #place(socket: Socket, address: string, isProxy: boolean): (() => void) | null {
    const { refusal, isStranger, leave } = this.#options.places.enter(address, isProxy);
    if (refusal === null) return leave;
    const setting = isStranger ? "listener.allowed_cidrs" : settingOf[refusal.code];
    this.#options.lines.warn("smtp.connection_refused", refusal.message, { address, setting });
    socket.once("close", leave);
    this.#turnAway(socket, smtpReplyTo(refusal));
    return null;
  }

  /** Nothing is kept of it once the system has the answer: who keeps his side open has it to himself. */
  #turnAway(socket: Socket, { code, enhanced, text }: SmtpReply): void {
    if (this.#options.isImplicitTls || this.#refused.size >= maxRefused) {
      socket.destroy();
      return;
    }
    this.#refused.add(socket);
    socket.once("close", () => this.#refused.delete(socket));
    socket.end(`${code} ${enhanced} ${text}\r\n`, () => socket.destroy());
  }
}
