/** What the outside must supply to serve HTTP and HTTPS; each runtime folder has its adapter. */
import type { TlsPolicy } from "../tls/policy.ts";
import type { EnteredConnection } from "./connection_limits.ts";

/** What a request's connection is known by; the environment that the Hono apps are called with. */
export interface HttpConnection {
  /** Address of the client, IPv4-mapped ones as IPv4. */
  readonly clientAddress: string;
  /** TLS version and cipher, or `null` when the connection is not encrypted. */
  readonly tls: { readonly version: string; readonly cipher: string } | null;
}

/** Answers one request. Must not throw: what it throws is answered with `500` and nothing else. */
export type HttpHandler = (request: Request, connection: HttpConnection) => Response | Promise<Response>;

/** Counts a new connection, by the address and port that it comes from, and says whether it is one too many. */
export type AdmitConnection = (address: string, port: number) => EnteredConnection;

/** How long a client may take, in milliseconds. */
export interface HttpTimeouts {
  /** From the connection, or the end of the last answer, to the end of a request's headers. Default 60,000. */
  readonly headersMs: number;
  /** From the end of the headers to the end of the body, and then as long for the answer to be read. Default 300,000. */
  readonly bodyMs: number;
}

/** The timeouts of a service. */
export const defaultHttpTimeouts: HttpTimeouts = { headersMs: 60_000, bodyMs: 300_000 };

/** The greatest header section that a request may have, 32 KiB. */
export const maxRequestHeaderBytes = 32_768;

/** A connection that never became a session. */
export interface HandshakeFailure {
  readonly clientAddress: string;
  readonly port: number;
  /** OpenSSL's or the runtime's code, such as `ERR_SSL_UNSUPPORTED_PROTOCOL`; `plain_http` for a client without TLS. */
  readonly reason: string;
}

/** How a listener is opened. */
export interface HttpListenerOptions {
  /** Name for errors and the log: `HTTP API`. */
  readonly name: string;
  /** `0` is any free port. */
  readonly port: number;
  readonly handler: HttpHandler;
  /** Default: no connection is one too many. */
  readonly admit?: AdmitConnection;
  /** Default: {@link defaultHttpTimeouts}. */
  readonly timeouts?: HttpTimeouts;
}

/** How a listener with TLS is opened. */
export interface HttpsListenerOptions extends HttpListenerOptions {
  readonly policy: TlsPolicy;
  /** Told about each handshake that failed. */
  readonly onHandshakeFailure: (failure: HandshakeFailure) => void;
}

/** A bound listener, on IPv6 and IPv4. */
export interface HttpListener {
  readonly port: number;
  /** How many connections are open. */
  connections(): number;
  /**
   * Takes no new connections and drops idle ones; requests under way may finish within `graceMs`, then the rest is
   * dropped. Resolves once no connection is left. A second call shortens the grace.
   */
  close(graceMs: number): Promise<void>;
}

/** A bound listener whose certificate can be changed. */
export interface HttpsListener extends HttpListener {
  /** From the next handshake on `policy` is served; open connections go on undisturbed. */
  swap(policy: TlsPolicy): void;
}

/** Opens a listener. @throws {DispatchError} `listener_unbindable` */
export type OpenHttpListener = (options: HttpListenerOptions) => Promise<HttpListener>;

/** Opens a listener with TLS. Plain HTTP on its port gets a `400` that says so. @throws {DispatchError} `listener_unbindable` */
export type OpenHttpsListener = (options: HttpsListenerOptions) => Promise<HttpsListener>;
